#include "delivery/keeper_client.h"

#include "base/strings.h"
#include "delivery/monitor.h"
#include "delivery/presenter.h"
#include "os/pause.h"

namespace sluice::delivery {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kWanted = "keeper.wanted";
constexpr Duration kStartLimit = std::chrono::seconds(15);

Result<DeployResult> deploy_result(const Json& json) {
  const JsonObject& object = *TRY(as_object(json, "answer"));
  DeployResult result;
  result.answer =
      TRY(get_bool(object, "unchanged")) ? DeployAnswer::Unchanged : DeployAnswer::Started;
  result.rollout = static_cast<int>(TRY(get_int(object, "rollout")));
  result.revision = static_cast<int>(TRY(get_int(object, "revision")));
  return result;
}

}  // namespace

Result<void> ProcessKeeperLauncher::launch(const std::string& target) {
  const os::Path folder = target_folder(home_, target);
  os::ProcessSpec spec;
  // The shell opens the log and becomes the monitor.
  spec.argv = {"/bin/sh",
               "-c",
               "exec \"$@\" >> \"$0\" 2>&1 < /dev/null",
               keeper_log(folder),
               executable_,
               "target",
               "keep",
               target};
  spec.env = world_.environment.all();
  spec.env["SLUICE_HOME"] = home_.string();
  spec.working_directory = folder;
  spec.session = os::Session::NewSession;
  TRY(world_.processes.spawn(spec));
  return success();
}

Result<void> WishingLauncher::launch(const std::string& target) {
  return files_.write(target_folder(home_, target) / kWanted, "");
}

Result<std::vector<std::string>> start_wanted_keepers(os::Files& files, const os::Path& home,
                                                      KeeperLauncher& launcher) {
  std::vector<std::string> started;
  for (const std::string& target : TRY(list_targets(files, home))) {
    const os::Path wish = target_folder(home, target) / kWanted;
    if (!files.stat(wish).ok()) continue;
    TRY(files.remove_all(wish));
    TRY(launcher.launch(target));
    started.push_back(target);
  }
  return started;
}

Result<Json> KeeperClient::exchange(const std::string& method, const std::string& target,
                                    const JsonObject& body, const CancellationToken& cancel) {
  http::Request request;
  request.method = method;
  request.target = target;
  if (method != "GET") {
    request.headers.add("Content-Type", "application/json");
    request.body = to_text(body);
  }
  const http::Response response = TRY(client_.send(request, cancel));
  if (response.status >= 300) return error_from_json(response.status, response.body);
  return parse_json(response.body);
}

Result<DeployResult> KeeperClient::deploy(const DeployRequest& request) {
  JsonObject body{{"revision", to_json(request.revision)}, {"by", request.by}};
  if (request.replicas != 0) body["replicas"] = request.replicas;
  return deploy_result(TRY(exchange("POST", "/deploy", body)));
}

Result<DeployResult> KeeperClient::undo(const std::string& by, std::optional<int> expected) {
  JsonObject body{{"by", by}};
  if (expected) body["to"] = *expected;
  return deploy_result(TRY(exchange("POST", "/undo", body)));
}

Result<void> KeeperClient::stop(const std::string& by) {
  TRY(exchange("POST", "/stop", {{"by", by}}));
  return success();
}

Result<Json> KeeperClient::status(const CancellationToken& cancel) {
  return exchange("GET", "/status", {}, cancel);
}

Result<Json> KeeperClient::status_after(std::int64_t seq, const CancellationToken& cancel) {
  return exchange("GET", cat("/status?wait_ms=10000&after=", seq), {}, cancel);
}

Result<Json> KeeperClient::history() {
  return exchange("GET", "/history", {});
}

Result<KeeperWas> ensure_keeper(os::World world, const os::Path& home, const std::string& target,
                                KeeperLauncher* launcher, const CancellationToken& cancel) {
  const os::Path folder = target_folder(home, target);
  TRY(read_target(world.files, folder));
  KeeperClient client(folder);
  const auto first = client.status(cancel);
  if (first.ok()) return KeeperWas::Running;
  if (first.error().code() != ErrorCode::Unavailable) return first.error();
  if (launcher == nullptr)
    return Error(ErrorCode::Unavailable, cat("no keeper of target '", target,
                                             "' is running, and none may be started from "
                                             "inside a job: start it with `sluice target keep ",
                                             target, "`"));
  TRY(clear_keeper_error(world.files, folder));
  TRY(launcher->launch(target));
  const SteadyTime deadline = world.clock.steady() + kStartLimit;
  while (world.clock.steady() < deadline) {
    if (cancel.cancelled()) return Error(ErrorCode::Cancelled, "cancelled");
    if (client.status(cancel).ok()) return KeeperWas::Started;
    if (const auto failure = read_keeper_error(world.files, folder)) return *failure;
    os::pause(cancel, milliseconds(20));
  }
  return Error(ErrorCode::Timeout, cat("the keeper of target '", target, "' does not answer; see ",
                                       keeper_log(folder).string()));
}

Result<Json> follow_rollout(KeeperClient& client, int rollout,
                            const std::function<void(const JsonObject&)>& progress,
                            const CancellationToken& cancel) {
  Json json = TRY(client.status(cancel));
  for (;;) {
    const JsonObject& status = *TRY(as_object(json, "status"));
    progress(status);
    const JsonObject& last = *TRY(get_object(status, "rollout"));
    const bool later = TRY(get_int(last, "number")) > rollout;
    if (later || TRY(get_string(last, "outcome")) != to_string(RolloutOutcome::Progressing))
      return json;
    json = TRY(client.status_after(TRY(get_int(status, "seq")), cancel));
  }
}

}  // namespace sluice::delivery
