#include "os/testing/fake_environment.h"

namespace sluice::os {

std::optional<std::string> FakeEnvironment::get(std::string_view name) const {
  const auto found = variables_.find(std::string(name));
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sluice::os
