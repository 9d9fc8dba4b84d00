// What the process was given by whoever started it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::os {

// Thread-safe; a snapshot taken at start-up.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual std::optional<std::string> get(std::string_view name) const = 0;
  virtual std::map<std::string, std::string> all() const = 0;
};

}  // namespace sluice::os
