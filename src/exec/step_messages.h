// What engine and supervisor say to each other, as values and as frames.
//
//   engine -> supervisor   configure, start, stop, end
//   supervisor -> engine   started, output, ended, refused, busy, bye
//
// `start` for a step that the supervisor has is answered with what has happened so far: started
// again, and ended again where it has. Linked into the supervisor: no JSON, no database. Pure.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "exec/frame.h"
#include "pipeline/github/workflow_command.h"

namespace sluice::exec {

struct ConfigureMessage {
  Duration job_timeout{};  // from now; kept by a supervisor that has one already
  Duration interrupt_grace{};
  Duration terminate_grace{};
  Duration linger{};
};

enum class LogMode { Plain, Github };
enum class RecordSync { No, Yes };  // fsync the record

struct StartMessage {
  std::string id;
  std::string log_path;
  std::string record;
  std::string working_directory;
  Duration timeout{};  // 0: none
  LogMode log_mode = LogMode::Plain;
  RecordSync sync = RecordSync::No;
  std::vector<std::string> argv;
  std::vector<std::string> fallback;  // used when argv[0] is not installed; may be empty
  std::vector<std::string> env;       // "NAME=value"
  std::vector<std::string> masks;     // secrets; their variants are made by the supervisor
};

struct StartedMessage {
  std::string id;
  std::string boot_id;
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;
  Timestamp time{};
};

enum class StepEnd { Succeeded, Failed, TimedOut, Cancelled, Errored };
std::string_view to_string(StepEnd end);
std::optional<StepEnd> step_end_from_string(std::string_view text);

// Whether a process of the leg may be left that has files of the step open.
enum class Leftover { None, Possible };

struct EndedMessage {
  std::string id;
  StepEnd end = StepEnd::Succeeded;
  int exit_code = 0;
  int signal = 0;
  std::string message;
  Timestamp started{};
  Timestamp ended{};
  Leftover leftover = Leftover::Possible;
  std::vector<pipeline::github::WorkflowCommand> commands;
};

// Why a step was not started.
enum class Refusal {
  AlreadyRecorded,  // a record exists and this supervisor did not write it
  Failed,           // the record or the process could not be made
};

struct RefusedMessage {
  std::string id;
  Refusal refusal = Refusal::Failed;
  std::string message;
};

Frame to_frame(const ConfigureMessage& message);
Frame to_frame(const StartMessage& message);
Frame to_frame(const StartedMessage& message);
Frame to_frame(const EndedMessage& message);
Frame to_frame(const RefusedMessage& message);

std::optional<ConfigureMessage> configure_message(const Frame& frame);
std::optional<StartMessage> start_message(const Frame& frame);
std::optional<StartedMessage> started_message(const Frame& frame);
std::optional<EndedMessage> ended_message(const Frame& frame);
std::optional<RefusedMessage> refused_message(const Frame& frame);

}  // namespace sluice::exec
