#include <algorithm>
#include <limits>

#include "base/strings.h"
#include "engine/annotations.h"
#include "engine/run_machine.h"
#include "pipeline/mask.h"

namespace sluice::engine {

using pipeline::LegResult;
using pipeline::Outcome;
using store::StoredEvent;

namespace {

// The id under which a step of the program runs now.
std::string running_id(const LegState& leg, const std::string& first_id) {
  const auto tries = leg.tries.find(first_id);
  return tries == leg.tries.end() ? first_id : cat(first_id, "-try-", tries->second + 1);
}

// What a step is, reduced to what must be the same in a replay. Keyed, because it covers secrets.
std::string fingerprint_of(const pipeline::RunStep& step, const store::Sealer& sealer) {
  std::string text = cat(step.id, "\n", step.name, "\n", step.working_directory, "\n");
  if (const auto* script = std::get_if<pipeline::ScriptAction>(&step.action)) {
    text += cat(script->text, "\n", join(script->command, " "), "\n");
  } else {
    const auto& builtin = std::get<pipeline::BuiltinAction>(step.action);
    text += cat(builtin.name, "@", builtin.version, "\n");
    if (builtin.stage == pipeline::ActionStage::Post) text += "post\n";
    for (const auto& [name, value] : builtin.state) text += cat("state ", name, "=", value, "\n");
    for (const auto& [name, value] : builtin.inputs) text += cat(name, "=", value, "\n");
  }
  for (const auto& [name, value] : step.env) text += cat(name, "=", value, "\n");
  return sealer.fingerprint(text).hex().substr(0, 32);
}

}  // namespace

std::string RunMachine::step_fingerprint(const pipeline::RunStep& step) const {
  return fingerprint_of(step, sealer_);
}

LegKey RunMachine::key_of(std::size_t job, std::size_t leg) const {
  return {graph_[job].id, jobs_[job].legs[leg].leg.index};
}

exec::LegAddress RunMachine::address(const LegKey& key) const {
  return {created_.identity.run_id, key.job, key.leg, created_.identity.attempt};
}

std::string RunMachine::effect_key(const LegKey& key, std::string_view id) const {
  return cat(address(key).folder_name(), "/", id);
}

void RunMachine::ask(std::string_view kind, const LegKey& key, std::string_view id) {
  JsonObject body = leg_body(key);
  body["id"] = id;
  const bool stop = kind == effect_kind::kStop;
  decision_.effects.push_back(
      {cat(effect_key(key, id), stop ? "/stop" : ""), std::string(kind), std::move(body)});
}

void RunMachine::withdraw(const LegKey& key, std::string_view id) {
  decision_.withdrawn.push_back(effect_key(key, id));
}

Result<RunMachine::LegRef> RunMachine::find_leg(const JsonObject& body) const {
  const LegKey key = TRY(leg_key(body));
  const auto job = index_.find(key.job);
  if (job == index_.end()) return corrupt(cat("unknown job '", key.job, "'"));
  const auto& legs = jobs_[job->second].legs;
  const auto leg = static_cast<std::size_t>(key.leg);  // a leg's index is its place
  if (key.leg >= 0 && leg < legs.size()) return LegRef{job->second, leg};
  return corrupt(cat("job '", key.job, "' has no leg ", key.leg));
}

const LegState* RunMachine::find_leg(const LegKey& key) const {
  const auto job = index_.find(key.job);
  if (job == index_.end()) return nullptr;
  const auto& legs = jobs_[job->second].legs;
  const auto leg = static_cast<std::size_t>(key.leg);
  return key.leg >= 0 && leg < legs.size() ? &legs[leg] : nullptr;
}

exec::LegSpec RunMachine::leg_spec(const LegKey& key) const {
  const LegState* leg = find_leg(key);
  CHECK(leg != nullptr);
  exec::LegSpec spec;
  spec.address = address(key);
  spec.settings = leg->settings;
  // Whoever looks at a failed step takes as long as it takes.
  if (on_failure_ == OnFailure::Break) spec.settings.timeout = Duration::zero();
  spec.source = created_.source;
  spec.workspace = leg->replay_before ? exec::WorkspaceUse::Keep : exec::WorkspaceUse::Fresh;
  return spec;
}

const pipeline::RunStep* RunMachine::run_step(const LegKey& key, const std::string& id) const {
  const LegState* leg = find_leg(key);
  if (leg == nullptr) return nullptr;
  const auto found = leg->running.find(id);
  return found == leg->running.end() ? nullptr : &found->second;
}

const pipeline::HashFiles* RunMachine::hash_request(const LegKey& key,
                                                    const std::string& id) const {
  const LegState* leg = find_leg(key);
  if (leg == nullptr) return nullptr;
  const auto found = leg->hashing.find(id);
  return found == leg->hashing.end() ? nullptr : &found->second;
}

const std::vector<std::string>& RunMachine::masks(const LegKey& key) const {
  const LegState* leg = find_leg(key);
  return leg == nullptr ? masks_ : masks(*leg);
}

const std::vector<std::string>& RunMachine::masks(const LegState& leg) const {
  if (leg.program == nullptr) return masks_;
  std::vector<std::string> secrets = leg.program->masks();
  secrets.insert(secrets.end(), secrets_.begin(), secrets_.end());
  if (secrets != leg.masked_secrets) {
    leg.mask_variants = pipeline::mask_variants(secrets);
    leg.masked_secrets = std::move(secrets);
  }
  return leg.mask_variants;
}

const std::vector<std::string>& RunMachine::masks_of_event(const JsonObject& body) const {
  if (!body.contains("leg")) return masks_;
  const Result<LegKey> key = leg_key(body);
  const LegState* leg = key.ok() ? find_leg(*key) : nullptr;
  return leg == nullptr ? masks_ : masks(*leg);
}

bool RunMachine::knows_process(const LegKey& key, const std::string& id) const {
  return known_processes_.contains({key, id});
}

std::optional<int> RunMachine::find_step(const LegKey& key, std::string_view step) const {
  const auto found = index_.find(key.job);
  if (found == index_.end()) return std::nullopt;
  const auto& steps = graph_[found->second].steps;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].id == step || steps[i].name == step || std::to_string(i + 1) == step)
      return static_cast<int>(i);
  return std::nullopt;
}

