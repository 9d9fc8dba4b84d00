#include <cmath>

#include "base/check.h"
#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/evaluate/wording.h"
#include "ml/statistics/sample_size.h"

namespace sluice::ml {
namespace {

std::string amount_text(const ChangeCheck& rule, double change) {
  return rule.scale == Scale::Relative ? short_percent(change) : short_number(change);
}

std::string signed_words(const ChangeCheck& rule, double change) {
  if (change == 0) return "as good as";
  return cat(amount_text(rule, std::fabs(change)), change > 0 ? " worse than" : " better than");
}

// "2 % worse" and, for a demanded improvement (a negative margin), "at least 2 % better".
std::string limit_words(const ChangeCheck& rule) {
  if (rule.max_worse >= 0) return cat("at most ", amount_text(rule, rule.max_worse), " worse is");
  return cat("at least ", amount_text(rule, -rule.max_worse), " better is");
}

void describe(const ChangeCheck& rule, const std::string& champion, CheckResult& result) {
  result.sentence = cat(
      "The ", rule.metric->phrase, " is ", signed_words(rule, *result.measured),
      " that of the champion ", champion, " on the same ", row_count(result.rows), "; with ",
      short_percent(rule.plan.confidence), " confidence the change lies between ",
      amount_text(rule, result.interval->low), " and ", amount_text(rule, result.interval->high),
      " (more is worse), and ", limit_words(rule), " allowed.");
}

void record_method(const ChangeCheck& rule, JsonObject& detail) {
  detail[kAgainstChampion] = true;
  detail["metric"] = rule.metric->name;
  detail["scale"] = rule.scale == Scale::Relative ? "relative" : "absolute";
  detail["test"] = to_string(rule.test);
  detail["margin"] = rule.margin;
  detail["confidence"] = rule.plan.confidence;
}

void record_blocks(const ChangeCheck& rule, std::size_t blocks, JsonObject& detail) {
  const bool periods = rule.test == ChangeTest::DieboldMariano;
  detail["block"] = periods ? rule.time : rule.block;
  detail["blocks"] = blocks;
  if (periods) detail["horizon"] = rule.horizon;
  if (rule.test != ChangeTest::Bootstrap) return;
  detail["resamples"] = rule.plan.resamples;
  detail["seed"] = rule.plan.seed;
  detail["interval"] = to_string(method_for(blocks, rule.plan));
}

// The groups that the test needs, if any.
Result<std::optional<Groups>> groups_of(const ChangeCheck& rule, const Table& table) {
  switch (rule.test) {
    case ChangeTest::Bootstrap:
    case ChangeTest::Jackknife:
      return std::optional(TRY(slice_rows(table, rule.block)));
    case ChangeTest::DieboldMariano:
      return std::optional(TRY(periods_of(table, rule.time)));
    case ChangeTest::McNemar:
    case ChangeTest::DeLong:
      return std::optional<Groups>();
  }
  UNREACHABLE();
}

// How many rows would tell whether a change like this one is within the limit.
void say_rows_needed(const ChangeCheck& rule, CheckResult& result) {
  const double room = rule.max_worse - *result.measured;
  const double error = result.evidence->standard_error;
  if (!(room > 0) || !(error > 0) || !std::isfinite(error)) return;
  const PowerGoal goal{.alpha = 1 - rule.plan.confidence};
  const std::uint64_t needed = rows_to_see_difference(result.rows, error, room, goal);
  result.detail["rows_needed"] = needed;
  if (needed > result.rows)
    result.sentence += cat(" If the change is what was measured, about ", grouped(needed),
                           " rows like these would show it in 4 of 5 cases.");
}

}  // namespace

void judge_without_champion(CheckResult& result, const Champion& champion,
                            WithoutChampion without) {
  if (const auto* unusable = std::get_if<UnusableChampion>(&champion)) {
    result.sentence = cat("The champion cannot be compared with: ", unusable->reason, ".");
    return;
  }
  const auto* none = std::get_if<NoChampion>(&champion);
  CHECK(none != nullptr);
  result.detail["first"] = true;
  if (without == WithoutChampion::Pass) {
    result.status = CheckStatus::Passed;
    result.sentence = cat("There is no champion to compare with (", none->reason,
                          "); the gate allows that for a first model.");
  } else {
    result.sentence = cat("There is no champion to compare with (", none->reason,
                          "). Set 'allow_first: true' in this check to let a first model pass.");
  }
}

CheckResult check_change(const ChangeCheck& rule, WithoutChampion without,
                         const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.rows.size();
  result.limit = rule.max_worse;
  record_method(rule, result.detail);
  const auto groups = groups_of(rule, inputs.table);
  if (!groups.ok()) {
    result.sentence = cat("The rows cannot be put into blocks: ", groups.error().describe(), ".");
    return result;
  }
  const Groups* const found = groups.value() ? &*groups.value() : nullptr;
  if (found != nullptr) record_blocks(rule, found->names.size(), result.detail);
  const auto* champion = std::get_if<ChampionPredictions>(&inputs.champion);
  if (champion == nullptr) {
    judge_without_champion(result, inputs.champion, without);
    return result;
  }
  const ChangeQuestion question{rule.metric,  rule.scale, rule.margin, rule.plan,
                                rule.horizon, found,      found,       rule.min_blocks};
  const auto change = test_change(rule.test, question, champion->rows, inputs.rows);
  if (!change.ok()) {
    result.sentence = cat("Nothing can be compared: ", change.error().describe(), ".");
    return result;
  }
  result.measured = change->measured;
  result.interval = change->interval;
  result.evidence = change->evidence;
  if (result.interval->high <= rule.max_worse) result.status = CheckStatus::Passed;
  describe(rule, champion->label, result);
  if (result.status == CheckStatus::Failed) say_rows_needed(rule, result);
  return result;
}

}  // namespace sluice::ml
