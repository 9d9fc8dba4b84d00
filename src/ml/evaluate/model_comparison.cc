#include "ml/evaluate/model_comparison.h"

#include <cmath>
#include <functional>

#include "base/check.h"
#include "base/strings.h"
#include "ml/evaluate/score_area.h"
#include "ml/statistics/delong.h"
#include "ml/statistics/diebold_mariano.h"
#include "ml/statistics/mcnemar.h"

namespace sluice::ml {
namespace {

constexpr std::uint32_t kMaxParts = 50;

ComparisonPlan plan_of(const ChangeQuestion& question, double margin) {
  return {.margin = margin, .alpha = 1 - question.plan.confidence};
}

double change_between(const ChangeQuestion& question, double champion, double challenger) {
  return question.scale == Scale::Relative
             ? relative_worsening(*question.metric, champion, challenger)
             : worsening(*question.metric, champion, challenger);
}

// Infinity against infinity is no change that could be measured.
std::optional<double> defined(double change) {
  return std::isnan(change) ? std::nullopt : std::optional(change);
}

Error not_defined(const ChangeQuestion& question) {
  return invalid_input(cat("the ", question.metric->phrase,
                           " is not defined for these rows, so nothing can be compared"));
}

Error too_few(const ChangeQuestion& question, const Groups& groups) {
  return invalid_input(cat("the data has only ", plural(groups.names.size(), "block"), " of '",
                           groups.column, "'; at least ", question.least_blocks,
                           " are needed to tell a change from chance"));
}

// Both models' sums of the same rows, block by block: the champion's first.
BlockSums paired_sums(const JudgedRows& champion, const JudgedRows& challenger,
                      const SumsLayout& layout, const Groups& blocks) {
  const RowGroups groups{blocks.of_row.data(), blocks.names.size()};
  const BlockSums before = sum_rows(champion, layout, groups);
  const BlockSums after = sum_rows(challenger, layout, groups);
  BlockSums paired(blocks.names.size(), 2 * layout.width());
  for (std::size_t i = 0; i < paired.blocks(); ++i) {
    std::ranges::copy(before.block(i), paired.block(i).begin());
    std::ranges::copy(after.block(i), paired.block(i).subspan(layout.width()).begin());
  }
  return paired;
}

Result<Change> bootstrap(const ChangeQuestion& question, const JudgedRows& champion,
                         const JudgedRows& challenger) {
  const SumsLayout layout(challenger);
  const BlockSums sums = paired_sums(champion, challenger, layout, *question.blocks);
  const auto statistic = [&](std::span<const double> of) -> std::optional<double> {
    const auto before = question.metric->of({of.first(layout.width()), layout});
    const auto after = question.metric->of({of.subspan(layout.width()), layout});
    if (!before || !after) return std::nullopt;
    return defined(change_between(question, *before, *after));
  };
  const auto measured = statistic(sums.total());
  if (!measured) return not_defined(question);
  if (sums.blocks() < question.least_blocks) return too_few(question, *question.blocks);
  Change change;
  change.measured = *measured;
  change.interval = interval_of(sums, statistic, question.plan);
  const double error = jackknife_error(sums, statistic);
  if (std::isfinite(error) && std::isfinite(*measured))
    change.evidence = evidence_from(-*measured, error, plan_of(question, question.margin),
                                    static_cast<double>(sums.blocks()) - 1);
  change.evidence.gain = -*measured;
  change.evidence.interval = {-change.interval.high, -change.interval.low};
  change.evidence.test = "block_bootstrap";
  change.evidence.rows = challenger.size();
  change.evidence.seed = question.plan.seed;
  return change;
}

// Evidence whose gain is in the metric's unit, on the scale of the question. `unit` is what 1 of
// the scale is worth in it.
Change on_scale(Evidence evidence, double unit) {
  evidence.gain /= unit;
  evidence.standard_error /= unit;
  evidence.interval = {evidence.interval.low / unit, evidence.interval.high / unit};
  const Interval interval{-evidence.interval.high, -evidence.interval.low};
  return {-evidence.gain, interval, std::move(evidence)};
}

Result<double> unit_of(const ChangeQuestion& question, double champion) {
  if (question.scale == Scale::Absolute) return 1.0;
  if (champion != 0) return std::fabs(champion);
  return invalid_input(
      cat("the champion's ", question.metric->phrase, " is 0, so there is no share of it"));
}

Result<Change> mcnemar(const ChangeQuestion& question, const JudgedRows& champion,
                       const JudgedRows& challenger) {
  DiscordantRows rows{challenger.size(), 0, 0};
  double right = 0;
  for (std::size_t i = 0; i < challenger.size(); ++i) {
    const bool before = champion.predicted_class[i] == champion.true_class[i];
    const bool after = challenger.predicted_class[i] == challenger.true_class[i];
    if (before) right += 1;
    if (before && !after) ++rows.champion_only;
    if (after && !before) ++rows.challenger_only;
  }
  if (rows.rows == 0) return not_defined(question);
  const double unit = TRY(unit_of(question, right / static_cast<double>(rows.rows)));
  return on_scale(mcnemar_test(rows, plan_of(question, question.margin * unit)), unit);
}

Result<Change> delong(const ChangeQuestion& question, const JudgedRows& champion,
                      const JudgedRows& challenger) {
  const auto labels = challenger.labels();
  const auto first =
      delong_test(labels, champion.probability, challenger.probability, plan_of(question, 0));
  if (!first) return not_defined(question);
  const double unit = TRY(unit_of(question, first->champion));
  const auto test = delong_test(labels, champion.probability, challenger.probability,
                                plan_of(question, question.margin * unit));
  return on_scale(test->evidence, unit);
}

Result<Change> jackknife(const ChangeQuestion& question, const JudgedRows& champion,
                         const JudgedRows& challenger) {
  const Groups& blocks = *question.blocks;
  const auto parts = std::min(static_cast<std::uint32_t>(blocks.names.size()), kMaxParts);
  std::vector<std::uint32_t> part_of_row;
  for (const std::uint32_t block : blocks.of_row) part_of_row.push_back(block % parts);
  const auto labels = challenger.labels();
  const ScoreAreas before(labels, champion.probability, part_of_row);
  const ScoreAreas after(labels, challenger.probability, part_of_row);
  const auto difference = [&](auto value_of) -> std::optional<double> {
    const auto x = value_of(before);
    const auto y = value_of(after);
    return x && y ? defined(change_between(question, *x, *y)) : std::nullopt;
  };
  const ScoreArea area = question.metric->area;
  const auto measured = difference([&](const ScoreAreas& areas) { return areas.of(area); });
  if (!measured) return not_defined(question);
  if (blocks.names.size() < question.least_blocks) return too_few(question, blocks);
  double square = 0;
  double mean = 0;
  std::vector<double> values;
  for (std::uint32_t part = 0; part < parts; ++part) {
    const auto value =
        difference([&](const ScoreAreas& areas) { return areas.without(area, part); });
    if (!value) return not_defined(question);
    values.push_back(*value);
    mean += *value / parts;
  }
  for (const double value : values) square += (value - mean) * (value - mean);
  const double error = std::sqrt(square * (parts - 1) / parts);
  Change change = on_scale(
      evidence_from(-*measured, error, plan_of(question, question.margin), parts - 1.0), 1);
  change.evidence.test = "block_jackknife";
  change.evidence.rows = challenger.size();
  return change;
}

double loss_of(const Metric& metric, const JudgedRows& rows, std::size_t i) {
  const double error = rows.prediction[i] - rows.truth[i];
  return metric.name == "rmse" ? error * error : std::fabs(error);
}

// Loss of each period as a share of the rows that a period has on average: their mean is the mean
// loss of all rows, which is what the metric speaks of, also where periods have different rows.
std::vector<double> losses_of(const Metric& metric, const JudgedRows& rows, const Groups& periods) {
  std::vector<double> losses(periods.names.size());
  const double share = static_cast<double>(losses.size()) / static_cast<double>(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    losses[periods.of_row[i]] += share * loss_of(metric, rows, i);
  return losses;
}

// The relative change of a root, from that of what stands under it.
double root_change(double change) {
  return change <= -1 ? -1 : std::sqrt(1 + change) - 1;
}

Result<Change> diebold_mariano(const ChangeQuestion& question, const JudgedRows& champion,
                               const JudgedRows& challenger) {
  const Groups& periods = *question.periods;
  if (periods.names.size() < question.least_blocks ||
      periods.names.size() <= std::max(question.horizon, 2u))
    return too_few(question, periods);
  const auto before = losses_of(*question.metric, champion, periods);
  const auto after = losses_of(*question.metric, challenger, periods);
  const bool squared = question.metric->name == "rmse";
  const double unit = TRY(unit_of(question, mean_of(before)));
  const double margin = squared ? std::pow(1 + question.margin, 2) - 1 : question.margin;
  Change change = on_scale(
      diebold_mariano_test(before, after, question.horizon, plan_of(question, margin * unit))
          .evidence,
      unit);
  if (!squared) return change;
  change.measured = root_change(change.measured);
  change.interval = {root_change(change.interval.low), root_change(change.interval.high)};
  change.evidence.gain = -change.measured;
  change.evidence.interval = {-change.interval.high, -change.interval.low};
  if (change.measured > -1) change.evidence.standard_error /= 2 * (1 + change.measured);
  return change;
}

}  // namespace

std::string_view to_string(ChangeTest test) {
  switch (test) {
    case ChangeTest::Bootstrap:
      return "bootstrap";
    case ChangeTest::McNemar:
      return "mcnemar";
    case ChangeTest::DeLong:
      return "delong";
    case ChangeTest::Jackknife:
      return "jackknife";
    case ChangeTest::DieboldMariano:
      return "diebold_mariano";
  }
  UNREACHABLE();
}

ChangeTest fitting_test(const Metric& metric, bool has_blocks, bool has_time) {
  if (metric.area != ScoreArea::None)
    return metric.area == ScoreArea::Roc && !has_blocks ? ChangeTest::DeLong
                                                        : ChangeTest::Jackknife;
  if (has_blocks) return ChangeTest::Bootstrap;
  if (metric.name == "accuracy") return ChangeTest::McNemar;
  return has_time ? ChangeTest::DieboldMariano : ChangeTest::Bootstrap;
}

Result<void> check_fits(ChangeTest test, const Metric& metric) {
  const auto wants = [&](std::string_view what) {
    return invalid_input(
        cat("the test ", to_string(test), " compares ", what, ", not ", metric.name));
  };
  switch (test) {
    case ChangeTest::Bootstrap:
      return metric.area == ScoreArea::None
                 ? success()
                 : Result<void>(wants("metrics that are functions of sums"));
    case ChangeTest::McNemar:
      return metric.name == "accuracy" ? success() : Result<void>(wants("accuracy"));
    case ChangeTest::DeLong:
      return metric.area == ScoreArea::Roc ? success() : Result<void>(wants("roc_auc"));
    case ChangeTest::Jackknife:
      return metric.area != ScoreArea::None ? success() : Result<void>(wants("roc_auc and pr_auc"));
    case ChangeTest::DieboldMariano:
      for (const std::string_view name : {"mae", "wape", "rmse"})
        if (metric.name == name) return success();
      return wants("mae, wape and rmse");
  }
  UNREACHABLE();
}

Result<Change> test_change(ChangeTest test, const ChangeQuestion& question,
                           const JudgedRows& champion, const JudgedRows& challenger) {
  CHECK(champion.size() == challenger.size());
  TRY(check_fits(test, *question.metric));
  switch (test) {
    case ChangeTest::Bootstrap:
      CHECK(question.blocks != nullptr);
      return bootstrap(question, champion, challenger);
    case ChangeTest::McNemar:
      return mcnemar(question, champion, challenger);
    case ChangeTest::DeLong:
      return delong(question, champion, challenger);
    case ChangeTest::Jackknife:
      CHECK(question.blocks != nullptr);
      return jackknife(question, champion, challenger);
    case ChangeTest::DieboldMariano:
      CHECK(question.periods != nullptr);
      return diebold_mariano(question, champion, challenger);
  }
  UNREACHABLE();
}

}  // namespace sluice::ml
