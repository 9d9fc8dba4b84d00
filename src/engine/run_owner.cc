#include "engine/run_owner.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <variant>

#include "base/strings.h"
#include "engine/group_watch.h"
#include "pipeline/mask.h"
#include "store/home.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;
using store::Effect;
using store::EffectStart;
using store::Event;

struct LegPrepared {
  LegKey leg;
  Result<void> result;
};
struct StepRuns {
  LegKey leg;
  std::string id;
  exec::StepStart start;
};
struct StepOutput {
  LegKey leg;
  int step;
};
struct StepDone {
  LegKey leg;
  std::string id;
  pipeline::StepResult result;
};
struct Hashed {
  LegKey leg;
  std::string id;
  Result<std::string> digest;
};
struct LegCleaned {
  LegKey leg;
  Result<void> result;
};
struct TimeIsUp {
  LegKey leg;
  std::string id;
};
struct Paused {
  LegKey leg;
  std::string id;
};
struct LookAtGroups {};
struct LookAround {};  // requests, interrupt or kill

using Message = std::variant<LegPrepared, StepRuns, StepOutput, StepDone, Hashed, LegCleaned,
                             TimeIsUp, Paused, LookAtGroups, LookAround>;

// Many writers, one reader.
class Mailbox {
 public:
  void put(Message message) {
    {
      std::lock_guard lock(mutex_);
      messages_.push_back(std::move(message));
    }
    arrived_.notify_one();
  }

  Message take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return !messages_.empty(); });
    Message message = std::move(messages_.front());
    messages_.pop_front();
    return message;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> messages_;
};

constexpr Duration kRequestInterval = std::chrono::milliseconds(200);
constexpr int kLooksAtGroups = 2;  // every second look

class OwnerImpl final : public RunOwner, private store::EffectRunner {
 public:
  OwnerImpl(const EngineParts& parts, std::string run_id, RunListener* listener,
            std::unique_ptr<os::FileLock> lock)
      : parts_(parts),
        run_id_(std::move(run_id)),
        listener_(listener),
        lock_(std::move(lock)),
        mailbox_(std::make_shared<Mailbox>()),
        machine_(
            parts.languages, parts.sealer,
            [&backend = parts.backend](const exec::LegAddress& leg) { return backend.place(leg); }),
        driver_(parts_.journal, parts_.world.clock, stream_of(run_id_), machine_, *this) {
    driver_.set_observer([this](const store::JournalBatch& batch) {
      if (listener_ != nullptr) listener_->on_events(batch.events);
    });
  }

  ~OwnerImpl() override {
    if (timer_) parts_.world.timers.cancel(*timer_);
    for (const os::TimerId timer : deadlines_) parts_.world.timers.cancel(timer);
  }

  Result<void> begin(const CreatedRun& run) {
    return driver_.post({std::string(event_kind::kRunCreated), to_json(run, parts_.sealer)});
  }

  Result<void> recover() {
    TRY(driver_.recover());
    recovered_ = true;
    return success();
  }

  void set_breaker(StepBreaker* breaker) override { breaker_ = breaker; }

  Result<void> rerun(Rerun rerun) override {
    if (!machine_.finished())
      return failed_precondition(
          cat("run ", shown_number(), " has not ended; resume or cancel it first"));
    rerun.attempt = machine_.created().identity.attempt + 1;
    if (rerun.jobs.empty() && rerun.legs.empty()) take_unsuccessful(rerun);
    if (rerun.jobs.empty() && rerun.legs.empty())
      return failed_precondition(cat("every job of run ", shown_number(),
                                     " succeeded; name the job to run again with --job"));
    if (rerun.from) TRY(check_workspace(*rerun.from));
    return driver_.post({std::string(event_kind::kRerunRequested), to_json(rerun)});
  }

  Result<Outcome> drive(const CancellationToken& interrupt,
                        const CancellationToken& kill) override {
    const auto wake = [mailbox = mailbox_] { mailbox->put(LookAround{}); };
    const auto on_interrupt = interrupt.on_cancel(wake);
    const auto on_kill = kill.on_cancel(wake);
    if (recovered_) TRY(driver_.resume_effects());
    schedule_look();
    while (!machine_.finished()) {
      const Message message = mailbox_->take();
      TRY(std::visit([&](const auto& m) { return handle(m); }, message));
      if (std::holds_alternative<LookAround>(message)) TRY(look_around(interrupt, kill));
    }
    return *machine_.result();
  }