const std::vector<pipeline::PlannedStep>* RunMachine::steps_of(std::string_view job) const {
  const auto found = index_.find(job);
  return found == index_.end() ? nullptr : &graph_[found->second].steps;
}

// Legs that got their group come first, then jobs in file order.
Result<void> RunMachine::start_legs() {
  while (!admitted_.empty() && busy_slots_ < created_.options.slots) {
    const LegRef ref = admitted_.front();
    admitted_.pop_front();
    // Cancelled meanwhile: it has ended, and this attempt's claim is gone.
    const auto& legs = jobs_[ref.job].legs;
    if (ref.leg < legs.size() && legs[ref.leg].phase == Phase::Waiting &&
        legs[ref.leg].group == GroupState::Held)
      TRY(start_leg(ref.job, ref.leg));
  }
  // Calls, and who waits for a group, take no slot: groups do not depend on the machine.
  for (const std::size_t job : std::set<std::size_t>(asking_)) TRY(start_legs_of(job));
  auto next = starting_.begin();
  while (next != starting_.end() && busy_slots_ < created_.options.slots) {
    const std::size_t job = *next;
    TRY(start_legs_of(job));
    next = starting_.upper_bound(job);
  }
  return success();
}

Result<void> RunMachine::start_legs_of(std::size_t job) {
  JobState& state = jobs_[job];
  const int limit = state.decision.max_parallel.value_or(std::numeric_limits<int>::max());
  while (state.next_leg < state.legs.size() && state.running_legs < limit) {
    LegState& next = state.legs[state.next_leg];
    const auto* group = next.phase == Phase::Waiting ? wanted_group(job, next) : nullptr;
    const bool needs_slot =
        next.phase == Phase::Waiting && group == nullptr && !state.calls_pipeline();
    if (needs_slot && busy_slots_ >= created_.options.slots) return success();
    const std::size_t leg = state.next_leg++;
    if (next.phase != Phase::Waiting) continue;
    ++state.running_legs;
    if (group != nullptr) {
      next.group = GroupState::Waiting;
      request_group(key_of(job, leg), *group);
    } else {
      TRY(start_leg(job, leg));
    }
  }
  // Comes back when one of its legs ends.
  starting_.erase(job);
  asking_.erase(job);
  return success();
}

