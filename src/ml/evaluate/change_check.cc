#include <algorithm>
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

// "2 % worse", "3 % better".
std::string change_words(const ChangeCheck& rule, double change) {
  if (change == 0) return "as good";
  return cat(amount_text(rule, std::fabs(change)), change > 0 ? " worse" : " better");
}

// "at most 2 % worse is allowed" and, for a demanded improvement (a negative limit), "at least 2 %
// better is asked for".
std::string limit_words(const ChangeCheck& rule) {
  if (rule.max_worse == 0) return "no worse is allowed";
  if (rule.max_worse > 0)
    return cat("at most ", amount_text(rule, rule.max_worse), " worse is allowed");
  return cat("at least ", amount_text(rule, -rule.max_worse), " better is asked for");
}

// "between 4 % and 12 % worse", "between 3 % better and 2 % worse".
std::string interval_words(const ChangeCheck& rule, const Interval& interval) {
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high))
    return "these rows do not bound it";
  const auto within = [&](double near, double far, std::string_view side) {
    const std::string least = amount_text(rule, std::fabs(near));
    const std::string most = amount_text(rule, std::fabs(far));
    return least == most ? cat("it is ", least, " ", side)
                         : cat("it is between ", least, " and ", most, " ", side);
  };
  if (interval.low >= 0) return within(interval.low, interval.high, "worse");
  if (interval.high <= 0) return within(interval.high, interval.low, "better");
  return cat("it is between ", change_words(rule, interval.low), " and ",
             change_words(rule, interval.high));
}

void describe(const ChangeCheck& rule, const std::string& champion, CheckResult& result) {
  const Interval& interval = *result.interval;
  const std::string what = cat("The ", rule.metric->phrase, " is ");
  const std::string where =
      cat(" that of the champion ", champion, " on the same ", row_count(result.rows));
  if (!std::isfinite(*result.measured)) {
    result.sentence = cat("The ", rule.metric->phrase, " of the champion ", champion,
                          " is 0 on the same ", row_count(result.rows),
                          ", of which no change is a share: 'max_worse_absolute' can judge it.");
    return;
  }
  if (*result.measured == 0 && interval.low == 0 && interval.high == 0) {
    result.sentence = cat(what, "the same as", where, "; ", limit_words(rule), ".");
    return;
  }
  result.sentence =
      cat(what, change_words(rule, *result.measured), *result.measured == 0 ? " as" : " than",
          where, "; with ", short_percent(rule.plan.confidence), " confidence ",
          interval_words(rule, interval), "; ", limit_words(rule));
  const bool unsure = result.status == CheckStatus::Failed && *result.measured <= rule.max_worse;
  if (unsure)
    result.sentence +=
        std::isfinite(interval.high)
            ? cat(", and ", change_words(rule, interval.high), " cannot be ruled out")
            : ", and that is not certain";
  result.sentence += ".";
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

// "26 762 rows like these (31 values of week)"
std::string rows_like_these(std::uint64_t needed, const CheckResult& result) {
  const Json* block = find(result.detail, "block");
  const auto blocks = get_int(result.detail, "blocks");
  std::string text = cat(grouped(needed), " rows like these");
  if (block == nullptr || !block->is_string() || !blocks.ok() || needed > 1'000'000'000'000)
    return text;
  const double share = static_cast<double>(needed) / static_cast<double>(result.rows);
  const double count = std::ceil(share * static_cast<double>(*blocks));
  return cat(text, " (", grouped(static_cast<std::uint64_t>(count)), " values of ",
             std::string(block->get_string()), ")");
}

// How many rows would tell whether a change like this one is within the limit or beyond it.
void say_rows_needed(const ChangeCheck& rule, CheckResult& result) {
  const double room = rule.max_worse - *result.measured;
  const double error = result.evidence->standard_error;
  // More rows would not make it better.
  const bool is_worse = room < 0 && result.interval->low > std::min(0.0, rule.max_worse);
  if (is_worse || room == 0 || !std::isfinite(room) || !(error > 0) || !std::isfinite(error))
    return;
  const PowerGoal goal{.alpha = 1 - rule.plan.confidence};
  const std::uint64_t needed = rows_to_see_difference(result.rows, error, std::fabs(room), goal);
  result.detail["rows_needed"] = needed;
  if (needed > result.rows)
    result.notes.push_back(cat(
        "If the change is what was measured, about ", rows_like_these(needed, result),
        " would show in 4 of 5 cases that it is ", room > 0 ? "within" : "beyond", " the limit."));
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
