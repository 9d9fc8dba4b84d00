// One step that the supervisor runs: its process, its log, its end.
//
// start() makes the process, writes the start record and only then lets the program run. After
// that: read_output() when the pipe is readable, main_exited() when the main process was reaped,
// check_deadlines() whenever next_deadline() has passed. ended() turns true once, when the end
// record is written and the result complete; output of processes left behind still goes to the log.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "exec/log_stream.h"
#include "exec/step_messages.h"
#include "exec/supervisor/process_tree.h"

namespace sluice::exec {

Timestamp wall_now();
SteadyTime steady_now();

struct StopGraces {
  Duration interrupt{};
  Duration terminate{};
};

class StepProcess {
 public:
  struct Failure {
    Refusal refusal;
    std::string message;
  };

  StepProcess(StartMessage request, StopGraces graces, std::string mark);
  ~StepProcess();
  StepProcess(const StepProcess&) = delete;
  StepProcess& operator=(const StepProcess&) = delete;

  // Once, first. Nothing runs when it gives a failure.
  std::optional<Failure> start(const std::string& boot_id);

  void read_output();
  void main_exited(int wait_status);
  // Interrupt, then terminate, then kill; `reason` decides how the step counts as ended.
  void stop(StepEnd reason, std::string message);
  void kill();
  void check_deadlines(SteadyTime now);
  std::optional<SteadyTime> next_deadline() const;

  const std::string& id() const { return request_.id; }
  pid_t pid() const { return started_.pid; }
  int output() const { return output_; }  // -1: closed
  bool running() const { return phase_ == Phase::Running; }
  bool ended() const { return phase_ == Phase::Ended; }
  const StartedMessage& started() const { return started_; }
  const EndedMessage& result() const { return result_; }  // once ended()
  void add_masks(std::span<const std::string> secrets);
  std::vector<std::string> take_new_secrets();  // that came up in its log
  bool log_grown() const { return log_grown_; }
  // The same, and false until it grows again.
  bool take_log_grown() { return std::exchange(log_grown_, false); }

 private:
  struct Command {
    std::string program;  // path
    std::vector<std::string> arguments;
  };
  enum class Phase { Running, Draining, Ended };
  enum class Stopping { No, Interrupted, Terminated, Killed };

  std::optional<Failure> fail(Refusal refusal, std::string message);
  std::optional<Failure> open_log();
  pid_t fork_child(int gate, int output, const Command& command);
  Command choose_command() const;
  void write_log(std::string_view bytes);
  void end();
  void let_go_of_log();
  TreeRoot tree() const { return {started_.pid, mark_}; }

  const StartMessage request_;
  const StopGraces graces_;
  const std::string mark_;
  std::unique_ptr<LogStream> log_;  // null once nothing can write to it any more
  StartedMessage started_;
  EndedMessage result_;
  Phase phase_ = Phase::Running;
  Stopping stopping_ = Stopping::No;
  StepEnd stop_reason_ = StepEnd::Cancelled;
  std::string stop_message_;
  std::optional<SteadyTime> timeout_at_;
  std::optional<SteadyTime> escalate_at_;
  std::optional<SteadyTime> drain_until_;
  int output_ = -1;
  int log_file_ = -1;
  std::uint64_t lost_bytes_ = 0;  // of the log
  std::string lost_reason_;
  bool log_grown_ = false;
  std::vector<std::string> new_secrets_;
};

}  // namespace sluice::exec
