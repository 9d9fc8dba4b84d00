#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/check.h"
#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kExamples = 5;

double changed(const BehaviourCheck& rule, double value) {
  switch (rule.perturbation) {
    case Perturbation::Multiply:
      return value * rule.amount;
    case Perturbation::Add:
      return value + rule.amount;
    case Perturbation::Set:
      return rule.amount;
  }
  UNREACHABLE();
}

// The rows in which every feature is known and one at least becomes another, with the features
// changed.
struct Experiment {
  std::vector<std::size_t> rows;
  Table changed;
};

Result<Experiment> set_up(const BehaviourCheck& rule, const Table& table) {
  std::vector<const Column*> features;
  for (const std::string& name : rule.features) features.push_back(TRY(table.number_column(name)));
  Experiment experiment;
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    bool known = true;
    bool differs = false;
    for (const Column* feature : features) {
      const double value = feature->numbers[row];
      known = known && std::isfinite(value);
      differs = differs || changed(rule, value) != value;
    }
    if (known && differs) experiment.rows.push_back(row);
  }
  experiment.changed = table.take(experiment.rows);
  for (const std::string& name : rule.features) {
    Column column = *experiment.changed.find(name);
    for (double& value : column.numbers) value = changed(rule, value);
    experiment.changed.set_column(std::move(column));
  }
  return experiment;
}

// A model that cannot see a change shows nothing by not answering to it. That it stays the same,
// where this is what is wanted, it does prove.
bool sees_change(const BehaviourCheck& rule, const Predictor& model) {
  if (rule.expectation == Expectation::Unchanged) return true;
  const std::vector<std::string> known = model.features();
  if (known.empty()) return true;
  return std::ranges::any_of(rule.features, [&](const std::string& name) {
    return std::ranges::find(known, name) != known.end();
  });
}

bool violates(const BehaviourCheck& rule, double before, double after) {
  const double change = after - before;
  switch (rule.expectation) {
    case Expectation::Increases:
      return !(change > rule.tolerance);
    case Expectation::NotDecreases:
      return !(change >= -rule.tolerance);
    case Expectation::Unchanged:
      return !(std::fabs(change) <= rule.tolerance);
    case Expectation::NotIncreases:
      return !(change <= rule.tolerance);
    case Expectation::Decreases:
      return !(change < -rule.tolerance);
  }
  UNREACHABLE();
}

std::string action_words(const BehaviourCheck& rule) {
  const std::string features = join(rule.features, " and ");
  switch (rule.perturbation) {
    case Perturbation::Multiply:
      if (rule.amount <= 0)
        return cat("Multiplying the ", features, " by ", short_number(rule.amount));
      return cat(rule.amount > 1 ? "Raising the " : "Lowering the ", features, " by ",
                 short_percent(std::fabs(rule.amount - 1)));
    case Perturbation::Add:
      return cat(rule.amount > 0 ? "Raising the " : "Lowering the ", features, " by ",
                 short_number(std::fabs(rule.amount)));
    case Perturbation::Set:
      return cat("Setting the ", features, " to ", short_number(rule.amount));
  }
  UNREACHABLE();
}

// What a row does that breaks the expectation.
std::string violation_words(const BehaviourCheck& rule, const std::string& predicts) {
  const std::string by =
      rule.tolerance > 0 ? cat(" by more than ", short_number(rule.tolerance)) : "";
  switch (rule.expectation) {
    case Expectation::Increases:
      return cat("does not raise the predicted ", predicts, by);
    case Expectation::NotDecreases:
      return cat("lowers the predicted ", predicts, by);
    case Expectation::Unchanged:
      return cat("changes the predicted ", predicts, by);
    case Expectation::NotIncreases:
      return cat("raises the predicted ", predicts, by);
    case Expectation::Decreases:
      return cat("does not lower the predicted ", predicts, by);
  }
  UNREACHABLE();
}

// What the model said: the number, or the probability.
std::span<const double> answers_of(const JudgedRows& rows) {
  return rows.task == Task::Classification ? rows.probability : rows.prediction;
}

struct Tally {
  std::size_t violations = 0;
  std::size_t moved = 0;
  double before = 0;
  double after = 0;
  JsonArray examples;
};

