#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/evaluation.h"
#include "ml/evaluate/wording.h"
#include "ml/statistics/block_sums.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kWidth = 7;

void write_sums(const ErrorSums& sums, std::span<double> to) {
  const double values[kWidth] = {sums.n,
                                 sums.error,
                                 sums.absolute_error,
                                 sums.squared_error,
                                 sums.absolute_truth,
                                 sums.centered_truth,
                                 sums.squared_centered_truth};
  std::copy(std::begin(values), std::end(values), to.begin());
}

ErrorSums read_sums(std::span<const double> from) {
  return {from[0], from[1], from[2], from[3], from[4], from[5], from[6]};
}

// Both models' sums of the same rows, block by block: the champion's first.
BlockSums paired_sums(const std::vector<ErrorSums>& champion,
                      const std::vector<ErrorSums>& challenger) {
  BlockSums sums(champion.size(), 2 * kWidth);
  for (std::size_t i = 0; i < champion.size(); ++i) {
    write_sums(champion[i], sums.block(i).first(kWidth));
    write_sums(challenger[i], sums.block(i).last(kWidth));
  }
  return sums;
}

std::optional<double> change_of(const ChangeCheck& rule, std::span<const double> sums) {
  const auto champion = rule.metric->of(read_sums(sums.first(kWidth)));
  const auto challenger = rule.metric->of(read_sums(sums.last(kWidth)));
  if (!champion || !challenger) return std::nullopt;
  return rule.scale == Scale::Relative ? relative_worsening(*rule.metric, *champion, *challenger)
                                       : worsening(*rule.metric, *champion, *challenger);
}

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

void record_method(const ChangeCheck& rule, std::size_t blocks, JsonObject& detail) {
  detail["metric"] = rule.metric->name;
  detail["scale"] = rule.scale == Scale::Relative ? "relative" : "absolute";
  detail["block"] = rule.block;
  detail["blocks"] = blocks;
  detail["resamples"] = rule.plan.resamples;
  detail["confidence"] = rule.plan.confidence;
  detail["seed"] = rule.plan.seed;
  detail["interval"] = to_string(method_for(blocks, rule.plan));
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
  result.rows = inputs.truth.size();
  result.limit = rule.max_worse;
  const auto groups = group_rows(inputs.table, rule.block);
  const std::size_t count = groups.ok() ? groups.value().names.size() : 0;
  record_method(rule, count, result.detail);
  if (!groups.ok()) {
    result.sentence = cat("The rows cannot be put into blocks: ", groups.error().describe(), ".");
    return result;
  }
  const auto* champion = std::get_if<ChampionPredictions>(&inputs.champion);
  if (champion == nullptr) {
    judge_without_champion(result, inputs.champion, without);
    return result;
  }
  const double center = mean_of(inputs.truth);
  const BlockSums sums =
      paired_sums(sum_errors_by_group(inputs.truth, champion->predictions, center, groups.value()),
                  sum_errors_by_group(inputs.truth, inputs.predictions, center, groups.value()));
  const auto change = [&](std::span<const double> of) { return change_of(rule, of); };
  result.measured = change(sums.total());
  if (!result.measured) {
    result.sentence = cat("The ", rule.metric->phrase,
                          " is not defined for these rows, so nothing can be compared.");
  } else if (count < rule.min_blocks) {
    result.sentence =
        cat("The data has only ", plural(count, "block"), " of '", rule.block, "'; at least ",
            rule.min_blocks, " are needed to tell a change from chance.");
  } else {
    result.interval = interval_of(sums, change, rule.plan);
    if (result.interval->high <= rule.max_worse) result.status = CheckStatus::Passed;
    describe(rule, champion->label, result);
  }
  return result;
}

}  // namespace sluice::ml