  const RunMachine& machine() const override { return machine_; }

 private:
  std::string shown_number() const {
    const std::int64_t number = machine_.created().number;
    return number > 0 ? std::to_string(number) : run_id_;
  }

  // Legs that succeeded keep what they have come to.
  void take_unsuccessful(Rerun& rerun) const {
    for (const std::string& job : machine_.unsuccessful_jobs()) {
      const std::vector<LegKey> legs = machine_.unsuccessful_legs(job);
      if (legs.empty()) rerun.jobs.push_back(job);
      rerun.legs.insert(rerun.legs.end(), legs.begin(), legs.end());
    }
  }

  // What earlier steps left in files cannot be told from the journal.
  Result<void> check_workspace(const RerunPoint& from) const {
    if (!machine_.leg_ran(from.leg))
      return failed_precondition(cat("job '", from.leg.job,
                                     "' was skipped or never began, so there is no step to go on "
                                     "from; run it as a whole with --job ",
                                     from.leg.job));
    const os::Path workspace = parts_.backend.place(machine_.address(from.leg)).workspace;
    if (parts_.world.files.stat(workspace).ok()) return success();
    return failed_precondition(
        cat("job '", from.leg.job, "' has no workspace any more (", workspace.string(),
            "), so it cannot go on from a step; run it again with --job ", from.leg.job));
  }

  void start(const Effect& effect, EffectStart) override {
    const JsonObject& body = effect.body.as_object();
    if (effect.kind == effect_kind::kClaim) return mailbox_->put(LookAtGroups{});
    const Result<LegKey> parsed = leg_key(body);
    CHECK(parsed.ok());  // effects come from the machine
    const LegKey& key = *parsed;
    const std::string id = string_or(body, "id", "");
    const exec::LegAddress leg = machine_.address(key);
    if (effect.kind == effect_kind::kPrepare) {
      prepared_.insert(leg.folder_name());
      parts_.backend.prepare(machine_.leg_spec(key), [mailbox = mailbox_, key](Result<void> r) {
        mailbox->put(LegPrepared{key, std::move(r)});
      });
    } else if (effect.kind == effect_kind::kStep) {
      start_step(key, id);
    } else if (effect.kind == effect_kind::kPause) {
      mailbox_->put(Paused{key, id});
    } else if (effect.kind == effect_kind::kTimer) {
      start_timer(key, id, from_micros(body.at("due").as_int64()));
    } else if (effect.kind == effect_kind::kStop) {
      parts_.backend.stop(leg, id);
    } else if (effect.kind == effect_kind::kHash) {
      const pipeline::HashFiles* request = machine_.hash_request(key, id);
      CHECK(request != nullptr);
      parts_.backend.hash_files(leg, *request,
                                [mailbox = mailbox_, key, id](Result<std::string> d) {
                                  mailbox->put(Hashed{key, id, std::move(d)});
                                });
    } else {
      CHECK(effect.kind == effect_kind::kFinish);
      parts_.backend.finish(leg, [mailbox = mailbox_, key](Result<void> r) {
        mailbox->put(LegCleaned{key, std::move(r)});
      });
    }
  }

  void start_timer(const LegKey& key, const std::string& id, Timestamp due) {
    const Duration left = std::max(due - parts_.world.clock.now(), Duration::zero());
    deadlines_.push_back(parts_.world.timers.start(left, [mailbox = mailbox_, key, id] {
      mailbox->put(TimeIsUp{key, id});
    }));
  }

  void start_step(const LegKey& key, const std::string& id) {
    const pipeline::RunStep* step = machine_.run_step(key, id);
    CHECK(step != nullptr);
    ensure_prepared(key);
    exec::StepCallbacks callbacks;
    callbacks.on_started = [mailbox = mailbox_, key, id](const exec::StepStart& start) {
      mailbox->put(StepRuns{key, id, start});
    };
    callbacks.on_ended = [mailbox = mailbox_, key, id](pipeline::StepResult result) {
      mailbox->put(StepDone{key, id, std::move(result)});
    };
    if (listener_ != nullptr)
      callbacks.on_output = [mailbox = mailbox_, key, index = step->step] {
        mailbox->put(StepOutput{key, index});
      };
    else
      callbacks.on_output = [] {};
    parts_.backend.start(machine_.address(key), *step, std::move(callbacks));
  }

