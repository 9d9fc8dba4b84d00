// One leg on this machine, as the I/O thread sees it: its folders, the link to its supervisor, the
// steps whose end somebody waits for. All methods on the loop's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "exec/host_backend.h"
#include "exec/io_loop.h"
#include "exec/leg_folder.h"
#include "exec/step_files.h"
#include "exec/supervisor_link.h"
#include "exec/worker_pool.h"

namespace sluice::exec {

// What all legs of a backend share; outlives them.
struct HostContext {
  os::World world;
  store::BlobStore& blobs;
  const HostSettings settings;
  IoLoop& loop;
  WorkerPool& workers;
  os::Path supervisor;  // the program
};

class HostLeg {
 public:
  HostLeg(HostContext& context, LegAddress address);
  ~HostLeg();
  HostLeg(const HostLeg&) = delete;
  HostLeg& operator=(const HostLeg&) = delete;

  Result<void> prepare(const LegSpec& spec);
  void start(const pipeline::RunStep& step, StepCallbacks callbacks);
  void stop(const std::string& step_id);
  void finish(std::function<void(Result<void>)> done);
  const LegFolder& folder() const { return folder_; }

 private:
  struct Active {
    pipeline::RunStep step;
    StepCallbacks callbacks;
    CancellationSource cancel;  // of a built-in action
  };

  Result<void> make_folders(const LegSpec& spec);
  Result<void> ensure_supervisor();
  Result<os::Descriptor> connect_or_spawn();
  Result<os::Descriptor> spawn_supervisor();
  Result<void> adopt(os::Descriptor socket);
  void retry_connect();

  std::vector<std::string> active_scripts() const;
  void start_script(Active& active);
  void send_start(Active& active, SpareFiles& spare);
  void start_builtin(Active& active);

  void on_frame(const Frame& frame);
  void on_closed();
  void started(const StartedMessage& message);
  void ended(const EndedMessage& message);
  void refused(const RefusedMessage& message);
  void recover(const std::string& step_id);
  // Reads what the step left in its files.
  void collect(const pipeline::RunStep& step, pipeline::StepResult& result);
  // Delivers the end of a step and forgets it.
  void deliver(const std::string& step_id, pipeline::StepResult result);
  void end_errored(const std::string& step_id, std::string message);
  void end_supervisor();
  void clean_up();

  StepSurroundings around() const {
    return {context_.world, folder_, context_.settings.home, temporary_};
  }

  HostContext& context_;
  const LegAddress address_;
  const LegFolder folder_;
  std::optional<LegSpec> spec_;
  os::Path temporary_;  // TMPDIR of the steps
  std::unique_ptr<SupervisorLink> link_;
  SpareFiles spare_files_;
  std::map<std::string, Active> active_;
  std::function<void(Result<void>)> finishing_;
  int connect_tries_ = 0;
  int end_tries_ = 0;
  bool busy_ = false;  // the supervisor we started found another one at work
  // Lets work that comes back later (timers, workers) find out that the leg is gone.
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace sluice::exec
