// Environment variables that a test sets. Set them before other threads look.
#pragma once

#include "os/ports/environment.h"

namespace sluice::os {

class FakeEnvironment final : public Environment {
 public:
  FakeEnvironment() = default;
  explicit FakeEnvironment(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {}

  void set(const std::string& name, std::string value) { variables_[name] = std::move(value); }
  void unset(const std::string& name) { variables_.erase(name); }

  std::optional<std::string> get(std::string_view name) const override;
  std::map<std::string, std::string> all() const override { return variables_; }

 private:
  std::map<std::string, std::string> variables_;
};

}  // namespace sluice::os
