#include "delivery/keeper.h"

#include <unistd.h>

#include <algorithm>

#include "base/strings.h"
#include "delivery/log_rotation.h"
#include "delivery/monitor.h"
#include "store/sqlite.h"

namespace sluice::delivery {
namespace {

using std::chrono::milliseconds;

constexpr Duration kTick = std::chrono::seconds(1);
constexpr milliseconds kGoodbye{2000};  // for requests in flight when the keeper ends in order

}  // namespace

Keeper::Keeper(os::World world, Log& log, os::Path folder, TargetSettings settings)
    : world_(world), log_(log), folder_(std::move(folder)), settings_(std::move(settings)) {}

Keeper::~Keeper() {
  control_.reset();
  if (host_ != nullptr) host_->forget_all();
  std::lock_guard lock(mutex_);
  mailbox_.clear();
}

Result<std::unique_ptr<Keeper>> Keeper::open(os::World world, Log& log, const os::Path& folder) {
  TargetSettings settings = TRY(read_target(world.files, folder));
  std::unique_ptr<Keeper> keeper(new Keeper(world, log, folder, std::move(settings)));
  TRY(keeper->open_parts());
  return keeper;
}

Result<void> Keeper::open_parts() {
  auto lock = world_.locks.try_lock(folder_ / "keeper.lock");
  if (!lock.ok() && lock.error().code() == ErrorCode::Busy)
    return Error(ErrorCode::AlreadyExists, cat("target '", settings_.name,
                                               "' has a keeper already: ", lock.error().message()));
  lock_ = TRY(std::move(lock));
  database_ = TRY(store::open_sqlite(folder_ / "target.db"));
  TRY_CONTEXT(store::Journal::migrate(*database_), (folder_ / "target.db").string());
  journal_ = std::make_unique<store::Journal>(*database_);
  TRY(open_proxy());
  host_ = std::make_unique<ProcessReplicaHost>(ProcessReplicaHost::Parts{
      world_, log_, folder_,
      [this](ReplicaReport report) { post([this, what = std::move(report)] { on_report(what); }); },
      [this](const std::string& replica) {
        return traffic_of(replica)->in_flight.load(std::memory_order_relaxed);
      }});
  const KeeperGap gap = read_gap();
  TRY(open_target());
  TRY(target_->resume(start_note(gap)));
  write_heartbeat(Ending::No);
  control_ = TRY(http::Server::start(http::UnixAddress{control_socket(folder_)}, *this, log_));
  return success();
}

Result<void> Keeper::open_target() {
  target_ = TRY(Target::open(*journal_, world_.clock, settings_.name, *host_));
  target_->set_observer([this](const store::JournalBatch& batch) { on_commit(batch); });
  refresh_routing();
  return success();
}

Result<void> Keeper::open_proxy() {
  auto started = Proxy::start(http::TcpAddress{settings_.host, settings_.port}, log_);
  if (!started.ok() && started.error().code() == ErrorCode::Busy)
    return std::move(started).error().with_context(
        cat("target '", settings_.name, "' cannot use port ", settings_.port,
            " (who has it: ss -ltnp 'sport = :", settings_.port,
            "'; or deploy to another target with --port)"));
  proxy_ = TRY(std::move(started));
  const auto port = std::get<http::TcpAddress>(proxy_->address()).port;
  if (settings_.port == port) return success();
  settings_.port = port;
  return write_target(world_.files, folder_, settings_);
}

Result<int> keep_target(os::World world, Log& log, const os::Path& folder,
                        const CancellationToken& stop) {
  auto keeper = Keeper::open(world, log, folder);
  if (!keeper.ok()) {
    // Another keeper is what the waiting command wants.
    if (keeper.error().code() != ErrorCode::AlreadyExists) {
      const auto left = write_keeper_error(world.files, folder, keeper.error());
      if (!left.ok()) log.write(LogLevel::Warning, "keeper", left.error().describe());
    }
    return keeper.error();
  }
  TRY((*keeper)->run(stop));
  return 0;
}

// ---- the loop ----

void Keeper::post(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  mailbox_.push_back(std::move(work));
  posted_.notify_one();
}

void Keeper::run_posted(Duration most) {
  std::unique_lock lock(mutex_);
  posted_.wait_for(lock, most, [&] { return !mailbox_.empty(); });
  std::deque<std::function<void()>> work;
  work.swap(mailbox_);
  lock.unlock();
  for (auto& item : work) item();
}

Result<void> Keeper::run(const CancellationToken& stop) {
  const auto registration = stop.on_cancel([this] { post([] {}); });
  // Somebody starts the keeper of a stopped target in order to deploy.
  const std::int64_t awaiting_deploy = target_->state().stopped() ? target_->last_seq() : -1;
  const auto ended = [&] {
    return target_->state().stopped() && target_->last_seq() != awaiting_deploy;
  };
  while (!stop.cancelled() && !ended()) {
    const Duration left = next_tick_ - world_.clock.steady();
    run_posted(std::clamp<Duration>(left, Duration(0), kTick));
    if (world_.clock.steady() >= next_tick_) tick();
    answer_waiters();
  }
  for (Waiter& waiter : waiters_) std::move(waiter.responder).send(status_response());
  waiters_.clear();
  log_.write(LogLevel::Info, "keeper",
             target_->state().stopped() ? "the target is stopped" : "ends; its replicas go on");
  control_->drain(kGoodbye);
  proxy_->drain(kGoodbye);
  write_heartbeat(Ending::Yes);
  return success();
}

void Keeper::tick() {
  next_tick_ = world_.clock.steady() + kTick;
  if (trouble_) reopen_journal();
  write_heartbeat(Ending::No);
  const auto rotated = rotate_target_logs(world_.files, folder_);
  if (!rotated.ok()) log_.write(LogLevel::Warning, "keeper", rotated.error().describe());
  if (trouble_) return;
  const auto tidied = target_->tidy_journal();
  if (!tidied.ok()) after_error(tidied.error());
}

void Keeper::after_error(const Error& error) {
  log_.write(LogLevel::Error, "keeper", error.describe());
  trouble_ = error;
}

// As a restart of the keeper would, with the traffic going on meanwhile.
void Keeper::reopen_journal() {
  host_->forget_all();
  auto reopened = open_target();
  if (reopened.ok()) reopened = target_->resume({{"after", trouble_->describe()}});
  if (!reopened.ok()) {
    trouble_ = reopened.error();
    return log_.write(LogLevel::Error, "keeper", reopened.error().describe());
  }
  trouble_.reset();
  log_.write(LogLevel::Info, "keeper", "the journal can be written again");
}

void Keeper::on_report(const ReplicaReport& report) {
  if (trouble_) return;  // the order is given again when the journal is back
  const auto handled = target_->handle(report);
  if (!handled.ok()) after_error(handled.error());
}

void Keeper::on_commit(const store::JournalBatch& batch) {
  for (const store::StoredEvent& event : batch.events)
    if (event.event.kind != event_kind::kDeployRequested &&
        event.event.kind != event_kind::kCheckpoint)
      log_.write(LogLevel::Info, "keeper", cat(event.event.kind, " ", to_text(event.event.body)));
  refresh_routing();
}

void Keeper::refresh_routing() {
  Routing routing;
  const TargetState& state = target_->state();
  for (const ReplicaState* replica : routed(state))
    routing.routes.push_back(
        {replica->id, replica->revision, replica->port, traffic_of(replica->id)});
  const std::string starting = state.failure.empty()
                                   ? "its replicas are starting"
                                   : cat("its replicas do not come up: ", state.failure);
  routing.empty_reason = cat("target '", settings_.name,
                             "' serves nothing: ", state.live == 0 ? state.empty_reason : starting);
  proxy_->set_routing(std::move(routing));
  std::lock_guard lock(traffic_mutex_);
  std::erase_if(traffic_, [&](const auto& entry) {
    return state.find_replica(entry.first) == nullptr && entry.second->in_flight == 0;
  });
}

std::shared_ptr<ReplicaTraffic> Keeper::traffic_of(const std::string& replica) {
  std::lock_guard lock(traffic_mutex_);
  auto& traffic = traffic_[replica];
  if (traffic == nullptr) traffic = std::make_shared<ReplicaTraffic>();
  return traffic;
}

// ---- what a killed keeper leaves ----

void Keeper::write_heartbeat(Ending ending) {
  std::int64_t in_flight = 0;
  {
    std::lock_guard lock(traffic_mutex_);
    for (const auto& [replica, traffic] : traffic_) in_flight += traffic->in_flight;
  }
  const JsonObject beat{{"pid", ::getpid()},
                        {"last_seen", to_rfc3339(world_.clock.now())},
                        {"in_flight", in_flight},
                        {"ended", ending == Ending::Yes},
                        {"stopped", target_->state().stopped()}};
  const auto written = world_.files.write(folder_ / "keeper.json", to_text(beat) + "\n");
  if (!written.ok()) log_.write(LogLevel::Warning, "keeper", written.error().describe());
}

KeeperGap Keeper::read_gap() {
  const auto text = world_.files.read(folder_ / "keeper.json", 4096);
  if (!text.ok()) return {};
  const auto json = parse_json(text.value());
  if (!json.ok() || !json->is_object()) return {};
  const JsonObject& beat = json->get_object();
  if (get_bool(beat, "ended").value_or(true)) return {};
  KeeperGap gap;
  gap.previous_pid = static_cast<pid_t>(get_int(beat, "pid").value_or(0));
  gap.last_seen = parse_rfc3339(string_or(beat, "last_seen", "")).value_or(world_.clock.now());
  gap.in_flight = get_int(beat, "in_flight").value_or(0);
  return gap;
}

JsonObject Keeper::start_note(const KeeperGap& gap) const {
  JsonObject note{{"pid", ::getpid()}};
  if (gap.previous_pid == 0) return note;
  const auto away = std::max(world_.clock.now() - gap.last_seen, Duration(0));
  note["previous_pid"] = gap.previous_pid;
  note["previous_last_seen"] = to_rfc3339(gap.last_seen);
  note["lost"] = cat("keeper ", gap.previous_pid,
                     " ended without a word; nobody listened for at "
                     "most ",
                     to_human(away), "; connections were cut, ", gap.in_flight,
                     " requests in flight when last counted");
  int adopted = 0;
  for (const ReplicaState& replica : target_->state().replicas)
    if (replica.process && world_.processes.identify(replica.process->pid) == replica.process)
      ++adopted;
  note["adopted_replicas"] = adopted;
  return note;
}

// ---- the control API ----

void Keeper::handle(http::Request& request, http::Responder responder) {
  // std::function wants copies: both are held by a pointer that is shared with no one else.
  auto held = std::make_shared<std::pair<http::Request, http::Responder>>(std::move(request),
                                                                          std::move(responder));
  post([this, held] { route(held->first, std::move(held->second)); });
}

void Keeper::route(const http::Request& request, http::Responder responder) {
  if (request.method == "GET" && http::path_of(request.target) == "/status")
    return answer_status(request, std::move(responder));
  auto response = answer(request);
  if (response.ok()) return std::move(responder).send(std::move(response).value());
  if (!trouble_ && target_->broken()) after_error(response.error());
  std::move(responder).send(http::json_response(http_status(response.error().code()),
                                                to_text(error_json(response.error())) + "\n"));
}

Result<http::Response> Keeper::answer(const http::Request& request) {
  const std::string route = cat(request.method, " ", http::path_of(request.target));
  if (route == "GET /history") {
    const auto events = TRY(target_->history());
    return http::json_response(200, to_text(history_json(target_->state(), events)) + "\n");
  }
  if (route != "POST /deploy" && route != "POST /undo" && route != "POST /stop")
    return not_found(cat("the keeper knows no ", route));
  if (trouble_)
    return Error(ErrorCode::ResourceExhausted,
                 cat("the journal of target '", settings_.name,
                     "' cannot be written now: ", trouble_->describe()));
  if (route == "POST /deploy") return answer_deploy(request);
  const Json json = TRY(parse_json(request.body));
  const std::string by = string_or(*TRY(as_object(json, "request")), "by", "");
  if (route == "POST /stop") {
    TRY(target_->stop(by));
    return http::json_response(202, to_text(JsonObject{{"seq", target_->last_seq()}}) + "\n");
  }
  std::optional<int> expected;
  if (find(json.get_object(), "to") != nullptr)
    expected = static_cast<int>(TRY(get_int(json.get_object(), "to")));
  const DeployResult result = TRY(target_->undo(by, expected));
  return http::json_response(
      202, to_text(JsonObject{
               {"rollout", result.rollout}, {"revision", result.revision}, {"unchanged", false}}) +
               "\n");
}

Result<http::Response> Keeper::answer_deploy(const http::Request& request) {
  const Json json = TRY(parse_json(request.body));
  const JsonObject& body = *TRY(as_object(json, "request"));
  DeployRequest deploy;
  deploy.revision = TRY(revision_from_json(*TRY(get_object(body, "revision"))));
  const int kept = last_replicas(target_->state());
  deploy.replicas = kept != 0 ? kept : settings_.replicas;
  if (find(body, "replicas") != nullptr)
    deploy.replicas = static_cast<int>(TRY(get_int(body, "replicas")));
  if (deploy.replicas < 1 || deploy.replicas > 1000)
    return invalid_input(cat("'replicas' is ", deploy.replicas, "; 1 to 1000 is possible"));
  deploy.by = string_or(body, "by", "");
  const DeployResult result = TRY(target_->deploy(deploy));
  const bool unchanged = result.answer == DeployAnswer::Unchanged;
  return http::json_response(
      unchanged ? 200 : 202,
      to_text(JsonObject{
          {"rollout", result.rollout}, {"revision", result.revision}, {"unchanged", unchanged}}) +
          "\n");
}

http::Response Keeper::status_response() {
  JsonObject status = status_json(target_->state(), {settings_, target_->last_seq(), ::getpid()},
                                  [this](const std::string& replica) -> const ReplicaTraffic* {
                                    std::lock_guard lock(traffic_mutex_);
                                    const auto found = traffic_.find(replica);
                                    return found == traffic_.end() ? nullptr : found->second.get();
                                  });
  if (trouble_) status["trouble"] = trouble_->describe();
  return http::json_response(200, to_text(status) + "\n");
}

void Keeper::answer_status(const http::Request& request, http::Responder responder) {
  const auto number = [&](std::string_view name) -> std::int64_t {
    const auto text = http::query_value(request.target, name);
    return text ? std::atoll(text->c_str()) : 0;
  };
  const std::int64_t wait = std::clamp<std::int64_t>(number("wait_ms"), 0, 20'000);
  if (wait == 0 || target_->last_seq() > number("after"))
    return std::move(responder).send(status_response());
  waiters_.push_back({std::move(responder), number("after"),
                      world_.clock.steady() + Duration(milliseconds(wait))});
}

void Keeper::answer_waiters() {
  const SteadyTime now = world_.clock.steady();
  std::vector<Waiter> still;
  for (Waiter& waiter : waiters_) {
    if (target_->last_seq() > waiter.after || now >= waiter.deadline)
      std::move(waiter.responder).send(status_response());
    else
      still.push_back(std::move(waiter));
  }
  waiters_ = std::move(still);
}

}  // namespace sluice::delivery
