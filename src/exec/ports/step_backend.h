// Where and how the steps of one leg of a job really run: on the host today, in containers and
// clusters later.
//
// Order: prepare() once per leg; start() or attach() for each step, several may run at once; stop()
// at most once per running step; finish() once, after which nothing of the leg runs any more.
// Everything is asynchronous: calls return at once and results come through the callbacks, on a
// thread of the backend's own; callbacks must only post. All calls are thread-safe.
//
// Steps outlive the engine: a backend that is destroyed leaves running steps alone, and a new one
// attaches to them. Every call is idempotent by (leg, id): a step whose start record exists is
// never started a second time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/ports/files.h"
#include "os/ports/processes.h"
#include "pipeline/ports/job_program.h"
#include "pipeline/ports/language.h"

namespace sluice::exec {

struct LegAddress {
  std::string run;  // sortable id
  std::string job;
  int leg = 0;
  std::int64_t attempt = 1;

  auto operator<=>(const LegAddress&) const = default;
  // "build", "build.3" or "build.3.a2": a folder name, different for different legs and attempts;
  // also the first part of effect keys.
  std::string folder_name() const;
};

// What of the repository the leg works on.
struct SourceTree {
  os::Path repository;  // the user's repository (never written to)
  std::string commit;   // what checkout brings
  std::string ref;      // "refs/heads/main"
  os::Path snapshot;    // tracked edits and unignored files to lay over; empty: commit alone
};

// Fresh: the workspace starts empty. Keep: it stays as the attempt before left it (rerun from a
// step). The workspace's path is the same in every attempt; step records and logs are per attempt.
enum class WorkspaceUse { Fresh, Keep };

struct LegSpec {
  LegAddress address;
  pipeline::LegSettings settings;
  SourceTree source;
  WorkspaceUse workspace = WorkspaceUse::Fresh;
};

// Which process carries a step, as recorded before it ran.
struct StepStart {
  os::ProcessIdentity process;
  Timestamp started{};
};

struct StepCallbacks {
  std::function<void(const StepStart&)> on_started;
  // The log has grown; it can be read from log_path() (already masked).
  std::function<void()> on_output;
  std::function<void(pipeline::StepResult)> on_ended;  // last call, exactly once
};

class StepBackend {
 public:
  virtual ~StepBackend() = default;

  // Paths of the leg; a pure function of the address, the same in each replay.
  virtual pipeline::JobPlace place(const LegAddress& leg) const = 0;
  virtual os::Path log_path(const LegAddress& leg, int step) const = 0;

  // Makes folders and supervisor ready. Again after a restart: keeps what is there.
  virtual void prepare(const LegSpec& spec, std::function<void(Result<void>)> done) = 0;

  // Starts the step, or attaches to it where its start record exists, or reports its end where its
  // end record exists; a start record without supervisor and end record is Errored ("lost").
  virtual void start(const LegAddress& leg, const pipeline::RunStep& step,
                     StepCallbacks callbacks) = 0;
  // Interrupt, 7.5 s, terminate, 2.5 s, kill of the step's whole process tree.
  virtual void stop(const LegAddress& leg, const std::string& step_id) = 0;

  virtual void hash_files(const LegAddress& leg, const pipeline::HashFiles& request,
                          std::function<void(Result<std::string>)> done) = 0;

  // Ends the supervisor and whatever the leg left running; removes the leg's temporary files.
  virtual void finish(const LegAddress& leg, std::function<void(Result<void>)> done) = 0;
};

}  // namespace sluice::exec
