#include "ml/evaluate/leakage.h"

#include "base/strings.h"
#include "ml/evaluate/checks.h"

namespace sluice::ml {
namespace {

// Where the model does not say what it looks at: all that it is shown, which is never the target.
std::vector<std::string> features_of(const GateInputs& inputs) {
  std::vector<std::string> features = inputs.model.features();
  if (!features.empty()) return features;
  for (const Column& column : inputs.table.columns())
    if (column.name != inputs.facts.target) features.push_back(column.name);
  return features;
}

}  // namespace

CheckResult check_leakage(const LeakageCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.rows.size();
  result.limit = 0;
  result.detail["train"] = rule.train;
  const auto learnt = inputs.facts.tables.find(rule.train);
  if (learnt == inputs.facts.tables.end() || !learnt->second.ok()) {
    result.sentence = cat("What was learnt from cannot be looked at: ",
                          learnt == inputs.facts.tables.end() ? cat("there is no ", rule.train)
                                                              : learnt->second.error().describe(),
                          ".");
    return result;
  }
  const auto leaks = find_leaks({inputs.table, inputs.facts.target, features_of(inputs),
                                 &learnt->second.value(), rule.keys, rule.time, inputs.facts.now});
  if (!leaks.ok()) {
    result.sentence = cat("Leaks cannot be looked for: ", leaks.error().describe(), ".");
    return result;
  }
  result.measured = static_cast<double>(leaks->size());
  if (leaks->empty()) {
    result.status = CheckStatus::Passed;
    result.sentence = cat("Nothing of what is judged was learnt from ", rule.train, ".");
    return result;
  }
  std::vector<std::string> sentences;
  JsonArray found;
  for (const Leak& leak : *leaks) {
    sentences.push_back(leak.sentence);
    found.push_back(JsonObject{{"kind", leak.kind}, {"rows", leak.rows}});
  }
  result.detail["leaks"] = std::move(found);
  result.sentence = cat("The model could know what it is judged on: ", join(sentences, "; "), ".");
  return result;
}

}  // namespace sluice::ml
