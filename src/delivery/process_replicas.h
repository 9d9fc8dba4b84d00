// Replicas as processes of this machine: each in a session of its own, so that the death of the
// keeper leaves it running and the next keeper takes it over.
//
// Files of a replica, in <folder>/replicas/<id>/:
//   started   created exclusively by the child before anything else: its presence means that this
//             id was started and never will be again
//   process   boot id, /proc/<pid>/stat and port, written by the child before it becomes the
//   command log       standard output and error of the command
// Threads: one per open order, one that looks for dead processes, one that probes those that serve.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/cancellation.h"
#include "base/log.h"
#include "delivery/ports/replica_host.h"
#include "http/socket.h"
#include "os/world.h"

namespace sluice::delivery {

class ProcessReplicaHost final : public ReplicaHost {
 public:
  struct Parts {
    os::World world;
    Log& log;
    os::Path folder;  // of the target
    ReplicaListener listener;
    // Requests that a replica has not answered yet.
    std::function<std::int64_t(const std::string& replica)> in_flight;
  };

  explicit ProcessReplicaHost(Parts parts);
  ~ProcessReplicaHost() override;  // waits for its threads; the processes go on

  void start(const std::string& id, const Revision& revision, Duration delay,
             OrderIs order) override;
  void await_ready(const ReplicaPlace& place, const Revision& revision) override;
  void smoke(const ReplicaPlace& place, const Revision& revision) override;
  void watch(const ReplicaPlace& place, const Revision& revision) override;
  void retire(const std::string& id, const std::optional<ReplicaPlace>& place, Duration drain,
              Duration grace) override;

  // Ends all orders and watches without reports, as if the keeper had died.
  void forget_all();

 private:
  struct Lane;     // the orders of one replica, one after another
  struct Watched;  // a process that must not end

  enum class Earlier { GoesFirst, IsCancelled };
  void run(const std::string& id, Earlier earlier,
           std::function<void(const CancellationToken&)> work);
  void report(ReplicaReport report);
  void fail(const std::string& id, std::string reason);

  void do_start(const std::string& id, const Revision& revision, OrderIs order,
                const CancellationToken& cancel);
  Result<void> spawn(const std::string& id, const Revision& revision, OrderIs order);
  void await_process(const std::string& id, const CancellationToken& cancel);
  void do_await_ready(const ReplicaPlace& place, const Revision& revision,
                      const CancellationToken& cancel);
  void do_smoke(const ReplicaPlace& place, const Revision& revision,
                const CancellationToken& cancel);
  void do_retire(const std::string& id, std::optional<ReplicaPlace> place, Duration drain,
                 Duration grace, const CancellationToken& cancel);
  bool wait_for_end(const ReplicaPlace& place, Duration most, const CancellationToken& cancel);

  os::Path folder(const std::string& id) const;
  os::Path file(const std::string& id, std::string_view name) const;
  bool started(const std::string& id) const;
  Result<ReplicaPlace> recorded_place(const std::string& id) const;
  bool alive(const ReplicaPlace& place) const;
  std::string describe_end(const ReplicaPlace& place);
  std::string last_words(const std::string& id) const;
  void remove_old_files(const std::string& id);

  void look_for_dead();
  void probe_serving();

  Parts parts_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Lane> lanes_;
  std::map<std::string, Watched> watched_;
  CancellationSource stop_;
  std::thread death_thread_;
  std::thread probe_thread_;
};

}  // namespace sluice::delivery
