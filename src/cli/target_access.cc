#include "cli/target_access.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "cli/model_access.h"
#include "delivery/monitor.h"

namespace sluice::cli {
namespace {

std::int64_t number(const JsonObject& object, std::string_view key) {
  return get_int(object, key).value_or(0);
}

const JsonArray& list(const JsonObject& object, std::string_view key) {
  static const JsonArray kNone;
  const Json* found = find(object, key);
  return found != nullptr && found->is_array() ? found->get_array() : kNone;
}

// "r3 probing, r1 serving, r2 serving"
std::string replicas_line(const JsonObject& status) {
  std::vector<std::string> parts;
  for (const Json& entry : list(status, "replicas")) {
    const JsonObject& replica = entry.get_object();
    parts.push_back(cat(string_or(replica, "id", ""), " (revision ", number(replica, "revision"),
                        ") ", string_or(replica, "phase", "")));
  }
  return parts.empty() ? "no replicas" : join(parts, ", ");
}

std::string replica_row(const JsonObject& replica) {
  std::int64_t requests = 0, in_flight = 0;
  std::string codes;
  if (const auto traffic = get_object(replica, "traffic"); traffic.ok()) {
    requests = number(**traffic, "requests");
    in_flight = number(**traffic, "in_flight");
    if (const auto counted = get_object(**traffic, "codes"); counted.ok())
      for (const auto& entry : **counted)
        codes += cat(" ", std::string_view(entry.key()), "x", to_text(entry.value()));
  }
  return fmt::format("  {:<6} {:>8} {:<9} {:>7} {:>8} {:>9} {:>9}{}\n",
                     string_or(replica, "id", ""), number(replica, "revision"),
                     string_or(replica, "phase", ""), number(replica, "port"),
                     number(replica, "pid"), requests, in_flight, codes);
}

}  // namespace

std::unique_ptr<delivery::KeeperLauncher> keeper_launcher(const Context& context,
                                                          const os::Path& home) {
  if (context.world.environment.get("SLUICE_RUN_ID"))
    return std::make_unique<delivery::WishingLauncher>(context.world.files, home);
  return std::make_unique<delivery::ProcessKeeperLauncher>(context.world, context.executable, home);
}

Result<delivery::KeeperClient> reach_keeper(const Context& context, const std::string& target) {
  const os::Path home = TRY(home_of(context));
  const auto launcher = keeper_launcher(context, home);
  const auto was =
      TRY(delivery::ensure_keeper(context.world, home, target, launcher.get(), context.interrupt));
  if (was == delivery::KeeperWas::Started)
    context.terminal.error(cat("target ", target, ": its keeper was not running and is started\n"));
  return delivery::KeeperClient(delivery::target_folder(home, target));
}

std::string revision_label(const JsonObject& status, std::int64_t wanted) {
  for (const Json& entry : list(status, "revisions"))
    if (number(entry.get_object(), "number") == wanted)
      return cat("revision ", wanted, " (", string_or(entry.get_object(), "name", ""), ")");
  return cat("revision ", wanted);
}

std::map<std::string, std::string> revision_labels(const JsonObject& status, std::int64_t wanted) {
  std::map<std::string, std::string> labels;
  for (const Json& entry : list(status, "revisions")) {
    if (number(entry.get_object(), "number") != wanted) continue;
    if (const auto found = get_object(entry.get_object(), "labels"); found.ok())
      for (const auto& label : **found)
        labels[std::string(label.key())] = string_or(**found, label.key(), "");
  }
  return labels;
}

Result<std::string> uses_by_targets(const Context& context, const std::string& model,
                                    std::int64_t version) {
  const os::Path home = TRY(home_of(context));
  const auto is_it = [&](const JsonObject& status, std::string_view key) {
    const auto labels = revision_labels(status, number(status, key));
    const auto name = labels.find("model"), text = labels.find("version");
    return name != labels.end() && name->second == model && text != labels.end() &&
           text->second == std::to_string(version);
  };
  std::string said;
  for (const std::string& target : TRY(delivery::list_targets(context.world.files, home))) {
    const os::Path folder = delivery::target_folder(home, target);
    const auto status = delivery::KeeperClient(folder).status(context.interrupt);
    if (!status.ok() && !delivery::was_stopped(context.world.files, folder))
      said +=
          cat("target ", target,
              " cannot be asked whether it serves this version: ", status.error().message(), "\n");
    if (!status.ok() || !status->is_object()) continue;
    if (is_it(status->get_object(), "live"))
      said +=
          cat("target ", target, " still serves it: deploy another version, or `sluice rollout ",
              "undo ", target, "`\n");
    else if (is_it(status->get_object(), "undo_to"))
      said += cat("target ", target, " has it to go back to: `sluice rollout undo ", target,
                  "` will refuse\n");
  }
  return said;
}

Result<int> tell_rollout(Context& context, delivery::KeeperClient& client,
                         const std::string& target, int rollout) {
  std::string told;
  const auto progress = [&](const JsonObject& status) {
    std::string line = replicas_line(status);
    if (line == told) return;
    told = std::move(line);
    context.terminal.error(cat("  ", told, "\n"));
  };
  const auto followed = delivery::follow_rollout(client, rollout, progress, context.interrupt);
  if (!followed.ok() && context.interrupt.cancelled()) {
    context.terminal.error(cat("rollout ", rollout, " of ", target,
                               " goes on without this command: `sluice rollout status ", target,
                               "` shows it, `sluice rollout undo ", target, "` ends it\n"));
    return exit_status(ErrorCode::Cancelled);
  }
  const Json json = TRY(followed);
  const JsonObject& status = json.get_object();
  const JsonObject& last = *TRY(get_object(status, "rollout"));
  const std::string outcome = string_or(last, "outcome", "");
  const std::string to = revision_label(status, number(last, "to"));
  const std::string reason = string_or(last, "reason", "");
  if (number(last, "number") != rollout || outcome == "completed") {
    context.terminal.out(cat(to, " serves at ", string_or(status, "url", ""), "\n"));
    return 0;
  }
  if (outcome == "rolled_back")
    context.terminal.out(cat(to, " is rolled back: ", reason, "\n",
                             revision_label(status, number(last, "from")), " serves at ",
                             string_or(status, "url", ""), "\n"));
  else
    context.terminal.out(cat(to, " did not become healthy: ", reason, "\n",
                             string_or(status, "url", ""), " answers 503\n"));
  return 1;
}

std::string status_text(const JsonObject& status) {
  std::string text =
      cat("target ", string_or(status, "name", ""), " at ", string_or(status, "url", ""), "\n");
  const std::int64_t live = number(status, "live");
  if (live == 0)
    text += cat("serves nothing: ", string_or(status, "reason", ""), "\n");
  else
    text +=
        cat("serves ", revision_label(status, live), " with ", number(status, "wanted"),
            number(status, "wanted") == 1 ? " replica" : " replicas",
            get_bool(status, "healthy").value_or(false) ? "" : ", not all of them healthy", "\n");
  if (const std::string failure = string_or(status, "failure", ""); !failure.empty())
    text += cat("last failure: ", failure, "\n");
  if (const auto rollout = get_object(status, "rollout"); rollout.ok()) {
    const std::string reason = string_or(**rollout, "reason", "");
    text += cat("rollout ", number(**rollout, "number"), " to ",
                revision_label(status, number(**rollout, "to")), ": ",
                string_or(**rollout, "outcome", ""), reason.empty() ? "" : cat(": ", reason), "\n");
  }
  if (find(status, "trouble") != nullptr)
    text += cat("trouble: ", string_or(status, "trouble", ""), "\n");
  if (list(status, "replicas").empty()) return text;
  text += fmt::format("  {:<6} {:>8} {:<9} {:>7} {:>8} {:>9} {:>9}\n", "id", "revision", "phase",
                      "port", "pid", "requests", "in flight");
  for (const Json& entry : list(status, "replicas")) text += replica_row(entry.get_object());
  return text;
}

}  // namespace sluice::cli
