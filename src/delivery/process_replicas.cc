#include "delivery/process_replicas.h"

#include <signal.h>

#include <charconv>

#include "base/strings.h"
#include "delivery/json_match.h"
#include "delivery/log_rotation.h"
#include "http/client.h"
#include "os/pause.h"

namespace sluice::delivery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kLookForDead = milliseconds(50);
constexpr Duration kProbeServing = seconds(2);
constexpr int kFailedProbes = 5;  // in a row, until a serving replica is replaced
constexpr Duration kProbeStarting = milliseconds(20);
constexpr Duration kShortWait = milliseconds(10);
constexpr Duration kRecordAppears = seconds(5);  // sh needs a millisecond
constexpr Duration kAfterKill = seconds(5);
constexpr int kKeptFolders = 20;

// Leaves its trace, then becomes the command. $1 started, $2 process, $3 log, $4 port.
constexpr std::string_view kPrelude = R"(set -C
: > "$1" || exit 97
IFS= read -r boot < /proc/sys/kernel/random/boot_id
IFS= read -r stat < /proc/$$/stat
printf '%s\n%s\n%s\n' "$boot" "$stat" "$4" > "$2" || exit 98
exec >> "$3" 2>&1 < /dev/null
shift 4
exec "$@")";

std::string signal_name(int number) {
  switch (number) {
    case SIGKILL:
      return "SIGKILL";
    case SIGTERM:
      return "SIGTERM";
    case SIGSEGV:
      return "SIGSEGV";
    case SIGABRT:
      return "SIGABRT";
    default:
      return cat("signal ", number);
  }
}

http::ClientSettings probe_settings(milliseconds timeout) {
  http::ClientSettings settings;
  settings.connect_timeout = timeout;
  settings.response_timeout = timeout;
  return settings;
}

http::TcpAddress address_of(const ReplicaPlace& place) {
  return {"127.0.0.1", static_cast<std::uint16_t>(place.port)};
}

// nullopt when ready, else what was wrong.
std::optional<std::string> probe(const ReplicaPlace& place, const Revision& revision,
                                 const CancellationToken& cancel) {
  http::Request request;
  request.target = revision.ready_path;
  const auto answer =
      http::send(address_of(place), request, probe_settings(milliseconds(2000)), cancel);
  if (!answer.ok()) return answer.error().message();
  if (answer->status == 200) return std::nullopt;
  return cat("GET ", revision.ready_path, " answered ", answer->status, " ",
             trim(std::string_view(answer->body).substr(0, 200)));
}

}  // namespace

struct ProcessReplicaHost::Lane {
  CancellationSource cancel;
  std::thread thread;
  // Our child, when it is one: its exit status.
  std::unique_ptr<os::Process> process;
  // Until the replica listens: nobody else gets its port.
  http::Descriptor reserved;
};

struct ProcessReplicaHost::Watched {
  ReplicaPlace place;
  Revision revision;
  bool probing = false;  // it has been ready
  int failed_probes = 0;
};

ProcessReplicaHost::ProcessReplicaHost(Parts parts)
    : parts_(std::move(parts)),
      death_thread_([this] { look_for_dead(); }),
      probe_thread_([this] { probe_serving(); }) {}

ProcessReplicaHost::~ProcessReplicaHost() {
  stop_.cancel();
  death_thread_.join();
  probe_thread_.join();
  forget_all();
}

void ProcessReplicaHost::forget_all() {
  std::map<std::string, Lane> lanes;
  {
    std::lock_guard lock(mutex_);
    watched_.clear();
    lanes.swap(lanes_);
  }
  for (auto& [id, lane] : lanes) lane.cancel.cancel();
  for (auto& [id, lane] : lanes)
    if (lane.thread.joinable()) lane.thread.join();
}

void ProcessReplicaHost::run(const std::string& id, Earlier earlier,
                             std::function<void(const CancellationToken&)> work) {
  std::lock_guard lock(mutex_);
  Lane& lane = lanes_[id];
  if (earlier == Earlier::IsCancelled) lane.cancel.cancel();
  lane.cancel = CancellationSource();
  lane.thread = std::thread([before = std::move(lane.thread), token = lane.cancel.token(),
                             task = std::move(work)]() mutable {
    if (before.joinable()) before.join();
    task(token);
  });
}

void ProcessReplicaHost::report(ReplicaReport what) {
  parts_.listener(std::move(what));
}

