#include "ml/evaluate/row_sums.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kErrorWidth = 17;
constexpr std::size_t kScaledWidth = 3;
constexpr std::size_t kCoverageWidth = 3;
constexpr std::size_t kPinballWidth = 2;
constexpr std::size_t kProbabilityWidth = 3;
constexpr std::size_t kBinWidth = 3;
constexpr std::size_t kTopWidth = 2;
constexpr std::size_t kRankingWidth = 5;

std::size_t class_width(const JudgedRows& rows) {
  constexpr std::size_t kProbabilities = kProbabilityWidth + kCalibrationBins * kBinWidth;
  const std::size_t confusion = rows.classes.size() * rows.classes.size();
  if (!rows.class_probability.empty()) return confusion + kProbabilities + kTopWidth;
  return confusion + (rows.probability.empty() ? 0 : kProbabilities);
}

std::size_t width_of(const JudgedRows& rows) {
  switch (rows.task) {
    case Task::Regression:
      return kErrorWidth;
    case Task::Forecast:
      return kErrorWidth + kScaledWidth + kCoverageWidth + kPinballWidth;
    case Task::Classification:
      return class_width(rows);
    case Task::Ranking:
      return kRankingWidth;
  }
  UNREACHABLE();
}

void add_errors(const JudgedRows& rows, std::size_t i, double* to) {
  ErrorSums one;
  one.add_row(rows.truth[i], rows.prediction[i], rows.center, rows.tweedie_power);
  to[0] += one.n;
  to[1] += one.error;
  to[2] += one.absolute_error;
  to[3] += one.squared_error;
  to[4] += one.absolute_truth;
  to[5] += one.centered_truth;
  to[6] += one.squared_centered_truth;
  to[7] += one.share_error;
  to[8] += one.zero_truths;
  to[9] += one.symmetric_share_error;
  to[10] += one.squared_log_error;
  to[11] += one.without_log;
  to[12] += one.poisson_deviance;
  to[13] += one.tweedie_deviance;
  to[14] += one.gamma_deviance;
  to[15] += one.without_deviance;
  to[16] += one.without_tweedie;
}

void add_forecast(const JudgedRows& rows, std::size_t i, double* to) {
  add_errors(rows, i, to);
  to += kErrorWidth;
  if (!rows.naive_absolute.empty()) {
    ScaledErrorSums scaled;
    scaled.add_row(rows.prediction[i] - rows.truth[i], rows.naive_absolute[i],
                   rows.naive_squared[i]);
    to[0] += scaled.n;
    to[1] += scaled.absolute;
    to[2] += scaled.squared;
  }
  to += kScaledWidth;
  if (!rows.low.empty()) {
    CoverageSums coverage;
    coverage.add_row(rows.truth[i], rows.low[i], rows.high[i]);
    to[0] += coverage.n;
    to[1] += coverage.inside;
    to[2] += coverage.width_sum;
  }
  to += kCoverageWidth;
  PinballSums pinball;
  for (const QuantileForecast& forecast : rows.quantiles)
    pinball.add_row(rows.truth[i], forecast.values[i], forecast.quantile);
  to[0] += pinball.n;
  to[1] += pinball.loss;
}

void add_probability(const ProbabilitySums& one, double probability, double label, double* to) {
  to[0] += one.n;
  to[1] += one.squared_error;
  to[2] += one.log_loss_sum;
  const auto bin =
      std::min(kCalibrationBins - 1, static_cast<std::size_t>(probability * kCalibrationBins));
  to += kProbabilityWidth + bin * kBinWidth;
  to[0] += 1;
  to[1] += probability;
  to[2] += label;
}

void add_class_probabilities(const JudgedRows& rows, std::size_t i, double* to) {
  std::array<double, kMaxClasses> values;
  const std::size_t classes = rows.classes.size();
  for (std::size_t c = 0; c < classes; ++c) values[c] = rows.class_probability[c][i];
  const auto all = std::span(values).first(classes);
  const std::size_t truth = rows.true_class[i];
  ProbabilitySums one;
  one.add_row(all, truth);
  const auto most = static_cast<std::size_t>(std::ranges::max_element(all) - all.begin());
  add_probability(one, all[most], most == truth ? 1 : 0, to);
  to += kProbabilityWidth + kCalibrationBins * kBinWidth;
  const auto ahead = std::ranges::count_if(all, [&](double p) { return p >= all[truth]; });
  to[0] += 1;
  if (static_cast<std::size_t>(ahead) <= rows.top) to[1] += 1;
}

void add_class(const JudgedRows& rows, std::size_t i, double* to) {
  const std::size_t classes = rows.classes.size();
  to[rows.true_class[i] * classes + rows.predicted_class[i]] += 1;
  to += classes * classes;
  if (!rows.class_probability.empty()) return add_class_probabilities(rows, i, to);
  if (rows.probability.empty()) return;
  const double label = rows.true_class[i] == rows.positive ? 1 : 0;
  ProbabilitySums one;
  one.add_row(label, rows.probability[i]);
  add_probability(one, rows.probability[i], label, to);
}

