// The process that keeps a local target up: listener, proxy, replicas, rollout journal, control
// API.
//
// One keeper per target, by a lock in its folder. All decisions are made on the thread that calls
// run(); reports of the host, requests to the control socket and their waiting answers reach it
// through a mailbox. Ending it (also by kill -9) leaves the replicas running; the next keeper takes
// them over and records what the gap cost. A journal that cannot be written (a full disk) stops
// decisions, not traffic: it is tried again every second.
//
// Control API, over <folder>/control.sock, JSON (docs/formats/target.md):
//   GET /status[?after=SEQ&wait_ms=N]  POST /deploy  POST /undo  POST /stop  GET /history
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "base/cancellation.h"
#include "base/log.h"
#include "delivery/presenter.h"
#include "delivery/process_replicas.h"
#include "delivery/proxy.h"
#include "delivery/target.h"
#include "delivery/target_folder.h"
#include "http/server.h"
#include "os/world.h"
#include "store/ports/database.h"

namespace sluice::delivery {

// What a keeper lost when its predecessor ended without saying goodbye; from keeper.json.
struct KeeperGap {
  pid_t previous_pid = 0;  // 0: there was none, or it ended in order
  Timestamp last_seen{};
  std::int64_t in_flight = 0;  // then
};

class Keeper final : private http::Handler {
 public:
  // AlreadyExists when another keeper runs, Busy when the port is taken (naming both ways out),
  // FailedPrecondition for a folder that a newer sluice wrote.
  static Result<std::unique_ptr<Keeper>> open(os::World world, Log& log, const os::Path& folder);
  ~Keeper() override;

  // Until the target was stopped and is empty, or `stop` says so (the replicas then go on).
  Result<void> run(const CancellationToken& stop);

  http::Address address() const { return proxy_->address(); }

 private:
  Keeper(os::World world, Log& log, os::Path folder, TargetSettings settings);

  struct Waiter {
    http::Responder responder;
    std::int64_t after = 0;
    SteadyTime deadline{};
  };

  Result<void> open_parts();
  Result<void> open_target();
  Result<void> open_proxy();
  void post(std::function<void()> work);
  void run_posted(Duration most);

  void handle(http::Request& request, http::Responder responder) override;
  void route(const http::Request& request, http::Responder responder);
  Result<http::Response> answer(const http::Request& request);
  Result<http::Response> answer_deploy(const http::Request& request);
  void answer_status(const http::Request& request, http::Responder responder);
  void answer_waiters();

  void on_report(const ReplicaReport& report);
  void on_commit(const store::JournalBatch& batch);
  void refresh_routing();
  void after_error(const Error& error);
  void tick();
  void reopen_journal();
  KeeperGap read_gap();
  JsonObject start_note(const KeeperGap& gap) const;
  enum class Ending { No, Yes };
  void write_heartbeat(Ending ending);
  std::shared_ptr<ReplicaTraffic> traffic_of(const std::string& replica);
  http::Response status_response();

  os::World world_;
  Log& log_;
  os::Path folder_;
  TargetSettings settings_;
  std::unique_ptr<os::FileLock> lock_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Journal> journal_;

  std::mutex traffic_mutex_;
  std::map<std::string, std::shared_ptr<ReplicaTraffic>> traffic_;  // shared with the proxy

  std::mutex mutex_;  // guards the mailbox
  std::condition_variable posted_;
  std::deque<std::function<void()>> mailbox_;

  std::vector<Waiter> waiters_;
  SteadyTime next_tick_{};
  std::optional<Error> trouble_;  // why the journal is not written now

  // Ended in this order, last first: control, then the host's threads, then the proxy.
  std::unique_ptr<Proxy> proxy_;
  std::unique_ptr<ProcessReplicaHost> host_;
  std::unique_ptr<Target> target_;
  std::unique_ptr<http::Server> control_;
};

// The whole life of a keeper process. An error on the way up is also left in keeper.error, for the
// command that waits for this keeper (monitor.h).
Result<int> keep_target(os::World world, Log& log, const os::Path& folder,
                        const CancellationToken& stop);

}  // namespace sluice::delivery