void ProcessReplicaHost::fail(const std::string& id, std::string reason) {
  report({ReplicaReportKind::Failed, id, {}, std::move(reason)});
}

// ---- start ----

void ProcessReplicaHost::start(const std::string& id, const Revision& revision, Duration delay,
                               OrderIs order) {
  run(id, Earlier::GoesFirst, [=, this](const CancellationToken& cancel) {
    if (delay > Duration(0) && !os::pause(cancel, delay)) return;
    do_start(id, revision, order, cancel);
  });
}

void ProcessReplicaHost::do_start(const std::string& id, const Revision& revision, OrderIs order,
                                  const CancellationToken& cancel) {
  if (order == OrderIs::New || !started(id)) {
    const auto spawned = spawn(id, revision, order);
    if (!spawned.ok()) return fail(id, spawned.error().describe());
  }
  await_process(id, cancel);
}

Result<void> ProcessReplicaHost::spawn(const std::string& id, const Revision& revision,
                                       OrderIs order) {
  os::Files& files = parts_.world.files;
  // What lies here belongs to a journal that is no more; after a repeated order nothing does.
  if (order == OrderIs::New) TRY(files.remove_all(folder(id)));
  TRY(files.make_directories(folder(id)));
  http::Listener reserved = TRY(http::reserve_port());
  const std::string port = std::to_string(std::get<http::TcpAddress>(reserved.address).port);
  os::ProcessSpec spec;
  spec.argv = {"/bin/sh", "-c", std::string(kPrelude), "sh"};
  for (const std::string_view name : {"started", "process", "log"})
    spec.argv.push_back(file(id, name));
  spec.argv.push_back(port);
  for (const std::string& argument : revision.command)
    spec.argv.push_back(replace_all(argument, "{port}", port));
  spec.env = parts_.world.environment.all();
  for (const auto& [name, value] : revision.environment) spec.env[name] = value;
  spec.working_directory =
      revision.working_directory.empty() ? parts_.folder : os::Path(revision.working_directory);
  spec.session = os::Session::NewSession;
  auto process = TRY(parts_.world.processes.spawn(spec));
  std::lock_guard lock(mutex_);
  if (const auto lane = lanes_.find(id); lane != lanes_.end()) {
    lane->second.process = std::move(process);
    lane->second.reserved = std::move(reserved.descriptor);
  }
  return success();
}

// The trace of this or an earlier start. The child writes it within milliseconds.
void ProcessReplicaHost::await_process(const std::string& id, const CancellationToken& cancel) {
  for (Duration waited{}; waited < kRecordAppears; waited += kShortWait) {
    const auto place = recorded_place(id);
    if (place.ok()) {
      if (!alive(place.value())) return fail(id, describe_end(place.value()));
      return report({ReplicaReportKind::Started, id, place.value(), ""});
    }
    if (!os::pause(cancel, kShortWait)) return;
  }
  fail(id, "its start left no record: the process ended before it ran the command");
}

// ---- checks ----

void ProcessReplicaHost::await_ready(const ReplicaPlace& place, const Revision& revision) {
  run(place.id, Earlier::GoesFirst,
      [=, this](const CancellationToken& cancel) { do_await_ready(place, revision, cancel); });
}

void ProcessReplicaHost::do_await_ready(const ReplicaPlace& place, const Revision& revision,
                                        const CancellationToken& cancel) {
  const SteadyTime deadline = parts_.world.clock.steady() + revision.startup_deadline;
  for (;;) {
    const auto trouble = probe(place, revision, cancel);
    if (!trouble) break;
    if (!alive(place)) return fail(place.id, describe_end(place));
    if (parts_.world.clock.steady() >= deadline)
      return fail(place.id, cat("not ready within ", to_human(revision.startup_deadline), ": ",
                                *trouble, last_words(place.id)));
    if (!os::pause(cancel, kProbeStarting)) return;
  }
  {
    std::lock_guard lock(mutex_);
    if (const auto lane = lanes_.find(place.id); lane != lanes_.end())
      lane->second.reserved.close();
    if (const auto entry = watched_.find(place.id); entry != watched_.end())
      entry->second.probing = true;
  }
  report({ReplicaReportKind::Ready, place.id, {}, ""});
}

void ProcessReplicaHost::smoke(const ReplicaPlace& place, const Revision& revision) {
  run(place.id, Earlier::GoesFirst,
      [=, this](const CancellationToken& cancel) { do_smoke(place, revision, cancel); });
}

