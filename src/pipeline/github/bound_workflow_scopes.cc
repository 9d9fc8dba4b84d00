#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "pipeline/github/bound_workflow.h"
#include "pipeline/github/conditions.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kToken = "GITHUB_TOKEN";

const CallInterface& interface_of(const Workflow& workflow) {
  static const CallInterface kNone;
  const Trigger* trigger = workflow.find_trigger("workflow_call");
  return trigger == nullptr ? kNone : trigger->call;
}

Explanation cannot_call(const Workflow& workflow, TextPosition position, std::string message) {
  Explanation reason;
  reason.decided_by = DecidedBy::Unevaluable;
  reason.summary = located(workflow, {position, std::move(message)});
  reason.position = position;
  return reason;
}

// What is passed to a called workflow, and the first thing that is wrong with it.
struct Passing {
  const Workflow& caller;
  const Call& call;
  const CallInterface& wanted;
  std::optional<Explanation> problem;

  void fail(TextPosition position, std::string message) {
    if (!problem) problem = cannot_call(caller, position, std::move(message));
  }
};

Value default_of(const CallInput& input, const CallScope& outer, const ContextSet& contexts,
                 Passing& passing) {
  if (!input.default_value.present()) return empty_call_input(input.type);
  // A default sees the caller's `github` and `vars`, and no inputs but those that are passed.
  TokenEvaluator evaluator(contexts, outer.workflow->text);
  const Value value = evaluator.value(input.default_value);
  const auto typed = evaluator.ok() ? typed_call_input(input.type, value) : std::nullopt;
  if (typed) return *typed;
  passing.fail(passing.call.target.position,
               cat("the default of input '", input.name, "' must be ", expected_of(input.type)));
  return {};
}

Value typed_input(const CallInput& input, const Value& value, const Token* written,
                  Passing& passing) {
  const auto typed = typed_call_input(input.type, value);
  if (!typed)
    passing.fail(
        written != nullptr ? written->position : passing.call.target.position,
        cat("input '", input.name, "' must be ", expected_of(input.type), ", got the ",
            to_string(value.kind()), " '", value.to_text(), "'; fromJSON() makes one of a text"));
  return typed.value_or(Value());
}

// What a forecast cannot tell is empty, and listed.
void find_unknown_inputs(const ContextSet& contexts, const Passing& passing, CallScope& scope) {
  if (!contexts.forecasts()) return;
  for (const CallInput& input : passing.wanted.inputs) {
    const Token* written = passing.call.with.find(input.name);
    if (written == nullptr) continue;
    if (std::string why = unknown_in(*written, contexts); !why.empty())
      scope.unknown_inputs.emplace_back(input.name, std::move(why));
  }
}

bool is_unknown(const CallScope& scope, const CallInput& input) {
  return std::any_of(scope.unknown_inputs.begin(), scope.unknown_inputs.end(),
                     [&input](const auto& unknown) { return unknown.first == input.name; });
}

void pass_inputs(const CallScope& outer, const ContextSet& contexts, Passing& passing,
                 CallScope& scope) {
  find_unknown_inputs(contexts, passing, scope);
  ValueMembers members;
  TokenEvaluator evaluator(contexts, outer.workflow->text);
  const bool whole = passing.call.with.present() && scope.unknown_inputs.empty();
  const Value given = whole ? evaluator.value(passing.call.with) : Value::object({});
  for (const CallInput& input : passing.wanted.inputs) {
    const Token* written = passing.call.with.find(input.name);
    if (is_unknown(scope, input)) {
      members.emplace_back(input.name, empty_call_input(input.type));
    } else if (!whole && written != nullptr) {
      members.emplace_back(input.name,
                           typed_input(input, evaluator.value(*written), written, passing));
    } else {
      const Value* value = given.kind() == ValueKind::Object ? given.find(input.name) : nullptr;
      members.emplace_back(input.name, value == nullptr
                                           ? default_of(input, outer, contexts, passing)
                                           : typed_input(input, *value, written, passing));
    }
  }
  if (evaluator.problem())
    passing.problem = cannot_call(passing.caller, evaluator.problem()->position,
                                  std::string(evaluator.problem()->message));
  scope.inputs = Value::object(std::move(members));
}

Value passed_secrets(const CallScope& outer, const ContextSet& contexts, Passing& passing,
                     std::vector<std::string>& values) {
  if (passing.call.inherit_secrets) return outer.secrets;
  ValueMembers members;
  if (const Value* token = outer.secrets.find(kToken)) members.emplace_back(kToken, *token);
  if (!passing.call.secrets.present()) return Value::object(std::move(members));
  TokenEvaluator evaluator(contexts, outer.workflow->text);
  for (auto& [name, value] : evaluator.texts(passing.call.secrets)) {
    if (value.empty()) continue;  // as if it had not been passed
    members.emplace_back(name, Value::string(value));
    values.push_back(std::move(value));
  }
  if (evaluator.problem())
    passing.fail(evaluator.problem()->position, evaluator.problem()->message);
  return Value::object(std::move(members));
}

