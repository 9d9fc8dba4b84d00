// --break-on-failure: a step that failed waits until somebody answers: try it again, go on, or
// cancel the run. A step that is tried again runs under an id of its own; only its last result
// counts.
#include "base/strings.h"
#include "engine/run_machine.h"

namespace sluice::engine {

using pipeline::Outcome;
using store::StoredEvent;

const PausedStep* RunMachine::paused_step(const LegKey& key, const std::string& id) const {
  const LegState* leg = find_leg(key);
  if (leg == nullptr) return nullptr;
  const auto found = leg->paused.find(id);
  return found == leg->paused.end() ? nullptr : &found->second;
}

const pipeline::RunStep* RunMachine::step_request(const LegKey& key, int step,
                                                  std::string_view part) const {
  const LegState* leg = find_leg(key);
  if (leg == nullptr) return nullptr;
  const auto is_it = [&](const pipeline::RunStep& known) {
    return known.step == step && known.part == part;
  };
  for (const auto& [id, running] : leg->running)
    if (is_it(running)) return &running;
  for (const auto& [id, paused] : leg->paused)
    if (is_it(paused.step)) return &paused.step;
  for (auto ended = leg->history.rbegin(); ended != leg->history.rend(); ++ended)
    if (is_it(ended->first)) return &ended->first;
  return nullptr;
}

bool RunMachine::breaks(const LegState& leg, const pipeline::StepResult& result) const {
  if (on_failure_ == OnFailure::GoOn || leg.cancelled || facts_.cancelled) return false;
  return result.outcome == Outcome::Failed || result.outcome == Outcome::TimedOut ||
         result.outcome == Outcome::Errored;
}

void RunMachine::pause(std::size_t job, std::size_t leg, PausedStep step) {
  const LegKey key = key_of(job, leg);
  LegState& state = jobs_[job].legs[leg];
  const std::string id = step.step.id;
  JsonObject body = leg_body(key);
  put_place(body, step.step.step, step.step.part);
  body["id"] = id;
  body["outcome"] = pipeline::to_string(step.result.outcome);
  body["exit_code"] = step.result.exit_code;
  emit(event_kind::kStepPaused, std::move(body));
  JsonObject effect = leg_body(key);
  effect["id"] = id;
  decision_.effects.push_back(
      {effect_key(key, cat(id, "/pause")), std::string(effect_kind::kPause), std::move(effect)});
  state.paused.emplace(id, std::move(step));
}

Result<void> RunMachine::on_pause_answered(const StoredEvent& event, const JsonObject& body) {
  const LegRef ref = TRY(find_leg(body));
  LegState& state = jobs_[ref.job].legs[ref.leg];
  const std::string id = TRY(get_string(body, "id"));
  const auto found = state.paused.find(id);
  if (found == state.paused.end()) return success();
  const PauseAnswer answer = pause_answer_from_string(string_or(body, "answer", ""));
  PausedStep step = std::move(found->second);
  state.paused.erase(found);
  if (answer == PauseAnswer::Retry) {
    retry(ref.job, ref.leg, std::move(step.step));
    return success();
  }
  // The program hears of the cancel while the step still runs for it, as it would from outside.
  if (answer == PauseAnswer::Cancel) TRY(on_cancel(event, body));
  return end_step(ref.job, ref.leg, std::move(step));
}

void RunMachine::retry(std::size_t job, std::size_t leg, pipeline::RunStep step) {
  LegState& state = jobs_[job].legs[leg];
  const LegKey key = key_of(job, leg);
  const auto known = state.first_ids.find(step.id);
  const std::string first = known == state.first_ids.end() ? step.id : known->second;
  const int tries = ++state.tries[first];
  step.id = cat(first, "-try-", tries + 1);
  state.first_ids.emplace(step.id, first);
  step.again = tries;
  JsonObject body = leg_body(key);
  put_place(body, step.step, step.part);
  body["id"] = step.id;
  body["name"] = step.name;
  body["arguments"] = step_fingerprint(step);
  body["reason"] = to_json(step.reason);
  body["again"] = tries;
  emit(event_kind::kStepStarted, std::move(body));
  ask(effect_kind::kStep, key, step.id);
  std::string id = step.id;
  state.running.emplace(std::move(id), std::move(step));
}

// What counts of a step goes to its program, under the id that the program gave it.
Result<void> RunMachine::end_step(std::size_t job, std::size_t leg, PausedStep ended) {
  LegState& state = jobs_[job].legs[leg];
  if (const auto first = state.first_ids.find(ended.step.id); first != state.first_ids.end())
    ended.step.id = first->second;
  annotate(job, leg, ended.step, ended.result);
  const pipeline::StepEnded input{ended.step.id, ended.result};
  state.history.emplace_back(std::move(ended.step), std::move(ended.result));
  return feed(job, leg, input);
}

// Whoever was to answer is not waited for any more.
Result<void> RunMachine::end_pause(std::size_t job, std::size_t leg, const std::string& id) {
  LegState& state = jobs_[job].legs[leg];
  withdraw(key_of(job, leg), cat(id, "/pause"));
  PausedStep step = std::move(state.paused.at(id));
  state.paused.erase(id);
  return end_step(job, leg, std::move(step));
}

}  // namespace sluice::engine