void ProcessReplicaHost::do_smoke(const ReplicaPlace& place, const Revision& revision,
                                  const CancellationToken& cancel) {
  const SmokeCheck& check = *revision.smoke;
  http::Request request;
  request.method = check.method;
  request.target = check.path;
  request.headers.add("Content-Type", check.content_type);
  request.body = check.body;
  const auto answer =
      http::send(address_of(place), request, probe_settings(milliseconds(30'000)), cancel);
  if (!answer.ok() && answer.error().code() == ErrorCode::Cancelled) return;
  const std::string what = cat("smoke prediction ", check.method, " ", check.path, ": ");
  if (!answer.ok())
    return fail(place.id, alive(place) ? cat(what, answer.error().message()) : describe_end(place));
  if (answer->status != 200)
    return fail(place.id, cat(what, "answered ", answer->status, " ",
                              trim(std::string_view(answer->body).substr(0, 300))));
  const auto json = parse_json(answer->body);
  if (!json.ok())
    return fail(place.id, cat(what, "the answer is no JSON: ", json.error().message()));
  const auto difference = first_difference(check.expected, *json, check.tolerance);
  if (difference) return fail(place.id, cat(what, *difference));
  report({ReplicaReportKind::SmokePassed, place.id, {}, ""});
}

// ---- watching ----

void ProcessReplicaHost::watch(const ReplicaPlace& place, const Revision& revision) {
  std::lock_guard lock(mutex_);
  // Adopted from an earlier keeper: it may have been ready, and an order says so otherwise.
  watched_[place.id] = {place, revision, !lanes_.contains(place.id), 0};
}

void ProcessReplicaHost::look_for_dead() {
  const CancellationToken stop = stop_.token();
  while (os::pause(stop, kLookForDead)) {
    std::vector<ReplicaPlace> places;
    {
      std::lock_guard lock(mutex_);
      for (const auto& [id, entry] : watched_) places.push_back(entry.place);
    }
    for (const ReplicaPlace& place : places) {
      if (alive(place)) continue;
      {
        std::lock_guard lock(mutex_);
        if (watched_.erase(place.id) == 0) continue;  // retired meanwhile
      }
      fail(place.id, describe_end(place));
    }
  }
}

void ProcessReplicaHost::probe_serving() {
  const CancellationToken stop = stop_.token();
  while (os::pause(stop, kProbeServing)) {
    std::vector<Watched> entries;
    {
      std::lock_guard lock(mutex_);
      for (const auto& [id, entry] : watched_)
        if (entry.probing) entries.push_back(entry);
    }
    for (const Watched& seen : entries) {
      const auto trouble = probe(seen.place, seen.revision, stop);
      if (stop.cancelled()) return;
      {
        std::lock_guard lock(mutex_);
        const auto entry = watched_.find(seen.place.id);
        if (entry == watched_.end()) continue;
        entry->second.failed_probes = trouble ? entry->second.failed_probes + 1 : 0;
        if (entry->second.failed_probes < kFailedProbes) continue;
        watched_.erase(entry);
      }
      fail(seen.place.id, cat("not ready at ", kFailedProbes, " probes in a row: ", *trouble));
    }
  }
}

// ---- the end ----

void ProcessReplicaHost::retire(const std::string& id, const std::optional<ReplicaPlace>& place,
                                Duration drain, Duration grace) {
  {
    std::lock_guard lock(mutex_);
    watched_.erase(id);
  }
  run(id, Earlier::IsCancelled,
      [=, this](const CancellationToken& cancel) { do_retire(id, place, drain, grace, cancel); });
}

void ProcessReplicaHost::do_retire(const std::string& id, std::optional<ReplicaPlace> place,
                                   Duration drain, Duration grace,
                                   const CancellationToken& cancel) {
  const SteadyTime deadline = parts_.world.clock.steady() + drain;
  while (parts_.in_flight(id) > 0 && parts_.world.clock.steady() < deadline)
    if (!os::pause(cancel, kShortWait)) return;
  // A start that has not left its trace yet finds this one, and ends.
  if (!place && parts_.world.files.make_directories(folder(id)).ok()) {
    const auto claimed = parts_.world.files.create_exclusive(file(id, "started"), "");
    if (claimed.ok()) return report({ReplicaReportKind::Gone, id, {}, ""});
  }
  for (Duration waited{}; !place && waited < kRecordAppears; waited += kShortWait) {
    if (auto recorded = recorded_place(id); recorded.ok()) place = std::move(recorded).value();
    if (!place && !os::pause(cancel, kShortWait)) return;
  }
  if (place && parts_.world.processes.signal(place->process, SIGTERM) &&
      !wait_for_end(*place, grace, cancel)) {
    if (cancel.cancelled()) return;
    parts_.world.processes.signal(place->process, SIGKILL);
    if (!wait_for_end(*place, kAfterKill, cancel) && cancel.cancelled()) return;
  }
  remove_old_files(id);
  report({ReplicaReportKind::Gone, id, {}, ""});
}

bool ProcessReplicaHost::wait_for_end(const ReplicaPlace& place, Duration most,
                                      const CancellationToken& cancel) {
  const SteadyTime deadline = parts_.world.clock.steady() + most;
  while (alive(place)) {
    if (parts_.world.clock.steady() >= deadline) return false;
    if (!os::pause(cancel, kShortWait)) return false;
  }
  return true;
}

// Folders of replicas long gone; the last ones stay for people to read.
void ProcessReplicaHost::remove_old_files(const std::string& id) {
  int number = 0;
  std::from_chars(id.data() + 1, id.data() + id.size(), number);
  const std::string old = cat("r", number - kKeptFolders);
  std::map<std::string, Lane>::node_type lane;
  {
    std::lock_guard lock(mutex_);
    if (number <= kKeptFolders || watched_.contains(old)) return;
    lane = lanes_.extract(old);
  }
  if (!lane.empty() && lane.mapped().thread.joinable()) lane.mapped().thread.join();
  const auto removed = parts_.world.files.remove_all(folder(old));
  if (!removed.ok()) parts_.log.write(LogLevel::Warning, "replicas", removed.error().describe());
}

// ---- traces ----

os::Path ProcessReplicaHost::folder(const std::string& id) const {
  return parts_.folder / "replicas" / id;
}

os::Path ProcessReplicaHost::file(const std::string& id, std::string_view name) const {
  return folder(id) / name;
}

bool ProcessReplicaHost::started(const std::string& id) const {
  return parts_.world.files.stat(file(id, "started")).ok();
}

Result<ReplicaPlace> ProcessReplicaHost::recorded_place(const std::string& id) const {
  const std::string text = TRY(parts_.world.files.read(file(id, "process"), 1u << 16));
  const auto lines = split_lines(text);
  if (lines.size() != 3 || !text.ends_with('\n')) return not_found("not whole yet");
  // The name in the second field may hold anything: count from the last ')'.
  const std::string_view stat = lines[1];
  const auto fields = split(trim(stat.substr(std::min(stat.size(), stat.rfind(')') + 1))), ' ');
  ReplicaPlace place;
  place.id = id;
  place.process.boot_id = std::string(lines[0]);
  std::from_chars(stat.data(), stat.data() + stat.size(), place.process.pid);
  if (fields.size() < 20) return corrupt(cat("the record of replica ", id, " is broken"));
  std::from_chars(fields[19].data(), fields[19].data() + fields[19].size(),
                  place.process.start_ticks);
  std::from_chars(lines[2].data(), lines[2].data() + lines[2].size(), place.port);
  return place;
}

bool ProcessReplicaHost::alive(const ReplicaPlace& place) const {
  return parts_.world.processes.identify(place.process.pid) == place.process;
}

std::string ProcessReplicaHost::describe_end(const ReplicaPlace& place) {
  std::string how = "ended while no keeper watched it";
  std::lock_guard lock(mutex_);
  if (const auto lane = lanes_.find(place.id); lane != lanes_.end() && lane->second.process) {
    const auto status = lane->second.process->wait({}, Duration(0));
    if (status.ok())
      how = status->signal != 0 ? cat("was killed by ", signal_name(status->signal))
                                : cat("exited with status ", status->code);
  }
  return cat("its process (pid ", place.process.pid, ") ", how, last_words(place.id));
}

std::string ProcessReplicaHost::last_words(const std::string& id) const {
  const auto log = read_log(parts_.world.files, file(id, "log"));
  if (!log.ok()) return "";
  const auto lines = split_lines(log.value());
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (!trim(*line).empty()) return cat("; its last line: ", trim(*line).substr(0, 200));
  return "";
}

}  // namespace sluice::delivery
