// From what a step writes to what its log file holds: commands read out, secrets masked, each line
// stamped with the time (docs/formats/logs.md).
//
// Bytes come in any pieces; memory stays bounded whatever is written. A line longer than the limit
// is passed on in pieces and may hold no command. Used by the supervisor for scripts and by
// built-in actions for their own lines. One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "exec/masker.h"
#include "exec/step_messages.h"
#include "pipeline/github/workflow_command.h"

namespace sluice::exec {

// What `::debug::` lines come to: GitHub keeps them only where ACTIONS_STEP_DEBUG asks for them.
enum class DebugLines { Keep, Drop };

class LogStream {
 public:
  static constexpr std::size_t kLineLimit = 1u << 20;
  static constexpr std::size_t kCommandsLimit = 8u << 20;  // bytes of all commands of a step

  explicit LogStream(LogMode mode, DebugLines debug = DebugLines::Keep)
      : mode_(mode), debug_(debug) {}

  // Secrets, of which all variants are masked from here on.
  void add_masks(std::span<const std::string> secrets);

  // Appends to `out` what goes into the log file now.
  void feed(std::string_view bytes, Timestamp now, std::string& out);
  // What is held back, completed to a whole line. More may be fed afterwards.
  void finish(Timestamp now, std::string& out);

  // Commands to act on, in order: all but group, endgroup, debug, echo and the matchers.
  const std::vector<pipeline::github::WorkflowCommand>& commands() const { return commands_; }
  // Secrets that came up in the log since the last call.
  std::vector<std::string> take_new_secrets();

 private:
  enum class Line { Ordinary, TooLong, Refused };

  void take_line_piece(std::string_view piece, std::string& out);
  void end_line(std::string_view line, std::string& out);
  void begin_long_line(std::string& out);
  // False: the line does not belong into the log.
  bool read_command(std::string_view line);
  void keep(pipeline::github::WorkflowCommand command);
  void mask(std::string_view bytes, std::string& out);
  void stamp_lines(std::string_view masked, std::string& out);
  void set_time(Timestamp now);

  const LogMode mode_;
  const DebugLines debug_;
  Masker masker_;
  pipeline::github::WorkflowCommandReader reader_;
  std::string line_;  // of the current line, while it is ordinary
  Line state_ = Line::Ordinary;
  std::vector<pipeline::github::WorkflowCommand> commands_;
  std::size_t command_bytes_ = 0;
  std::vector<std::string> new_secrets_;
  std::string masked_;  // reused
  bool at_line_start_ = true;
  std::string stamp_;  // "2026-11-21T08:40:25.123456Z "
  Timestamp stamped_{};
};

}  // namespace sluice::exec
