// Step logs as people read them: docs/formats/logs.md.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "os/ports/files.h"

namespace sluice::cli {

enum class LineTimes { Hide, Show };

// A stored log line without its time, or with it in front.
std::string_view log_line(std::string_view stored, LineTimes times);

// Reads what has been added to growing logs since the last look. One thread.
class LogFollower {
 public:
  explicit LogFollower(const os::FileReader& files) : files_(files) {}

  // Calls `on_line` for each whole line that is new; one of more than 16 MiB comes in pieces. A log
  // that is not there yet has none.
  void read_new(const os::Path& log, const std::function<void(std::string_view)>& on_line);

 private:
  struct State {
    std::uint64_t offset = 0;
    std::string rest;  // of a line that is not whole yet
  };
  const os::FileReader& files_;
  std::map<std::string, State> states_;
};

// The last `count` lines of a log, without reading more than its last part.
std::vector<std::string> last_lines(const os::FileReader& files, const os::Path& log,
                                    std::size_t count);

}  // namespace sluice::cli
