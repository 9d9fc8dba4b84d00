#include "os/real_environment.h"

#include <unistd.h>

namespace sluice::os {

RealEnvironment::RealEnvironment() {
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    // Of two with one name getenv() gives the first.
    variables_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
}

std::optional<std::string> RealEnvironment::get(std::string_view name) const {
  const auto found = variables_.find(std::string(name));
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sluice::os