// A plan is made without secrets, so only a forecast and a job that is about to start ask.
std::optional<Explanation> missing_secret(const Workflow& caller, const Call& call,
                                          const Value& secrets) {
  for (const CallSecret& secret : interface_of(*call.workflow).secrets)
    if (secret.required && secrets.find(secret.name) == nullptr)
      return cannot_call(caller, call.target.position,
                         cat("secret '", secret.name, "' is required by ", call.target.name,
                             " and has no value here"));
  return std::nullopt;
}

}  // namespace

std::optional<Value> typed_call_input(InputType type, const Value& value) {
  if (type == InputType::Boolean && value.kind() != ValueKind::Boolean) return std::nullopt;
  if (type == InputType::Number && value.kind() != ValueKind::Number) return std::nullopt;
  if (type == InputType::Boolean || type == InputType::Number) return value;
  if (!value.is_primitive()) return std::nullopt;
  return Value::string(value.to_text());
}

Value empty_call_input(InputType type) {
  if (type == InputType::Boolean) return Value::boolean(false);
  if (type == InputType::Number) return Value::number(0);
  return Value::string("");
}

std::string_view expected_of(InputType type) {
  if (type == InputType::Boolean) return "true or false";
  return type == InputType::Number ? "a number" : "a text";
}

void BoundWorkflow::add_graphs(const Workflow& workflow) {
  if (!graphs_.try_emplace(&workflow, workflow).second) return;
  for (const Job& job : workflow.jobs)
    if (job.call && job.call->workflow) add_graphs(*job.call->workflow);
}

const JobGraph& BoundWorkflow::graph_of(const Workflow& workflow) const {
  const auto found = graphs_.find(&workflow);
  CHECK(found != graphs_.end());
  return found->second;
}

BoundWorkflow::JobAt BoundWorkflow::locate(const std::string& id, const RunFacts& facts) const {
  return locate_in(root_, id, facts);
}

BoundWorkflow::JobAt BoundWorkflow::locate_in(const CallScopePtr& scope, std::string_view id,
                                              const RunFacts& facts) const {
  const std::size_t slash = id.find('/');
  const std::string_view segment = id.substr(0, slash);
  if (slash == std::string_view::npos) {
    const Job* job = scope->workflow->find_job(segment);
    CHECK(job != nullptr);
    return {scope, job};
  }
  const std::size_t dot = segment.find('.');
  const Job* caller = scope->workflow->find_job(segment.substr(0, dot));
  CHECK(caller != nullptr && caller->call);
  const JobAt at{scope, caller};
  Leg leg;
  if (dot != std::string_view::npos)
    std::from_chars(segment.data() + dot + 1, segment.data() + segment.size(), leg.index);
  const SpreadOrReason spread_or_reason = spread(at, facts);
  const auto* legs = std::get_if<Spread>(&spread_or_reason);
  CHECK(legs != nullptr && static_cast<std::size_t>(leg.index) < legs->legs.size());
  leg.total = static_cast<int>(legs->legs.size());
  leg.matrix = to_json(Value::object(legs->legs[static_cast<std::size_t>(leg.index)].values));
  leg.name = leg_name(at, leg, *legs, facts);
  const ScopeOrReason inner = open_scope(at, leg, *legs, facts);
  const auto* opened = std::get_if<CallScopePtr>(&inner);
  CHECK(opened != nullptr);  // decide_job() opened it before
  return locate_in(*opened, id.substr(slash + 1), facts);
}

const Permissions* BoundWorkflow::permissions_at(const JobAt& at) {
  return at.job->permissions ? &*at.job->permissions : at.scope->permissions;
}

BoundWorkflow::ScopeOrReason BoundWorkflow::open_scope(const JobAt& at, const Leg& leg,
                                                       const Spread& spread,
                                                       const RunFacts& facts) const {
  const Call& call = *at.job->call;
  if (call.workflow == nullptr)
    return cannot_call(
        at.workflow(), call.target.position,
        cat("'", call.target.name, "' cannot be called: only workflows of this repository can"));
  Passing passing{at.workflow(), call, interface_of(*call.workflow), std::nullopt};
  ContextSet contexts = leg_contexts(at, leg, spread, facts);
  auto scope = std::make_shared<CallScope>();
  scope->workflow = call.workflow.get();
  scope->prefix = cat(at.id(), spread.has_matrix ? cat(".", leg.index) : "", "/");
  scope->name_prefix = cat(leg.name, " / ");
  scope->permissions =
      call.workflow->permissions ? &*call.workflow->permissions : permissions_at(at);
  pass_inputs(*at.scope, contexts, passing, *scope);
  contexts.set("secrets", at.scope->secrets);
  scope->secret_values = at.scope->secret_values;
  scope->secrets = passed_secrets(*at.scope, contexts, passing, scope->secret_values);
  if (passing.problem) return *std::move(passing.problem);
  return CallScopePtr(std::move(scope));
}