void add_query(const JudgedRows& rows, std::size_t i, double* to) {
  const RankedQuery& query = rows.queries[i];
  if (std::isnan(query.ndcg)) {
    to[1] += 1;
    return;
  }
  to[0] += 1;
  to[2] += query.ndcg;
  to[3] += query.reciprocal_rank;
  to[4] += query.average_precision;
}

using AddRow = void (*)(const JudgedRows&, std::size_t, double*);

template <AddRow add_row>
BlockSums add_all(const JudgedRows& rows, std::size_t width, const RowGroups& groups) {
  BlockSums sums(groups.groups, width);
  if (groups.groups == 0) return sums;
  double* const first = sums.block(0).data();
  for (std::size_t i = 0; i < rows.size(); ++i)
    add_row(rows, i, groups.of_row == nullptr ? first : first + groups.of_row[i] * width);
  return sums;
}

}  // namespace

SumsLayout::SumsLayout(const JudgedRows& rows)
    : task_(rows.task),
      classes_(rows.classes.size()),
      positive_(rows.positive),
      probabilities_(!rows.probability.empty()),
      class_probabilities_(!rows.class_probability.empty()),
      intervals_(!rows.low.empty()),
      quantiles_(rows.quantiles.size()),
      width_(width_of(rows)) {
  CHECK(!class_probabilities_ ||
        (classes_ <= kMaxClasses && rows.class_probability.size() == classes_));
}

ErrorSums SumsView::errors() const {
  ErrorSums sums;
  sums.n = sums_[0];
  sums.error = sums_[1];
  sums.absolute_error = sums_[2];
  sums.squared_error = sums_[3];
  sums.absolute_truth = sums_[4];
  sums.centered_truth = sums_[5];
  sums.squared_centered_truth = sums_[6];
  sums.share_error = sums_[7];
  sums.zero_truths = sums_[8];
  sums.symmetric_share_error = sums_[9];
  sums.squared_log_error = sums_[10];
  sums.without_log = sums_[11];
  sums.poisson_deviance = sums_[12];
  sums.tweedie_deviance = sums_[13];
  sums.gamma_deviance = sums_[14];
  sums.without_deviance = sums_[15];
  sums.without_tweedie = sums_[16];
  return sums;
}

ScaledErrorSums SumsView::scaled_errors() const {
  const auto part = sums_.subspan(kErrorWidth);
  return {part[0], part[1], part[2]};
}

std::optional<CoverageSums> SumsView::coverage() const {
  if (!layout_.has_intervals()) return std::nullopt;
  const auto part = sums_.subspan(kErrorWidth + kScaledWidth);
  return CoverageSums{part[0], part[1], part[2]};
}

PinballSums SumsView::pinball() const {
  const auto part = sums_.subspan(kErrorWidth + kScaledWidth + kCoverageWidth);
  return {part[0], part[1]};
}

ConfusionMatrix SumsView::confusion() const {
  return ConfusionMatrix(layout_.classes(), sums_.first(layout_.classes() * layout_.classes()));
}

std::optional<ProbabilitySums> SumsView::probabilities() const {
  if (!layout_.has_probabilities()) return std::nullopt;
  const auto part = sums_.subspan(layout_.classes() * layout_.classes());
  ProbabilitySums sums;
  sums.n = part[0];
  sums.squared_error = part[1];
  sums.log_loss_sum = part[2];
  return sums;
}

CalibrationBin SumsView::calibration_bin(std::size_t i) const {
  CHECK(layout_.has_probabilities() && i < kCalibrationBins);
  const auto part =
      sums_.subspan(layout_.classes() * layout_.classes() + kProbabilityWidth + i * kBinWidth);
  return {part[0], part[1], part[2]};
}

std::optional<TopClassSums> SumsView::top_classes() const {
  if (!layout_.has_class_probabilities()) return std::nullopt;
  const auto part = sums_.last(kTopWidth);
  return TopClassSums{part[0], part[1]};
}

RankingSums SumsView::ranking() const {
  RankingSums sums;
  sums.queries = sums_[0];
  sums.without_relevant = sums_[1];
  sums.ndcg_sum = sums_[2];
  sums.reciprocal_rank_sum = sums_[3];
  sums.average_precision_sum = sums_[4];
  return sums;
}

BlockSums sum_rows(const JudgedRows& rows, const SumsLayout& layout, const RowGroups& groups) {
  switch (rows.task) {
    case Task::Regression:
      return add_all<add_errors>(rows, layout.width(), groups);
    case Task::Forecast:
      return add_all<add_forecast>(rows, layout.width(), groups);
    case Task::Classification:
      return add_all<add_class>(rows, layout.width(), groups);
    case Task::Ranking:
      return add_all<add_query>(rows, layout.width(), groups);
  }
  UNREACHABLE();
}

}  // namespace sluice::ml
