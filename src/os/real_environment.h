// The environment variables of this process, as they were when the object was made.
#pragma once

#include "os/ports/environment.h"

namespace sluice::os {

class RealEnvironment final : public Environment {
 public:
  RealEnvironment();
  std::optional<std::string> get(std::string_view name) const override;
  std::map<std::string, std::string> all() const override { return variables_; }

 private:
  std::map<std::string, std::string> variables_;
};

}  // namespace sluice::os