ContextSet BoundWorkflow::scope_contexts(const CallScope& scope) const {
  ContextSet contexts;
  contexts.set("github", github_value_);
  contexts.set("vars", contexts_.vars);
  contexts.set("inputs", scope.inputs);
  return contexts;
}

JobDecision BoundWorkflow::decide_call(const JobAt& at, const Spread& spread, const RunFacts& facts,
                                       Explanation reason) const {
  CallJobs decision;
  decision.max_parallel = spread.max_parallel;
  decision.fail_fast = spread.fail_fast;
  decision.reason = std::move(reason);
  std::vector<Leg> legs = name_legs(at, spread, facts);
  if (auto why = group_legs(at, spread, facts, legs)) return FailJob{*std::move(why)};
  for (Leg& leg : legs) {
    ScopeOrReason opened = open_scope(at, leg, spread, facts);
    if (auto* why = std::get_if<Explanation>(&opened)) return FailJob{std::move(*why)};
    const CallScopePtr& scope = std::get<CallScopePtr>(opened);
    if (auto missing = missing_secret(at.workflow(), *at.job->call, scope->secrets))
      return FailJob{*std::move(missing)};
    // What the called workflow claims is claimed for the call, unless the job claims it already.
    if (!leg.concurrency)
      if (auto why = group_leg(*scope->workflow, scope->workflow->concurrency,
                               scope_contexts(*scope), leg))
        return FailJob{*std::move(why)};
    CalledLeg called{std::move(leg), plan_jobs(scope)};
    decision.legs.push_back(std::move(called));
  }
  return decision;
}

// What is unsupported or unknown is no reason to fail: then there are no called jobs, or no legs.
// Who gives no secrets at all may ask what would be elsewhere, where there are some: that is open.
JobDecision BoundWorkflow::forecast_call(const JobAt& at, const Spread& spread,
                                         const RunFacts& facts, Explanation reason) const {
  CallJobs decision;
  decision.max_parallel = spread.max_parallel;
  decision.fail_fast = spread.fail_fast;
  decision.reason = std::move(reason);
  for (Leg& leg : name_legs(at, spread, facts)) {
    CalledLeg called{std::move(leg), {}};
    if (at.job->call->workflow) {
      ScopeOrReason opened = open_scope(at, called.leg, spread, facts);
      if (auto* why = std::get_if<Explanation>(&opened)) return FailJob{std::move(*why)};
      const CallScopePtr& scope = std::get<CallScopePtr>(opened);
      if (auto missing = missing_secret(at.workflow(), *at.job->call, scope->secrets)) {
        if (!contexts_.secrets.members().empty()) return FailJob{*std::move(missing)};
        missing->decided_by = DecidedBy::Open;
        missing->summary += "; no secrets are given (--secret NAME=VALUE)";
        decision.reason = *std::move(missing);
      }
      called.jobs = plan_jobs(scope);
    }
    decision.legs.push_back(std::move(called));
  }
  return decision;
}

LegResult BoundWorkflow::conclude_call(const std::string& id, const Leg& leg,
                                       const RunFacts& facts) const {
  const JobAt at = locate(id, facts);
  const SpreadOrReason spread_or_reason = spread(at, facts);
  const ScopeOrReason opened = open_scope(at, leg, std::get<Spread>(spread_or_reason), facts);
  const CallScope& scope = *std::get<CallScopePtr>(opened);
  LegResult result;
  result.result = Outcome::Skipped;
  for (const Job& job : scope.workflow->jobs) {
    const auto found = facts.jobs.find(scope.prefix + job.id);
    CHECK(found != facts.jobs.end());
    const Outcome ended = found->second.result;
    if (is_failure(ended)) {
      result.result = Outcome::Failed;
    } else if (ended == Outcome::Cancelled && !is_failure(result.result)) {
      result.result = Outcome::Cancelled;
    } else if (ended == Outcome::Succeeded && result.result == Outcome::Skipped) {
      result.result = Outcome::Succeeded;
    }
  }
  ContextSet contexts = scope_contexts(scope);
  contexts.set("jobs", jobs_context(*scope.workflow, facts, scope.prefix));
  for (const CallOutput& output : interface_of(*scope.workflow).outputs) {
    TokenEvaluator evaluator(contexts, scope.workflow->text);
    std::string value = evaluator.text(output.value);
    if (evaluator.ok() && !value.empty()) result.outputs[output.name] = std::move(value);
  }
  return result;
}

}  // namespace sluice::pipeline::github