void RunMachine::may_start(std::size_t job) {
  starting_.insert(job);
  const auto& legs = jobs_[job].legs;
  if (jobs_[job].calls_pipeline() || std::any_of(legs.begin(), legs.end(), [](const LegState& leg) {
        return leg.leg.concurrency.has_value();
      }))
    asking_.insert(job);
}

// A leg that was running, or waited for its group, has ended.
void RunMachine::leave_job(JobState& job, std::size_t index) {
  --job.running_legs;
  if (job.next_leg < job.legs.size()) may_start(index);
}

Result<void> RunMachine::start_leg(std::size_t job, std::size_t leg) {
  if (jobs_[job].calls_pipeline()) {
    start_call(job, leg);
    return success();
  }
  LegState& state = jobs_[job].legs[leg];
  const LegKey key = key_of(job, leg);
  Result<pipeline::StartedLeg> started =
      pipeline_->start_leg(key.job, state.leg, facts_, place_(address(key)));
  ++busy_slots_;
  JsonObject body = leg_body(key);
  body["name"] = state.leg.name;
  if (started.ok()) {
    state.program = std::move(started->program);
    state.settings = started->settings;
    body["timeout_us"] = state.settings.timeout.count();
    if (!state.settings.environment.empty()) body["environment"] = state.settings.environment;
  }
  emit(event_kind::kLegStarted, std::move(body));
  if (!started.ok()) {
    finish_leg(job, leg, {.result = Outcome::Failed, .outputs = {}}, started.error().describe(),
               {});
    return cancel_siblings(job, leg);
  }
  if (rerun_from_ && rerun_from_->leg == key) {
    state.replay_before = rerun_from_->step;
    state.recorded = rerun_results_[key];
  }
  state.phase = Phase::Preparing;
  ask(effect_kind::kPrepare, key, "prepare");
  return success();
}

Result<void> RunMachine::on_leg_prepared(const StoredEvent&, const JsonObject& body) {
  const LegRef ref = TRY(find_leg(body));
  LegState& state = jobs_[ref.job].legs[ref.leg];
  if (state.phase != Phase::Preparing) return success();
  if (const std::string error = string_or(body, "error", ""); !error.empty()) {
    finish_leg(ref.job, ref.leg, {.result = Outcome::Failed, .outputs = {}}, error, {});
    return cancel_siblings(ref.job, ref.leg);
  }
  state.phase = Phase::Running;
  if (on_failure_ == OnFailure::GoOn) watch_timeout(key_of(ref.job, ref.leg), state, now_);
  return feed(ref.job, ref.leg, pipeline::BeginJob{});
}

Result<void> RunMachine::on_step_process(const StoredEvent&, const JsonObject& body) {
  const LegKey leg = TRY(leg_key(body));
  const std::string id = TRY(get_string(body, "id"));
  known_processes_.insert({leg, id});
  return success();
}

Result<void> RunMachine::on_step_ended(const StoredEvent&, const JsonObject& body) {
  const LegRef ref = TRY(find_leg(body));
  LegState& state = jobs_[ref.job].legs[ref.leg];
  const std::string id = TRY(get_string(body, "id"));
  const auto running = state.running.find(id);
  if (state.phase != Phase::Running || running == state.running.end()) return success();
  PausedStep ended;
  ended.result = TRY(step_result_of(body, sealer_));
  ended.step = std::move(running->second);
  state.running.erase(running);
  if (state.stopping.erase(id) > 0) withdraw(key_of(ref.job, ref.leg), cat(id, "/stop"));
  if (!breaks(state, ended.result)) return end_step(ref.job, ref.leg, std::move(ended));
  pause(ref.job, ref.leg, std::move(ended));
  return success();
}

Result<void> RunMachine::on_files_hashed(const StoredEvent&, const JsonObject& body) {
  const LegRef ref = TRY(find_leg(body));
  LegState& state = jobs_[ref.job].legs[ref.leg];
  const std::string id = TRY(get_string(body, "id"));
  if (state.phase != Phase::Running || state.hashing.erase(id) == 0) return success();
  return feed(
      ref.job, ref.leg,
      pipeline::FilesHashed{id, string_or(body, "digest", ""), string_or(body, "error", "")});
}

Result<void> RunMachine::on_leg_cleaned(const StoredEvent&, const JsonObject& body) {
  const LegRef ref = TRY(find_leg(body));
  JobState& job = jobs_[ref.job];
  LegState& state = job.legs[ref.leg];
  if (state.phase != Phase::Finishing) return success();
  state.phase = Phase::Ended;
  leave_job(job, ref.job);
  --busy_slots_;
  job.ended.push_back(ref.leg);
  release_group(ref.job, ref.leg);
  TRY(conclude_job_if_ended(ref.job));
  return schedule();
}

