// Talking to the keeper of a target, and starting one where there is none.
//
// Blocking; one thread at a time. Errors carry the keeper's own codes; Unavailable when it does not
// answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/json.h"
#include "base/result.h"
#include "delivery/target.h"
#include "delivery/target_folder.h"
#include "http/client.h"
#include "os/world.h"

namespace sluice::delivery {

// Starts the monitor of a keeper so that it outlives the caller. Where a keeper may be started
// (never from inside a job) is the business of whoever provides this.
class KeeperLauncher {
 public:
  virtual ~KeeperLauncher() = default;
  // Returns when it was started, not when it answers.
  virtual Result<void> launch(const std::string& target) = 0;
};

// Runs `<executable> target keep NAME` in a session of its own, with output to keeper.log.
class ProcessKeeperLauncher final : public KeeperLauncher {
 public:
  ProcessKeeperLauncher(os::World world, os::Path executable, os::Path home)
      : world_(world), executable_(std::move(executable)), home_(std::move(home)) {}
  Result<void> launch(const std::string& target) override;

 private:
  os::World world_;
  os::Path executable_;
  os::Path home_;
};

// Inside a job nobody may start a keeper, since it would end with the job. This one leaves a wish
// (keeper.wanted) that the process driving the run fulfils by start_wanted_keepers().
class WishingLauncher final : public KeeperLauncher {
 public:
  WishingLauncher(os::Files& files, os::Path home) : files_(files), home_(std::move(home)) {}
  Result<void> launch(const std::string& target) override;

 private:
  os::Files& files_;
  os::Path home_;
};

// Starts the keepers that jobs wished for, and says which. Cheap; called now and then by whoever
// drives runs, outside of any job.
Result<std::vector<std::string>> start_wanted_keepers(os::Files& files, const os::Path& home,
                                                      KeeperLauncher& launcher);

class KeeperClient {
 public:
  explicit KeeperClient(const os::Path& folder)
      : client_(http::UnixAddress{control_socket(folder)}) {}

  Result<DeployResult> deploy(const DeployRequest& request);
  // With `expected` only when this leads back to that revision.
  Result<DeployResult> undo(const std::string& by, std::optional<int> expected = {});
  Result<void> stop(const std::string& by);
  // docs/formats/target.md has the keys.
  Result<Json> status(const CancellationToken& cancel = {});
  // As soon as something happened after `seq`, at the latest after 10 seconds.
  Result<Json> status_after(std::int64_t seq, const CancellationToken& cancel);
  Result<Json> history();

 private:
  Result<Json> exchange(const std::string& method, const std::string& target,
                        const JsonObject& body, const CancellationToken& cancel = {});

  http::Client client_;
};

enum class KeeperWas { Running, Started };

// Makes sure that a keeper answers, starting one with `launcher` if need be (null: then
// Unavailable). The error of a keeper that cannot start (a taken port, a newer schema) is handed
// on.
Result<KeeperWas> ensure_keeper(os::World world, const os::Path& home, const std::string& target,
                                KeeperLauncher* launcher, const CancellationToken& cancel = {});

// Follows a rollout to its end, calling `progress` with each status; returns the last status.
Result<Json> follow_rollout(KeeperClient& client, int rollout,
                            const std::function<void(const JsonObject&)>& progress,
                            const CancellationToken& cancel);

}  // namespace sluice::delivery