  // An owner before us prepared the leg; our own backend has not heard of it. What goes wrong here
  // goes wrong for the step too, which says so.
  void ensure_prepared(const LegKey& key) {
    if (!prepared_.insert(machine_.address(key).folder_name()).second) return;
    parts_.backend.prepare(machine_.leg_spec(key), [](const Result<void>&) {});
  }

  std::string effect_key(const LegKey& key, std::string_view id) const {
    return cat(machine_.address(key).folder_name(), "/", id);
  }

  // Whatever else it has of secrets is there to be worked with; name and message are printed.
  Result<PauseAnswer> ask_breaker(const LegKey& leg, PausedStep paused) {
    paused.step.name = shown(leg, paused.step.name);
    paused.result.message = shown(leg, paused.result.message);
    return breaker_->on_paused(machine_.address(leg), paused.step, paused.result);
  }

  std::string shown(const LegKey& leg, std::string_view text) const {
    return pipeline::masked(machine_.masks(leg), text);
  }

  Result<void> post(std::string_view kind, JsonObject body, const std::string& completes = {}) {
    return driver_.post({std::string(kind), std::move(body)}, completes);
  }

  Result<void> handle(const LegPrepared& message) {
    JsonObject body = leg_body(message.leg);
    if (!message.result.ok()) body["error"] = shown(message.leg, message.result.error().describe());
    return post(event_kind::kLegPrepared, std::move(body), effect_key(message.leg, "prepare"));
  }

  Result<void> handle(const StepRuns& message) {
    const pipeline::RunStep* step = machine_.run_step(message.leg, message.id);
    if (step == nullptr || machine_.knows_process(message.leg, message.id)) return success();
    JsonObject body = leg_body(message.leg);
    body["id"] = message.id;
    body["step"] = step->step;
    if (!step->part.empty()) body["part"] = step->part;
    body["pid"] = static_cast<std::int64_t>(message.start.process.pid);
    body["start_ticks"] = message.start.process.start_ticks;
    body["boot_id"] = message.start.process.boot_id;
    return post(event_kind::kStepProcess, std::move(body));
  }

  Result<void> handle(const StepOutput& message) {
    listener_->on_output(message.leg, message.step);
    return success();
  }

  Result<void> handle(const StepDone& message) {
    if (machine_.run_step(message.leg, message.id) == nullptr) return success();
    Json body = step_ended_body(message.leg, message.id, message.result,
                                machine_.masks(message.leg), parts_.sealer);
    return driver_.post({std::string(event_kind::kStepEnded), std::move(body)},
                        effect_key(message.leg, message.id));
  }

  Result<void> handle(const Hashed& message) {
    if (machine_.hash_request(message.leg, message.id) == nullptr) return success();
    JsonObject body = leg_body(message.leg);
    body["id"] = message.id;
    if (message.digest.ok())
      body["digest"] = message.digest.value();
    else
      body["error"] = shown(message.leg, message.digest.error().describe());
    return post(event_kind::kFilesHashed, std::move(body), effect_key(message.leg, message.id));
  }

  Result<void> handle(const LegCleaned& message) {
    JsonObject body = leg_body(message.leg);
    if (!message.result.ok()) body["error"] = shown(message.leg, message.result.error().describe());
    return post(event_kind::kLegCleaned, std::move(body), effect_key(message.leg, "finish"));
  }

  Result<void> handle(const TimeIsUp& message) {
    if (!machine_.knows_deadline(message.leg, message.id)) return success();
    JsonObject body = leg_body(message.leg);
    body["id"] = message.id;
    return post(event_kind::kLegOverdue, std::move(body), effect_key(message.leg, message.id));
  }

  // The run stands while somebody looks at it; steps that run go on.
  Result<void> handle(const Paused& message) {
    TRY(read_requests());
    const PausedStep* step = machine_.paused_step(message.leg, message.id);
    if (step == nullptr) return success();
    PauseAnswer answer = PauseAnswer::Continue;
    if (breaker_ != nullptr && !machine_.cancelled()) answer = TRY(ask_breaker(message.leg, *step));
    JsonObject body = leg_body(message.leg);
    body["id"] = message.id;
    body["answer"] = to_string(answer);
    if (answer == PauseAnswer::Cancel) body["reason"] = "cancelled at a failed step";
    return post(event_kind::kPauseAnswered, std::move(body),
                effect_key(message.leg, cat(message.id, "/pause")));
  }

