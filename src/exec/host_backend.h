// Steps as processes of this machine.
//
// One supervisor process per leg carries the steps; built-in
// actions run on threads of this object. One I/O thread talks to all supervisors; callbacks run on
// it or on a worker thread. Layout: docs/formats/run_folder.md.
#pragma once

#include <chrono>
#include <memory>

#include "exec/caches.h"
#include "exec/ports/step_backend.h"
#include "os/world.h"
#include "store/ports/blob_store.h"

namespace sluice::exec {

struct HostSettings {
  os::Path home;        // $SLUICE_HOME, absolute
  os::Path executable;  // this program; steps find it as `sluice`. Empty: none is offered
  Duration interrupt_grace = std::chrono::milliseconds(7500);  // from SIGINT to SIGTERM
  Duration terminate_grace = std::chrono::milliseconds(2500);  // from SIGTERM to SIGKILL
  Duration linger = std::chrono::hours(24);  // how long a supervisor waits for a new engine
  // Whether start and end records survive the loss of power.
  os::Durability durability = os::Durability::Process;
  std::uint64_t cache_limit = kDefaultCacheLimit;  // bytes; more: least recently used ones go
  int workers = 2;                                 // threads for built-in actions and file hashing
};

class HostBackend final : public StepBackend {
 public:
  // `world` and `blobs` outlive the backend. Writes nothing yet.
  static Result<std::unique_ptr<HostBackend>> open(os::World world, store::BlobStore& blobs,
                                                   HostSettings settings);
  // Steps go on; built-in actions that run are cancelled and waited for. No callback afterwards.
  ~HostBackend() override;

  pipeline::JobPlace place(const LegAddress& leg) const override;
  os::Path log_path(const LegAddress& leg, int step) const override;
  void prepare(const LegSpec& spec, std::function<void(Result<void>)> done) override;
  void start(const LegAddress& leg, const pipeline::RunStep& step,
             StepCallbacks callbacks) override;
  void stop(const LegAddress& leg, const std::string& step_id) override;
  void hash_files(const LegAddress& leg, const pipeline::HashFiles& request,
                  std::function<void(Result<std::string>)> done) override;
  void finish(const LegAddress& leg, std::function<void(Result<void>)> done) override;

 private:
  class Io;
  explicit HostBackend(std::unique_ptr<Io> io);

  const std::unique_ptr<Io> io_;
};

}  // namespace sluice::exec
