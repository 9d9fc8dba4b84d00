#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/metric_values.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

// One slice judged. `excess` says by how much it is over its limit: the largest is the worst.
struct JudgedSlice {
  std::string column;
  std::string value;
  std::size_t rows = 0;
  std::optional<double> measured;
  double limit = 0;
  std::string_view relation;  // "at most", "at least", "at most … worse than the champion"
  Scale scale = Scale::Absolute;
  double excess = 0;
};

struct Slices {
  std::size_t judged = 0;
  std::size_t small = 0;
  std::size_t failed = 0;
  std::optional<JudgedSlice> worst;
};

void consider(Slices& slices, JudgedSlice slice) {
  if (!slice.measured) slice.excess = std::numeric_limits<double>::infinity();
  if (!slices.worst || slice.excess > slices.worst->excess) slices.worst = std::move(slice);
}

// The slice against each limit of the rule; true when it keeps them all.
bool judge_slice(const WorstSliceCheck& rule, const JudgedSlice& slice, std::optional<double> value,
                 const std::optional<double>* champion, Slices& slices) {
  JudgedSlice judged = slice;
  double worst_excess = -std::numeric_limits<double>::infinity();
  const auto against = [&](std::optional<double> measured, double excess, double limit,
                           std::string_view relation, Scale scale) {
    if (measured && std::isnan(excess)) measured.reset();
    judged.measured = measured;
    judged.limit = limit;
    judged.relation = relation;
    judged.scale = scale;
    judged.excess = measured ? excess : std::numeric_limits<double>::infinity();
    worst_excess = std::max(worst_excess, judged.excess);
    consider(slices, judged);
  };
  if (rule.bounds.max)
    against(value, value.value_or(0) - *rule.bounds.max, *rule.bounds.max, "at most",
            Scale::Absolute);
  if (rule.bounds.min)
    against(value, *rule.bounds.min - value.value_or(0), *rule.bounds.min, "at least",
            Scale::Absolute);
  if (rule.max_worse && champion != nullptr) {
    const auto change = value && *champion
                            ? std::optional(relative_worsening(*rule.metric, **champion, *value))
                            : std::nullopt;
    against(change, change.value_or(0) - *rule.max_worse, *rule.max_worse, "at most",
            Scale::Relative);
  }
  return worst_excess <= 0;
}

void judge_column(const WorstSliceCheck& rule, const GateInputs& inputs, const Groups& groups,
                  const ChampionPredictions* champion, Slices& slices) {
  const MetricValues values(inputs.rows, &groups, nullptr, 1);
  std::optional<MetricValues> before;
  if (champion != nullptr) before.emplace(champion->rows, &groups, nullptr, 1);
  for (std::size_t i = 0; i < values.groups(); ++i) {
    JudgedSlice slice;
    slice.column = groups.column;
    slice.value = groups.names[i];
    slice.rows = values.rows(i);
    if (slice.rows < rule.min_rows) {
      if (slice.rows > 0) ++slices.small;
      continue;
    }
    ++slices.judged;
    std::optional<double> champion_value;
    if (before) champion_value = before->value(*rule.metric, i);
    if (!judge_slice(rule, slice, values.value(*rule.metric, i), before ? &champion_value : nullptr,
                     slices))
      ++slices.failed;
  }
}

std::string worst_words(const WorstSliceCheck& rule, const Slices& slices) {
  const JudgedSlice& worst = *slices.worst;
  const bool relative = worst.scale == Scale::Relative;
  std::string found = "not defined";
  if (worst.measured)
    found = relative ? cat(short_percent(std::fabs(*worst.measured)),
                           *worst.measured < 0 ? " better" : " worse", " than the champion's")
                     : short_number(*worst.measured);
  const std::string slice = cat(worst.column, " ", worst.value);
  return cat(
      slices.judged == 1 ? cat("The only slice is ", slice)
                         : cat("Of ", grouped(slices.judged), " slices, ", slice, " is the worst"),
      ": its ", rule.metric->phrase, " is ", found, " over ", row_count(worst.rows), "; ",
      worst.relation, " ",
      relative ? cat(short_percent(worst.limit), " worse") : short_number(worst.limit),
      " is allowed.", slices.failed > 1 ? cat(" ", slices.failed, " slices are outside.") : "");
}

void conclude(const WorstSliceCheck& rule, const Slices& slices, CheckResult& result) {
  result.detail["metric"] = rule.metric->name;
  result.detail["slices"] = slices.judged;
  result.detail["slices_outside"] = slices.failed;
  result.detail["slices_too_small"] = slices.small;
  result.detail["min_n"] = rule.min_rows;
  if (slices.judged == 0) {
    result.sentence =
        cat("No slice has at least ", rule.min_rows, " rows, so there is nothing to judge.");
    return;
  }
  if (!slices.worst) return;
  result.status = slices.failed == 0 ? CheckStatus::Passed : CheckStatus::Failed;
  result.measured = slices.worst->measured;
  result.limit = slices.worst->limit;
  result.rows = slices.worst->rows;
  result.detail["worst_column"] = slices.worst->column;
  result.detail["worst_value"] = slices.worst->value;
  result.sentence = worst_words(rule, slices);
}

}  // namespace

CheckResult check_worst_slice(const WorstSliceCheck& rule, WithoutChampion without,
                              const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.rows.size();
  if (rule.max_worse) result.detail[kAgainstChampion] = true;
  const auto* champion = std::get_if<ChampionPredictions>(&inputs.champion);
  Slices slices;
  for (const std::string& column : rule.columns) {
    const auto groups = slice_rows(inputs.table, column);
    if (!groups.ok()) {
      result.sentence = cat("The slices cannot be formed: ", groups.error().describe(), ".");
      return result;
    }
    judge_column(rule, inputs, groups.value(), champion, slices);
  }
  conclude(rule, slices, result);
  if (rule.max_worse && champion == nullptr && slices.failed == 0) {
    const bool bounded = slices.worst.has_value();
    const std::string found = result.sentence;
    const CheckStatus status = result.status;
    result.status = CheckStatus::Failed;
    judge_without_champion(result, inputs.champion, without);
    if (bounded) {
      result.sentence = cat(found, " ", result.sentence);
      if (status == CheckStatus::Failed) result.status = status;
    }
    if (slices.judged == 0) result.status = CheckStatus::Failed;
  }
  return result;
}

}  // namespace sluice::ml
