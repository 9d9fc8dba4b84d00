#include "ml/evaluate/gate.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::ml {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

CheckResult run_rule(const GateCheck& check, const GateInputs& inputs) {
  return std::visit(
      Overloaded{[&](const ValueCheck& rule) { return check_value(rule, inputs); },
                 [&](const ChangeCheck& rule) {
                   return check_change(rule, check.without_champion, inputs);
                 },
                 [&](const WorstSliceCheck& rule) {
                   return check_worst_slice(rule, check.without_champion, inputs);
                 },
                 [&](const BehaviourCheck& rule) { return check_behaviour(rule, inputs); }},
      check.rule);
}

}  // namespace

std::vector<CheckResult> run_gate(const GateFile& gate, const GateInputs& inputs) {
  std::vector<CheckResult> results;
  for (const GateCheck& check : gate.checks) {
    CheckResult result = run_rule(check, inputs);
    result.name = check.name;
    result.kind = kind_of(check);
    if (result.status == CheckStatus::Failed && !check.why.empty())
      result.sentence = cat(result.sentence, " ", check.why);
    results.push_back(std::move(result));
  }
  return results;
}

bool all_passed(const std::vector<CheckResult>& results) {
  return !results.empty() && std::all_of(results.begin(), results.end(), [](const auto& result) {
    return result.status == CheckStatus::Passed;
  });
}

}  // namespace sluice::ml