// Steps that are answered from the attempt before are fed when all effects of an input are carried
// out, so that what the program said about several steps stays together.
Result<void> RunMachine::feed(std::size_t job, std::size_t leg, const pipeline::JobInput& input) {
  LegState& state = jobs_[job].legs[leg];
  std::deque<pipeline::JobInput> inputs{input};
  while (!inputs.empty() && state.phase == Phase::Running) {
    const std::vector<pipeline::JobEffect> effects = TRY(state.program->advance(inputs.front()));
    inputs.pop_front();
    for (const pipeline::JobEffect& effect : effects) TRY(carry_out(job, leg, effect));
    inputs.insert(inputs.end(), state.replayed.begin(), state.replayed.end());
    state.replayed.clear();
  }
  return success();
}

Result<void> RunMachine::carry_out(std::size_t job, std::size_t leg,
                                   const pipeline::JobEffect& effect) {
  LegState& state = jobs_[job].legs[leg];
  const LegKey key = key_of(job, leg);
  JsonObject body = leg_body(key);
  if (const auto* run = std::get_if<pipeline::RunStep>(&effect)) {
    return run_or_replay(job, leg, *run);
  }
  if (const auto* begin = std::get_if<pipeline::BeginStep>(&effect)) {
    put_place(body, begin->step, begin->part);
    body["name"] = begin->name;
    body["reason"] = to_json(begin->reason);
    emit(event_kind::kStepStarted, std::move(body));
  } else if (const auto* skip = std::get_if<pipeline::SkipStep>(&effect)) {
    put_place(body, skip->step, skip->part);
    body["name"] = skip->name;
    body["reason"] = to_json(skip->reason);
    emit(event_kind::kStepSkipped, std::move(body));
  } else if (const auto* conclude = std::get_if<pipeline::ConcludeStep>(&effect)) {
    put_place(body, conclude->step, conclude->part);
    body["outcome"] = pipeline::to_string(conclude->outcome);
    body["conclusion"] = pipeline::to_string(conclude->conclusion);
    body["message"] = conclude->message;
    body["outputs"] = to_json_object(conclude->outputs);
    emit(event_kind::kStepConcluded, std::move(body));
  } else if (const auto* hash = std::get_if<pipeline::HashFiles>(&effect)) {
    state.hashing.emplace(hash->id, *hash);
    body["id"] = hash->id;
    emit(event_kind::kHashRequested, std::move(body));
    ask(effect_kind::kHash, key, hash->id);
  } else if (const auto* stop = std::get_if<pipeline::StopStep>(&effect)) {
    const std::string id = running_id(state, stop->id);
    if (state.paused.contains(id)) return end_pause(job, leg, id);
    if (!state.running.contains(id) || !state.stopping.insert(id).second) return success();
    body["id"] = id;
    emit(event_kind::kStepStopped, std::move(body));
    ask(effect_kind::kStop, key, id);
  } else {
    const auto& finish = std::get<pipeline::FinishJob>(effect);
    state.environment_url = finish.environment_url;
    const std::string& reason = finish.message.empty() ? state.overdue : finish.message;
    finish_leg(job, leg, {.result = finish.result, .outputs = finish.outputs}, reason,
               finish.dropped_outputs);
    return cancel_siblings(job, leg);
  }
  return success();
}

Result<void> RunMachine::run_or_replay(std::size_t job, std::size_t leg,
                                       const pipeline::RunStep& step) {
  LegState& state = jobs_[job].legs[leg];
  const LegKey key = key_of(job, leg);
  JsonObject body = leg_body(key);
  put_place(body, step.step, step.part);
  body["id"] = step.id;
  body["name"] = step.name;
  const auto recorded = state.recorded.find(step.id);
  if (state.replay_before && step.step < *state.replay_before && recorded != state.recorded.end()) {
    emit(event_kind::kStepReplayed, std::move(body));
    annotate(job, leg, step, recorded->second);
    state.history.emplace_back(step, recorded->second);
    state.replayed.emplace_back(pipeline::StepEnded{step.id, recorded->second});
    return success();
  }
  body["arguments"] = step_fingerprint(step);
  body["reason"] = to_json(step.reason);
  emit(event_kind::kStepStarted, std::move(body));
  state.running.emplace(step.id, step);
  ask(effect_kind::kStep, key, step.id);
  return success();
}

