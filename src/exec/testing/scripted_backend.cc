#include "exec/testing/scripted_backend.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::exec {
namespace {

std::string leg_key(const LegAddress& leg) {
  return cat(leg.run, "/", leg.folder_name());
}

}  // namespace

void ScriptedMachine::script(const std::string& name_or_text, pipeline::StepResult result) {
  std::lock_guard lock(mutex_);
  results_[name_or_text] = std::move(result);
}

void ScriptedMachine::hold(const std::string& name_or_text) {
  std::lock_guard lock(mutex_);
  manners_[name_or_text] = Manner::Held;
}

void ScriptedMachine::hold_stubbornly(const std::string& name_or_text) {
  std::lock_guard lock(mutex_);
  manners_[name_or_text] = Manner::Stubborn;
}

void ScriptedMachine::lose(const std::string& name_or_text) {
  std::lock_guard lock(mutex_);
  manners_[name_or_text] = Manner::Lost;
}

void ScriptedMachine::fail_prepare(Error error) {
  std::lock_guard lock(mutex_);
  prepare_error_ = std::move(error);
}

void ScriptedMachine::set_digest(std::string digest) {
  std::lock_guard lock(mutex_);
  digest_ = std::move(digest);
}

bool ScriptedMachine::complete(const std::string& name_or_text, pipeline::StepResult result) {
  std::optional<Delivery> delivery;
  {
    std::lock_guard lock(mutex_);
    const auto found = steps_.find(running_key(name_or_text));
    if (found == steps_.end()) return false;
    delivery = end(found->second, std::move(result));
  }
  if (delivery) delivery->first.on_ended(delivery->second);
  return true;
}

std::vector<std::string> ScriptedMachine::starts() const {
  std::lock_guard lock(mutex_);
  return starts_;
}

std::vector<pipeline::RunStep> ScriptedMachine::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

int ScriptedMachine::count(const std::string& name_or_text) const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(requests_.begin(), requests_.end(), [&](const auto& step) {
    return std::ranges::count(names_of(step), name_or_text) > 0;
  }));
}

std::vector<std::string> ScriptedMachine::stops() const {
  std::lock_guard lock(mutex_);
  return stops_;
}

std::vector<std::string> ScriptedMachine::prepared() const {
  std::lock_guard lock(mutex_);
  return prepared_;
}

std::vector<std::string> ScriptedMachine::finished() const {
  std::lock_guard lock(mutex_);
  return finished_;
}

std::vector<LegSpec> ScriptedMachine::specs() const {
  std::lock_guard lock(mutex_);
  return specs_;
}

bool ScriptedMachine::running(const std::string& name_or_text) const {
  std::lock_guard lock(mutex_);
  return !running_key(name_or_text).empty();
}

std::vector<std::string> ScriptedMachine::names_of(const pipeline::RunStep& step) {
  std::vector<std::string> names{step.name};
  if (const auto* script = std::get_if<pipeline::ScriptAction>(&step.action))
    names.push_back(script->text);
  else
    names.push_back(std::get<pipeline::BuiltinAction>(step.action).name);
  return names;
}

ScriptedMachine::Manner ScriptedMachine::manner_of(const pipeline::RunStep& step) const {
  for (const std::string& name : names_of(step))
    if (const auto found = manners_.find(name); found != manners_.end()) return found->second;
  return Manner::AtOnce;
}

pipeline::StepResult ScriptedMachine::result_of(const pipeline::RunStep& step) const {
  for (const std::string& name : names_of(step))
    if (const auto found = results_.find(name); found != results_.end()) return found->second;
  return {};
}

bool ScriptedMachine::matches(const Step& step, const std::string& name_or_text) {
  return std::ranges::count(names_of(step.request), name_or_text) > 0;
}

std::string ScriptedMachine::running_key(const std::string& name_or_text) const {
  for (const auto& [key, step] : steps_)
    if (!step.result && matches(step, name_or_text)) return key;
  return {};
}

std::optional<ScriptedMachine::Delivery> ScriptedMachine::end(Step& step,
                                                              pipeline::StepResult result) {
  step.result = std::move(result);
  if (!step.callbacks.on_ended) return std::nullopt;
  return Delivery{std::exchange(step.callbacks, {}), *step.result};
}

