#include "exec/host_leg.h"

#include "base/json.h"
#include "base/strings.h"
#include "exec/actions/run_action.h"
#include "exec/step_record.h"
#include "exec/supervisor/supervisor_names.h"
#include "exec/supervisor_image.h"
#include "exec/temp_link.h"
#include "os/unix_socket.h"

namespace sluice::exec {
namespace {

using pipeline::Outcome;
using pipeline::StepResult;

constexpr Duration kConnectRetry = std::chrono::milliseconds(20);
constexpr int kConnectTries = 250;
constexpr int kEndTries = 3;

constexpr std::string_view kLost =
    "lost: the supervisor of the job is gone and left no record of how the step ended";

constexpr std::string_view kUnreachable = "the job's supervisor cannot be reached";

Outcome to_outcome(StepEnd end) {
  switch (end) {
    case StepEnd::Succeeded:
      return Outcome::Succeeded;
    case StepEnd::Failed:
      return Outcome::Failed;
    case StepEnd::TimedOut:
      return Outcome::TimedOut;
    case StepEnd::Cancelled:
      return Outcome::Cancelled;
    case StepEnd::Errored:
      return Outcome::Errored;
  }
  UNREACHABLE();
}

StepResult errored(std::string message) {
  StepResult result;
  result.outcome = Outcome::Errored;
  result.message = std::move(message);
  return result;
}

StepResult to_result(const EndedMessage& message) {
  StepResult result;
  result.outcome = to_outcome(message.end);
  result.exit_code = message.exit_code;
  result.message = message.message;
  result.took = message.ended - message.started;
  for (const auto& command : message.commands)
    result.commands.push_back({command.name, command.properties, command.data});
  return result;
}

// The end record of a script: all of its result but commands and files.
Result<StepResult> read_end_record(const Json& record) {
  const JsonObject& object = *TRY(as_object(record, "end record"));
  const std::string outcome = TRY(get_string(object, "outcome"));
  const std::int64_t kept = TRY(get_int(object, "kept_commands"));
  StepResult result;
  result.exit_code = static_cast<int>(TRY(get_int(object, "exit_code")));
  result.message = string_or(object, "message", "");
  const auto started = parse_rfc3339(string_or(object, "started", ""));
  const auto ended = parse_rfc3339(string_or(object, "ended", ""));
  if (started && ended) result.took = *ended - *started;
  const std::optional<StepEnd> end = step_end_from_string(outcome);
  if (!end) return corrupt(cat("end record: unknown outcome '", outcome, "'"));
  result.outcome = to_outcome(*end);
  if (kept > 0)
    return errored(cat("lost: the step ended (exit code ", result.exit_code, "), but ",
                       plural(static_cast<std::size_t>(kept), "command"),
                       " of its log that set outputs or masks went with the supervisor"));
  return result;
}

StepResult recovered_result(const std::optional<std::string>& end) {
  if (!end) return errored(std::string(kLost));
  const Result<Json> record = parse_json(*end);
  if (!record.ok()) return errored(record.error().describe());
  Result<StepResult> result = read_end_record(record.value());
  if (!result.ok()) return errored(result.error().describe());
  return std::move(result).value();
}

}  // namespace

HostLeg::HostLeg(HostContext& context, LegAddress address)
    : context_(context),
      address_(std::move(address)),
      folder_(leg_folder(context.settings.home, address_)) {}

HostLeg::~HostLeg() {
  for (auto& [id, active] : active_) active.cancel.cancel();
}

// ---- preparation

Result<void> HostLeg::prepare(const LegSpec& spec) {
  spec_ = spec;
  TRY(make_folders(spec));
  return ensure_supervisor();
}

Result<void> HostLeg::make_folders(const LegSpec& spec) {
  os::Files& files = context_.world.files;
  const bool again = files.stat(folder_.leg_record()).ok();
  if (!again) {
    TRY(files.remove_all(folder_.temp()));
    if (spec.workspace == WorkspaceUse::Fresh) {
      TRY(files.remove_all(folder_.workspace()));
      TRY(files.remove_all(folder_.tools()));
    }
  }
  TRY(files.make_directories(folder_.workspace()));
  TRY(files.make_directories(folder_.tools()));
  TRY(files.make_directories(folder_.temp(), 0700));
  temporary_ = ensure_short_path(context_.world, folder_.temp());
  TRY(files.make_directories(folder_.attempt / "steps"));
  TRY(files.make_directories(folder_.attempt / "logs"));
  if (again) return success();
  for (const auto& [path, content] : spec.settings.files) TRY(files.write(path, content));
  const JsonObject record{{"job", address_.job},
                          {"leg", address_.leg},
                          {"attempt", address_.attempt},
                          {"prepared", to_rfc3339(context_.world.clock.now())}};
  return files.write(folder_.leg_record(), to_text(record) + "\n");
}

Result<void> HostLeg::ensure_supervisor() {
  if (link_ && link_->is_open()) return success();
  return adopt(TRY(connect_or_spawn()));
}

Result<os::Descriptor> HostLeg::connect_or_spawn() {
  if (context_.world.files.stat(folder_.attempt / kSocketName).ok()) {
    Result<os::Descriptor> socket = os::connect_unix(folder_.attempt / kSocketName);
    if (socket.ok()) return socket;
  }
  return spawn_supervisor();
}

Result<os::Descriptor> HostLeg::spawn_supervisor() {
  os::SocketPair sockets = TRY(os::make_socket_pair());
  os::ProcessSpec spec;
  spec.argv = {context_.supervisor.string(), folder_.attempt.string(),
               std::to_string(sockets.theirs.get())};
  spec.env = {{"PATH", "/usr/bin:/bin"}};
  spec.pass_descriptors = {sockets.theirs.get()};
  spec.session = os::Session::NewSession;
  // Not waited for: it outlives this process; the port collects it if it does not.
  TRY_CONTEXT(context_.world.processes.spawn(spec), "start the job's supervisor");
  return std::move(sockets.ours);
}

Result<void> HostLeg::adopt(os::Descriptor socket) {
  SupervisorLink::Handlers handlers{[this](const Frame& frame) { on_frame(frame); },
                                    [this] { on_closed(); }};
  link_ = TRY(SupervisorLink::open(context_.loop, std::move(socket), std::move(handlers)));
  ConfigureMessage configure;
  // The engine cancels the job at its timeout; this is for when there is no engine then.
  if (spec_ && spec_->settings.timeout > Duration::zero())
    configure.job_timeout = spec_->settings.timeout + spec_->settings.cancel_timeout;
  configure.interrupt_grace = context_.settings.interrupt_grace;
  configure.terminate_grace = context_.settings.terminate_grace;
  configure.linger = context_.settings.linger;
  link_->send(to_frame(configure));
  return success();
}

// Another supervisor is alive but not to be reached yet: it has the lock and not yet the socket.
void HostLeg::retry_connect() {
  if (++connect_tries_ > kConnectTries) {
    while (!active_.empty()) end_errored(active_.begin()->first, std::string(kUnreachable));
    if (finishing_)
      std::exchange(finishing_, {})(Error(ErrorCode::Unavailable, std::string(kUnreachable)));
    return;
  }
  std::weak_ptr<char> alive = alive_;
  context_.world.timers.start(kConnectRetry, [this, alive, &loop = context_.loop] {
    loop.post([this, alive] {
      if (alive.expired()) return;
      if (!ensure_supervisor().ok()) return retry_connect();
      // Their files are there, perhaps written to already: spare ones must not take their place.
      SpareFiles none;
      for (const std::string& id : active_scripts()) send_start(active_.at(id), none);
      if (finishing_) link_->send(FrameWriter("end").take());
    });
  });
}

// ---- steps

void HostLeg::start(const pipeline::RunStep& step, StepCallbacks callbacks) {
  const auto known = active_.find(step.id);
  const bool fresh = known == active_.end();
  Active& active = fresh ? active_[step.id] : known->second;
  active.step = step;
  active.callbacks = std::move(callbacks);
  if (!std::holds_alternative<pipeline::ScriptAction>(step.action)) {
    if (fresh) start_builtin(active);
    return;
  }
  start_script(active);
}

// A copy, since what is done with them may end them.
std::vector<std::string> HostLeg::active_scripts() const {
  std::vector<std::string> ids;
  for (const auto& [id, active] : active_)
    if (std::holds_alternative<pipeline::ScriptAction>(active.step.action)) ids.push_back(id);
  return ids;
}

void HostLeg::start_script(Active& active) {
  const Result<void> ready = ensure_supervisor();
  if (!ready.ok()) return end_errored(active.step.id, ready.error().describe());
  send_start(active, spare_files_);
}

void HostLeg::send_start(Active& active, SpareFiles& spare) {
  Result<StartMessage> message = lay_out_step(around(), active.step, spare);
  if (!message.ok()) return end_errored(active.step.id, message.error().describe());
  const bool durable = context_.settings.durability == os::Durability::Power;
  message->sync = durable ? RecordSync::Yes : RecordSync::No;
  link_->send(to_frame(*message));
}

void HostLeg::start_builtin(Active& active) {
  ActionRequest request{context_.world,
                        context_.blobs,
                        folder_,
                        context_.settings.home,
                        run_folder(context_.settings.home, address_.run),
                        address_,
                        spec_ ? spec_->source : SourceTree{},
                        active.step,
                        context_.settings.cache_limit,
                        active.cancel.token()};
  const std::string id = active.step.id;
  std::weak_ptr<char> alive = alive_;
  context_.workers.post([this, alive, id, &loop = context_.loop, request = std::move(request)] {
    const auto on_started = [&](const StepStart& start) {
      loop.post([this, alive, id, start] {
        const auto found = alive.expired() ? active_.end() : active_.find(id);
        if (alive.expired() || found == active_.end()) return;
        if (found->second.callbacks.on_started) found->second.callbacks.on_started(start);
      });
    };
    StepResult result = run_action(request, on_started);
    loop.post([this, alive, id, result = std::move(result)]() mutable {
      if (!alive.expired()) deliver(id, std::move(result));
    });
  });
}

void HostLeg::stop(const std::string& step_id) {
  const auto found = active_.find(step_id);
  if (found == active_.end()) return;
  found->second.cancel.cancel();
  if (link_) link_->send(FrameWriter("stop").text(step_id).take());
}

void HostLeg::deliver(const std::string& step_id, StepResult result) {
  const auto found = active_.find(step_id);
  if (found == active_.end()) return;
  Active active = std::move(found->second);
  active_.erase(found);
  active.callbacks.on_ended(std::move(result));
}

void HostLeg::end_errored(const std::string& step_id, std::string message) {
  deliver(step_id, errored(std::move(message)));
}

// ---- what the supervisor says

void HostLeg::on_frame(const Frame& frame) {
  connect_tries_ = 0;
  if (const std::string& kind = frame[0]; kind == "started") {
    if (const auto message = started_message(frame)) started(*message);
  } else if (kind == "output" && frame.size() == 2) {
    const auto found = active_.find(frame[1]);
    if (found != active_.end() && found->second.callbacks.on_output)
      found->second.callbacks.on_output();
  } else if (kind == "ended") {
    if (const auto message = ended_message(frame)) ended(*message);
  } else if (kind == "refused") {
    if (const auto message = refused_message(frame)) refused(*message);
  } else if (kind == "busy") {
    busy_ = true;
  }
}

void HostLeg::started(const StartedMessage& message) {
  const auto found = active_.find(message.id);
  if (found == active_.end() || !found->second.callbacks.on_started) return;
  found->second.callbacks.on_started(
      {{message.boot_id, message.pid, message.start_ticks}, message.time});
}

void HostLeg::ended(const EndedMessage& message) {
  const auto found = active_.find(message.id);
  if (found == active_.end()) return;
  StepResult result = to_result(message);
  collect(found->second.step, result);
  // At a failed step a person may be at work, with its files open.
  if (message.leftover == Leftover::None && result.outcome == Outcome::Succeeded)
    keep_spare(around(), found->second.step, result, spare_files_);
  deliver(message.id, std::move(result));
}

void HostLeg::collect(const pipeline::RunStep& step, StepResult& result) {
  collect_files(around(), step, result);
  if (const Result<void> kept = keep_summary(around(), step, result); !kept.ok())
    result.commands.push_back({"warning", {}, cat("summary not kept: ", kept.error().describe())});
}

void HostLeg::refused(const RefusedMessage& message) {
  if (message.refusal == Refusal::AlreadyRecorded) return recover(message.id);
  end_errored(message.id, message.message);
}

// The step's supervisor is gone. Its records decide.
void HostLeg::recover(const std::string& step_id) {
  const auto found = active_.find(step_id);
  if (found == active_.end()) return;
  const StepRecord record = read_step_record(context_.world.files, folder_.record(step_id));
  if (record.start && found->second.callbacks.on_started)
    found->second.callbacks.on_started(*record.start);
  StepResult result = recovered_result(record.end);
  if (result.outcome != Outcome::Errored) collect(found->second.step, result);
  deliver(step_id, std::move(result));
}

void HostLeg::on_closed() {
  if (std::exchange(busy_, false)) return retry_connect();
  for (const std::string& id : active_scripts()) recover(id);
  if (finishing_) end_supervisor();
}

// ---- the end

void HostLeg::finish(std::function<void(Result<void>)> done) {
  finishing_ = std::move(done);
  for (auto& [id, active] : active_) active.cancel.cancel();
  if (link_ && link_->is_open())
    link_->send(FrameWriter("end").take());
  else
    end_supervisor();
}

// A supervisor removes its lock when it ends in order: nothing is left then. Where one died, a new
// one clears up what it left running.
void HostLeg::end_supervisor() {
  if (!context_.world.files.stat(folder_.attempt / kLockName).ok()) return clean_up();
  const Result<void> reached =
      ++end_tries_ > kEndTries
          ? Error(ErrorCode::Unavailable, "the job's supervisor dies before it ends the job")
          : ensure_supervisor();
  if (!reached.ok()) return std::exchange(finishing_, {})(reached);
  link_->send(FrameWriter("end").take());
}

void HostLeg::clean_up() {
  std::function<void(Result<void>)> done = std::exchange(finishing_, {});
  context_.workers.post([world = context_.world, temp = folder_.temp(), &loop = context_.loop,
                         done = std::move(done)] {
    remove_short_path(world, temp);
    Result<void> removed = world.files.remove_all(temp);
    loop.post([done, removed] { done(removed); });
  });
}

}  // namespace sluice::exec
