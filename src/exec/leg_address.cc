#include "base/strings.h"
#include "exec/ports/step_backend.h"
#include "exec/safe_name.h"

namespace sluice::exec {
namespace {

constexpr std::size_t kLongest = 120;  // as a safe name

// "deploy.1/test" as "deploy.1+test": no '%', which not every tool takes for what it is.
std::string job_name(std::string_view job) {
  const auto parts = split(job, '/');
  std::string name;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::size_t dot = parts[i].rfind('.');
    name += safe_name(parts[i].substr(0, dot));
    if (dot != std::string_view::npos) name += cat(".", safe_name(parts[i].substr(dot + 1)));
    name += '+';
  }
  name += safe_name(parts.back());
  return name.size() <= kLongest ? name : safe_name(job);
}

}  // namespace

std::string LegAddress::folder_name() const {
  std::string name = job_name(job);
  if (leg != 0) name += cat(".", leg);
  if (attempt != 1) name += cat(".a", attempt);
  return name;
}

}  // namespace sluice::exec