ScriptedBackend::ScriptedBackend(ScriptedMachine& machine, os::Path home)
    : machine_(machine), home_(std::move(home)) {}

ScriptedBackend::~ScriptedBackend() {
  std::lock_guard lock(machine_.mutex_);
  for (auto& [key, step] : machine_.steps_) step.callbacks = {};
}

pipeline::JobPlace ScriptedBackend::place(const LegAddress& leg) const {
  LegAddress first = leg;
  first.attempt = 1;
  const os::Path folder = home_ / "runs" / leg.run / "jobs" / first.folder_name();
  pipeline::JobPlace place;
  place.workspace = folder / "workspace";
  place.temp = folder / "temp";
  place.tool_cache = folder / "tools";
  place.home = home_;
  return place;
}

os::Path ScriptedBackend::log_path(const LegAddress& leg, int step) const {
  return home_ / "runs" / leg.run / "jobs" / leg.folder_name() / "logs" / cat(step, ".log");
}

void ScriptedBackend::prepare(const LegSpec& spec, std::function<void(Result<void>)> done) {
  std::optional<Error> error;
  {
    std::lock_guard lock(machine_.mutex_);
    machine_.prepared_.push_back(leg_key(spec.address));
    machine_.specs_.push_back(spec);
    error = machine_.prepare_error_;
  }
  done(error ? Result<void>(*error) : success());
}

void ScriptedBackend::start(const LegAddress& leg, const pipeline::RunStep& step,
                            StepCallbacks callbacks) {
  using Manner = ScriptedMachine::Manner;
  const std::string key = cat(leg_key(leg), "/", step.id);
  StepStart start;
  std::optional<pipeline::StepResult> result;
  {
    std::lock_guard lock(machine_.mutex_);
    auto& known = machine_.steps_[key];
    if (known.start.process.pid == 0) {
      machine_.starts_.push_back(key);
      machine_.requests_.push_back(step);
      known.request = step;
      known.start.process = {"boot", static_cast<pid_t>(1000 + machine_.starts_.size()), 1};
      const Manner manner = machine_.manner_of(step);
      if (manner == Manner::AtOnce) known.result = machine_.result_of(step);
      if (manner == Manner::Lost) {
        known.result.emplace().outcome = pipeline::Outcome::Errored;
        known.result->message = "lost: its supervisor is gone";
      }
    }
    start = known.start;
    result = known.result;
    if (!result) known.callbacks = callbacks;
  }
  if (callbacks.on_started) callbacks.on_started(start);
  if (result) callbacks.on_ended(*result);
}

void ScriptedBackend::stop(const LegAddress& leg, const std::string& step_id) {
  using Manner = ScriptedMachine::Manner;
  std::optional<ScriptedMachine::Delivery> delivery;
  {
    std::lock_guard lock(machine_.mutex_);
    const std::string key = cat(leg_key(leg), "/", step_id);
    machine_.stops_.push_back(key);
    const auto found = machine_.steps_.find(key);
    if (found == machine_.steps_.end() || found->second.result) return;
    if (machine_.manner_of(found->second.request) == Manner::Stubborn) return;
    pipeline::StepResult cancelled;
    cancelled.outcome = pipeline::Outcome::Cancelled;
    cancelled.exit_code = 130;
    delivery = machine_.end(found->second, std::move(cancelled));
  }
  if (delivery) delivery->first.on_ended(delivery->second);
}

void ScriptedBackend::hash_files(const LegAddress&, const pipeline::HashFiles&,
                                 std::function<void(Result<std::string>)> done) {
  std::string digest;
  {
    std::lock_guard lock(machine_.mutex_);
    digest = machine_.digest_;
  }
  done(std::move(digest));
}

void ScriptedBackend::finish(const LegAddress& leg, std::function<void(Result<void>)> done) {
  {
    std::lock_guard lock(machine_.mutex_);
    machine_.finished_.push_back(leg_key(leg));
  }
  done(success());
}

}  // namespace sluice::exec