Tally compare(const BehaviourCheck& rule, const Experiment& experiment,
              std::span<const double> before, const std::vector<double>& after) {
  Tally tally;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const std::size_t row = experiment.rows[i];
    tally.before += before[row];
    tally.after += after[i];
    if (after[i] != before[row]) ++tally.moved;
    if (!violates(rule, before[row], after[i])) continue;
    if (++tally.violations > kExamples) continue;
    JsonObject example;
    example["row"] = row + 1;
    example["before"] = before[row];
    example["after"] = after[i];
    tally.examples.push_back(std::move(example));
  }
  return tally;
}

void conclude(const BehaviourCheck& rule, const GateInputs& inputs, const Tally& tally,
              CheckResult& result) {
  const double share = static_cast<double>(tally.violations) / static_cast<double>(result.rows);
  result.measured = share;
  if (share <= rule.max_violation_share) result.status = CheckStatus::Passed;
  result.sentence = cat(action_words(rule), " ", violation_words(rule, inputs.predicts), " in ",
                        short_percent(share), " of ", row_count(result.rows), "; at most ",
                        short_percent(rule.max_violation_share), " is allowed.");
  result.detail["violations"] = tally.violations;
  if (tally.before != 0) result.detail["total_change"] = tally.after / tally.before - 1;
  result.detail["examples"] = tally.examples;
}

std::string too_few(const BehaviourCheck& rule, std::size_t tried, std::size_t all) {
  const std::string what = cat("a value for ", join(rule.features, " and "), " that this changes");
  if (tried == 0) return cat("No row has ", what, ", so nothing can be tried.");
  return cat("Only ", grouped(tried), " of ", row_count(all), tried == 1 ? " has " : " have ", what,
             "; at least ", std::min(rule.min_rows, all), " must ('min_n').");
}

}  // namespace

CheckResult check_behaviour(const BehaviourCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.limit = rule.max_violation_share;
  const auto experiment = set_up(rule, inputs.table);
  if (!experiment.ok()) {
    result.sentence = cat("The feature cannot be changed: ", experiment.error().describe(), ".");
    return result;
  }
  result.rows = experiment.value().rows.size();
  if (result.rows == 0 || result.rows < std::min(rule.min_rows, inputs.rows.size())) {
    result.sentence = too_few(rule, result.rows, inputs.rows.size());
    return result;
  }
  if (!sees_change(rule, inputs.model)) {
    result.sentence = cat("The model has no feature ", join(rule.features, " or "),
                          ", so changing it cannot show how the model behaves; its features are ",
                          join(inputs.model.features(), ", "), ".");
    return result;
  }
  const auto after = inputs.model.predict(experiment.value().changed);
  if (!after.ok()) {
    result.sentence =
        cat(action_words(rule),
            " leaves rows that the model cannot answer: ", after.error().describe(), ".");
    return result;
  }
  CHECK(after.value().size() == result.rows);
  const Tally tally = compare(rule, experiment.value(), answers_of(inputs.rows), after.value());
  if (tally.moved == 0 && inputs.model.features().empty() &&
      rule.expectation != Expectation::Unchanged) {
    result.sentence = cat(action_words(rule), " moves no prediction at all, so the model has not ",
                          "shown how it behaves (what it looks at is not known).");
    return result;
  }
  conclude(rule, inputs, tally, result);
  return result;
}

CheckResult check_row_order(const RowOrderCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.rows.size();
  result.limit = rule.tolerance;
  std::vector<std::size_t> reversed(inputs.table.row_count());
  for (std::size_t i = 0; i < reversed.size(); ++i) reversed[i] = reversed.size() - 1 - i;
  const auto after = inputs.model.predict(inputs.table.take(reversed));
  if (!after.ok()) {
    result.sentence =
        cat("In reverse order the model cannot answer: ", after.error().describe(), ".");
    return result;
  }
  const auto before = answers_of(inputs.rows);
  CHECK(after.value().size() == before.size());
  if (before.size() < 2) {
    result.sentence = "One row has no order: at least two are needed.";
    return result;
  }
  double largest = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double moved = std::fabs(after.value()[i] - before[reversed[i]]);
    if (!(moved <= largest))
      largest = std::isnan(moved) ? std::numeric_limits<double>::infinity() : moved;
  }
  result.measured = largest;
  if (largest <= rule.tolerance) result.status = CheckStatus::Passed;
  result.sentence =
      cat("With the rows in reverse order a prediction moves by up to ", short_number(largest),
          "; at most ", short_number(rule.tolerance), " is allowed.");
  return result;
}

}  // namespace sluice::ml
