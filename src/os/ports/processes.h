// Child processes: posix_spawn, pidfd, own process group.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "base/time.h"
#include "os/ports/files.h"

namespace sluice::os {

// Which process a number meant: pids are reused, this triple is not.
struct ProcessIdentity {
  std::string boot_id;
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  // field 22 of /proc/<pid>/stat

  bool operator==(const ProcessIdentity&) const = default;
};

struct ExitStatus {
  int code = 0;    // exit code, or 128 + signal
  int signal = 0;  // 0 when it exited by itself

  bool ok() const { return code == 0; }
};

enum class Session { Inherit, NewGroup, NewSession };

struct ProcessSpec {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH of `env`
  std::map<std::string, std::string> env;
  Path working_directory;      // empty: inherit
  std::string standard_input;  // fed and closed; limited to 1 MiB
  std::optional<int> input;    // instead: a descriptor of ours that becomes its 0
  // Where output goes: a file descriptor number of ours given to the child as its own 1 and 2, or
  // unset: captured (run) or /dev/null (spawn).
  std::optional<int> output;
  std::optional<int> error_output;
  std::vector<int> pass_descriptors;  // ours; the child gets them under the same numbers
  Session session = Session::NewGroup;
};

// A child that is running or has ended. One thread at a time, except send_signal. Destroying it
// does not end the child, which is then reaped by the port.
class Process {
 public:
  virtual ~Process() = default;
  virtual pid_t pid() const = 0;
  virtual ProcessIdentity identity() const = 0;
  // Waits until the child ends, the deadline passes (Timeout) or the token says so (Cancelled).
  virtual Result<ExitStatus> wait(const CancellationToken& cancel = {},
                                  std::optional<Duration> timeout = std::nullopt) = 0;
  virtual void send_signal(int signal) = 0;  // to the child's whole group where it leads one
};

struct CapturedRun {
  ExitStatus status;
  std::string output;        // standard output, up to the limit
  std::string error_output;  // standard error, up to the limit
};

struct RunLimits {
  std::size_t max_output_bytes = 16u << 20;  // more: ResourceExhausted, child killed
  Duration timeout = std::chrono::minutes(10);
};

// Thread-safe.
class Processes {
 public:
  virtual ~Processes() = default;
  virtual Result<std::unique_ptr<Process>> spawn(const ProcessSpec& spec) = 0;
  // Starts, captures and waits; a non-zero exit is not an Error but in the status.
  virtual Result<CapturedRun> run(const ProcessSpec& spec, const RunLimits& limits = {},
                                  const CancellationToken& cancel = {}) = 0;
  // Identity of a process that runs now; nullopt when there is none (or it only waits for its
  // parent to take note of its end).
  virtual std::optional<ProcessIdentity> identify(pid_t pid) const = 0;
  // Signals that very process; false when it is gone or the pid is somebody else's now.
  virtual bool signal(const ProcessIdentity& process, int signal) = 0;
};

}  // namespace sluice::os