void RunMachine::annotate(std::size_t job, std::size_t leg, const pipeline::RunStep& step,
                          const pipeline::StepResult& result) {
  const StepAnnotations annotations = annotations_of(result, masks(jobs_[job].legs[leg]));
  if (annotations.list.empty()) return;
  JsonObject body = leg_body(key_of(job, leg));
  put_place(body, step.step, step.part);
  for (auto& member : to_json(annotations)) body[member.key()] = std::move(member.value());
  emit(event_kind::kStepAnnotated, std::move(body));
}

void RunMachine::finish_leg(std::size_t job, std::size_t leg, LegResult result,
                            const std::string& message, const std::vector<std::string>& dropped) {
  LegState& state = jobs_[job].legs[leg];
  const LegKey key = key_of(job, leg);
  for (const auto& [id, step] : state.running) {
    withdraw(key, id);
    if (state.stopping.contains(id)) withdraw(key, cat(id, "/stop"));
  }
  for (const auto& [id, request] : state.hashing) withdraw(key, id);
  for (const auto& [id, step] : state.paused) withdraw(key, cat(id, "/pause"));
  for (const std::string& id : state.deadlines) withdraw(key, id);
  if (state.phase == Phase::Preparing) withdraw(key, "prepare");
  state.deadlines.clear();
  state.running.clear();
  state.hashing.clear();
  state.paused.clear();
  state.stopping.clear();
  JsonObject body = leg_body(key);
  body["result"] = pipeline::to_string(result.result);
  body["message"] = message;
  body["outputs"] = to_json_object(result.outputs);
  if (!state.environment_url.empty())
    body["environment_url"] = pipeline::masked(masks(state), state.environment_url);
  body["dropped_outputs"] = JsonArray(dropped.begin(), dropped.end());
  state.result = std::move(result);
  state.result.continue_on_error = state.settings.continue_on_error;
  if (is_forgiven(state.result)) body["conclusion"] = pipeline::to_string(Outcome::Succeeded);
  emit(event_kind::kLegFinished, std::move(body));
  state.phase = Phase::Finishing;
  ask(effect_kind::kFinish, key, "finish");
}

Result<void> RunMachine::cancel_leg(std::size_t job, std::size_t leg, const std::string& reason) {
  JobState& job_state = jobs_[job];
  LegState& state = job_state.legs[leg];
  if (job_state.calls_pipeline()) return cancel_call(job, leg, reason);
  if (state.phase == Phase::Waiting) {
    JsonObject body = leg_body(key_of(job, leg));
    body["result"] = pipeline::to_string(Outcome::Cancelled);
    body["message"] = reason;
    emit(event_kind::kLegFinished, std::move(body));
    state.phase = Phase::Ended;
    state.result = {.result = Outcome::Cancelled, .outputs = {}};
    job_state.ended.push_back(leg);
    if (state.group != GroupState::None) leave_job(job_state, job);
    release_group(job, leg);
    return success();
  }
  if (state.phase == Phase::Preparing) {
    finish_leg(job, leg, {.result = Outcome::Cancelled, .outputs = {}}, reason, {});
    return success();
  }
  if (state.phase != Phase::Running || state.cancelled) return success();
  state.cancelled = true;
  TRY(feed(job, leg, pipeline::CancelJob{reason}));
  if (state.phase == Phase::Running) watch_cancel(key_of(job, leg), state, now_);
  return success();
}

// fail-fast: the first leg that fails takes the others of its matrix with it.
Result<void> RunMachine::cancel_siblings(std::size_t job, std::size_t failed_leg) {
  JobState& state = jobs_[job];
  const LegState& failed = state.legs[failed_leg];
  if (failed.result.result != Outcome::Failed || !state.decision.fail_fast ||
      failed.settings.continue_on_error)
    return success();
  const std::string reason = cat("fail-fast: '", failed.leg.name, "' failed");
  if (std::exchange(state.failed_fast, true)) return success();
  for (std::size_t leg = 0; leg < state.legs.size(); ++leg)
    if (leg != failed_leg) TRY(cancel_leg(job, leg, reason));
  return success();
}

}  // namespace sluice::engine
