// The diary of the program itself (not of the user's steps): an object that is passed in.
#pragma once

#include <string_view>

namespace sluice {

enum class LogLevel { Debug, Info, Warning, Error };

// Thread-safe. A message is one line, names what and where, and never holds a secret.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view component, std::string_view message) = 0;
};

class NullLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
};

}  // namespace sluice
