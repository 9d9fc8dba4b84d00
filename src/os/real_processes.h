// Child processes by posix_spawn (cheap from a large parent), waited for through a pidfd.
//
// A child starts with the default action of every signal, an empty signal mask and no descriptor
// but its three standard ones and those passed on. Children whose Process object is gone are
// collected at the next call of any method here.
#pragma once

#include <memory>
#include <string>

#include "os/ports/processes.h"

namespace sluice::os {

class RealProcess;

class RealProcesses final : public Processes {
 public:
  RealProcesses();
  ~RealProcesses() override;
  RealProcesses(const RealProcesses&) = delete;
  RealProcesses& operator=(const RealProcesses&) = delete;

  Result<std::unique_ptr<Process>> spawn(const ProcessSpec& spec) override;
  Result<CapturedRun> run(const ProcessSpec& spec, const RunLimits& limits,
                          const CancellationToken& cancel) override;
  std::optional<ProcessIdentity> identify(pid_t pid) const override;
  bool signal(const ProcessIdentity& process, int signal) override;

 private:
  friend class RealProcess;
  class Orphans;

  Result<std::unique_ptr<RealProcess>> start(const ProcessSpec& spec, int output, int error_output);

  const std::string boot_id_;
  // Shared with each Process, which may outlive this object and leaves its child here.
  const std::shared_ptr<Orphans> orphans_;
};

}  // namespace sluice::os