  Result<void> handle(const LookAtGroups&) {
    const auto driven = [this](const std::string& run) {
      const bool known = run == run_id_ || is_driven(parts_.world, parts_.home, run);
      return known ? Driven::Yes : Driven::No;
    };
    const auto claims = TRY(parts_.read_model.groups().claims_of(run_id_));
    for (const GroupNews& news : groups_.look(claims, machine_, driven))
      if (!machine_.finished()) TRY(driver_.post(news.event, news.completes));
    return success();
  }

  Result<void> handle(const LookAround&) { return success(); }

  Result<void> read_requests() {
    for (const RunRequest& request : TRY(parts_.read_model.requests(run_id_))) {
      if (request.kind == "cancel" && !machine_.cancelled())
        TRY(post(event_kind::kCancelRequested, request.body.as_object()));
      TRY(parts_.read_model.remove_request(request.id));
    }
    return success();
  }

  Result<void> look_around(const CancellationToken& interrupt, const CancellationToken& kill) {
    TRY(read_requests());
    if (interrupt.cancelled() && !machine_.cancelled())
      TRY(post(event_kind::kCancelRequested, {{"reason", "interrupted at the terminal"}}));
    if (kill.cancelled() && !killed_) {
      killed_ = true;
      TRY(post(event_kind::kKillRequested, {{"reason", "interrupted twice"}}));
    }
    if (machine_.has_claims() && !machine_.finished() && ++looks_ % kLooksAtGroups == 0)
      TRY(handle(LookAtGroups{}));
    if (listener_ != nullptr) listener_->on_tick();
    schedule_look();
    return success();
  }

  void schedule_look() {
    if (timer_) parts_.world.timers.cancel(*timer_);
    timer_ = parts_.world.timers.start(kRequestInterval,
                                       [mailbox = mailbox_] { mailbox->put(LookAround{}); });
  }

  EngineParts parts_;
  std::string run_id_;
  RunListener* listener_;
  StepBreaker* breaker_ = nullptr;
  std::unique_ptr<os::FileLock> lock_;
  // Shared with callbacks that may still be on their way when the owner goes.
  std::shared_ptr<Mailbox> mailbox_;
  RunMachine machine_;
  store::Driver driver_;
  std::optional<os::TimerId> timer_;
  std::set<std::string> prepared_;  // legs, by the name of their folder, that our backend knows
  std::vector<os::TimerId> deadlines_;
  GroupWatch groups_;
  int looks_ = 0;
  bool recovered_ = false;
  bool killed_ = false;
};

Result<std::unique_ptr<os::FileLock>> lock_run(const EngineParts& parts,
                                               const std::string& run_id) {
  const os::Path folder = run_folder(parts.home, run_id);
  TRY(parts.world.files.make_directories(folder, 0700));
  const auto no_collection = TRY(store::lock_collection(parts.world, parts.home));
  return TRY_CONTEXT(parts.world.locks.try_lock(folder / "owner.lock"),
                     cat("run ", run_id, " is driven by another process"));
}

}  // namespace

os::Path run_folder(const os::Path& home, std::string_view run_id) {
  return home / "runs" / std::string(run_id);
}

// Trying is the only way to know; whoever wants the lock at that very moment is told Busy.
bool is_driven(const os::World& world, const os::Path& home, std::string_view run_id) {
  const os::Path lock = run_folder(home, run_id) / "owner.lock";
  return world.files.stat(lock).ok() && !world.locks.try_lock(lock).ok();
}

Result<std::unique_ptr<RunOwner>> RunOwner::create(const EngineParts& parts, const CreatedRun& run,
                                                   RunListener* listener) {
  auto lock = TRY(lock_run(parts, run.identity.run_id));
  auto owner = std::make_unique<OwnerImpl>(parts, run.identity.run_id, listener, std::move(lock));
  TRY(owner->begin(run));
  return std::unique_ptr<RunOwner>(std::move(owner));
}

Result<std::unique_ptr<RunOwner>> RunOwner::take_over(const EngineParts& parts,
                                                      const std::string& run_id,
                                                      RunListener* listener) {
  auto lock = TRY(lock_run(parts, run_id));
  auto owner = std::make_unique<OwnerImpl>(parts, run_id, listener, std::move(lock));
  TRY(owner->recover());
  return std::unique_ptr<RunOwner>(std::move(owner));
}

}  // namespace sluice::engine
