#include "base/strings.h"
#include "exec/ports/step_backend.h"
#include "exec/safe_name.h"

namespace sluice::exec {

std::string LegAddress::folder_name() const {
  std::string name = safe_name(job);
  if (leg != 0) name += cat(".", leg);
  if (attempt != 1) name += cat(".a", attempt);
  return name;
}

}  // namespace sluice::exec
