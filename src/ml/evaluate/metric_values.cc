#include "ml/evaluate/metric_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "ml/evaluate/score_order.h"
#include "ml/statistics/distributions.h"
#include "ml/statistics/proportion.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kMaxSums = std::size_t{1} << 25;  // 256 MB
constexpr std::size_t kFetched = 512;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

MetricValue unknown(const Metric& metric) {
  return {std::string(metric.name), std::nullopt, std::nullopt};
}

// estimate -+ t times the jackknife's error of values that each leave out one part.
Interval interval_of_parts(double estimate, const std::vector<std::optional<double>>& without) {
  const auto n = static_cast<double>(without.size());
  double mean = 0;
  for (const auto& value : without) {
    if (!value) return {-kInfinity, kInfinity};
    mean += *value / n;
  }
  double square = 0;
  for (const auto& value : without) square += (*value - mean) * (*value - mean);
  const double reach =
      std::sqrt(square * (n - 1) / n) * student_t_quantile((1 + kMetricConfidence) / 2, n - 1);
  return {estimate - reach, estimate + reach};
}

// Rows that are all right leave no spread, but some doubt.
Interval with_doubt(Interval interval, MetricRange range, double value, double rows) {
  const bool no_spread = interval.low == interval.high && rows > 0;
  const bool share = range == MetricRange::Share ||
                     (range == MetricRange::ZeroToOne && (value == 0 || value == 1));
  if (no_spread && share) interval = wilson_interval({value * rows, rows}, kMetricConfidence);
  if (no_spread && range == MetricRange::Correlation && std::fabs(value) == 1) {
    const Interval right = wilson_interval({(value + 1) / 2 * rows, rows}, kMetricConfidence);
    interval = {2 * right.low - 1, 2 * right.high - 1};
  }
  return clamp_to_range(interval, range);
}

// Of a group whose rows are counted off: the part of the next row, and where the part after begins.
struct Counting {
  std::size_t seen = 0;
  std::size_t part = 0;
  std::size_t next_begin = 0;

  // floor(seen * parts / count), without a division for each row.
  std::size_t next(std::size_t parts, std::size_t count) {
    while (seen >= next_begin) {
      if (seen > 0) ++part;
      next_begin = ((part + 1) * count + parts - 1) / parts;
    }
    ++seen;
    return part;
  }
};

}  // namespace

MetricValues::MetricValues(const JudgedRows& rows, const Groups* groups, const Groups* blocks,
                           std::size_t parts)
    : MetricValues(rows, groups, blocks, rows.ranked(), parts) {}

MetricValues::MetricValues(const JudgedRows& rows, const Groups* groups, const Groups* blocks,
                           std::span<const RankedRow> ranked, std::size_t parts)
    : rows_(rows), layout_(rows), parts_(parts), sums_(0, 0) {
  CHECK(groups == nullptr || groups->of_row.size() == rows.size());
  CHECK(blocks == nullptr || blocks->of_row.size() == rows.size());
  counts_.assign(groups == nullptr ? 1 : groups->names.size(), 0);
  if (counts_.size() * parts_ * layout_.width() > kMaxSums) parts_ = 1;
  cut_into_parts(groups, blocks);
  if (!rows.probability.empty()) judge_scores(ranked);
  for (std::size_t c = 0; c < rows.class_probability.size(); ++c)
    judge_scores(rank_rows(rows.class_probability[c], rows.true_class, static_cast<ClassIndex>(c)));
  sums_ = sum_rows(rows_, layout_, {cell_.data(), counts_.size() * parts_});
  if (!rows.series_weights.empty()) series_.emplace(rows, cell_, counts_.size(), parts_);
}

void MetricValues::cut_into_parts(const Groups* groups, const Groups* blocks) {
  const auto group_of = [&](std::size_t row) {
    return groups == nullptr ? std::size_t{0} : std::size_t{groups->of_row[row]};
  };
  for (std::size_t row = 0; row < rows_.size(); ++row) ++counts_[group_of(row)];
  std::vector<Counting> counting(counts_.size());
  cell_.resize(rows_.size());
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    const std::size_t group = group_of(row);
    const std::size_t part = blocks == nullptr ? counting[group].next(parts_, counts_[group])
                                               : blocks->of_row[row] % parts_;
    cell_[row] = static_cast<std::uint32_t>(group * parts_ + part);
  }
}

void MetricValues::judge_scores(std::span<const RankedRow> ranked) {
  CHECK(ranked.size() == rows_.size());
  std::vector<ScoreAreas>& areas = areas_.emplace_back(counts_.size(), ScoreAreas(parts_));
  const auto parts = static_cast<std::uint32_t>(parts_);
  std::uint32_t score_number = 0;
  // Cells stand anywhere in memory: fetched ahead, the processor waits for many at a time.
  std::array<std::uint32_t, kFetched> cells;
  for (std::size_t first = 0; first < ranked.size(); first += kFetched) {
    const auto batch = ranked.subspan(first, std::min(kFetched, ranked.size() - first));
    for (std::size_t i = 0; i < batch.size(); ++i) cells[i] = cell_[batch[i].row()];
    for (std::size_t i = 0; i < batch.size(); ++i) {
      areas[cells[i] / parts].add(score_number, cells[i] % parts, batch[i].label());
      if (batch[i].ends_score()) ++score_number;
    }
  }
  for (ScoreAreas& of_group : areas) of_group.finish();
}

// The mean over the classes whose area is defined for all rows of the group.
std::optional<double> MetricValues::area_of(const Metric& metric, std::size_t group,
                                            std::optional<std::uint32_t> without) const {
  double sum = 0;
  double weights = 0;
  for (const std::vector<ScoreAreas>& of_class : areas_) {
    const ScoreAreas& areas = of_class[group];
    const auto whole = areas.of(metric.area);
    if (!whole) continue;
    const auto value = without ? areas.without(metric.area, *without) : whole;
    if (!value) return std::nullopt;
    const double rows = without ? areas.positives_without(*without) : areas.positives();
    const double weight = metric.class_mean == ClassMean::Weighted ? rows : 1;
    sum += weight * *value;
    weights += weight;
  }
  return weights > 0 ? std::optional(sum / weights) : std::nullopt;
}

std::optional<double> MetricValues::value(const Metric& metric, std::size_t group) const {
  if (metric.area != ScoreArea::None) return area_of(metric, group, std::nullopt);
  if (metric.grain == Grain::Series) return series_ ? series_->of(group) : std::nullopt;
  return metric.of({sums(group), layout_});
}

MetricValue MetricValues::with_interval(const Metric& metric, std::size_t group) const {
  if (metric.area != ScoreArea::None) return of_scores(metric, group);
  if (metric.grain == Grain::Series) return of_series(metric, group);
  const auto statistic = [&](std::span<const double> sums) { return metric.of({sums, layout_}); };
  return of_sums(unknown(metric), statistic, metric.range, group);
}

MetricValue MetricValues::of_class(OfClass of, std::size_t which, std::size_t group) const {
  const auto statistic = [&](std::span<const double> sums) {
    return (SumsView(sums, layout_).confusion().*of)(which);
  };
  return of_sums({}, statistic, MetricRange::ZeroToOne, group);
}

std::vector<double> MetricValues::sums(std::size_t group) const {
  std::vector<double> total(layout_.width());
  for (std::size_t part = 0; part < parts_; ++part) {
    const auto sums = sums_.block(group * parts_ + part);
    for (std::size_t k = 0; k < total.size(); ++k) total[k] += sums[k];
  }
  return total;
}

// Rows of the class that is seldomest the truth; of numbers and rankings all rows.
double MetricValues::rarest_class(std::size_t group) const {
  auto rows = static_cast<double>(counts_[group]);
  if (layout_.task() != Task::Classification) return rows;
  const std::vector<double> total = sums(group);
  const ConfusionMatrix confusion = SumsView(total, layout_).confusion();
  for (std::size_t c = 0; c < confusion.classes(); ++c)
    if (confusion.truth_total(c) > 0) rows = std::min(rows, confusion.truth_total(c));
  return rows;
}

MetricValue MetricValues::of_sums(MetricValue found, const SumsStatistic& statistic,
                                  MetricRange range, std::size_t group) const {
  found.value = statistic(sums(group));
  if (!found.value) return found;
  // A group with few rows or blocks has parts without any.
  std::vector<std::size_t> filled;
  for (std::size_t part = 0; part < parts_; ++part) {
    const auto sums = sums_.block(group * parts_ + part);
    if (std::any_of(sums.begin(), sums.end(), [](double sum) { return sum != 0; }))
      filled.push_back(group * parts_ + part);
  }
  if (filled.size() < 2) return found;
  BlockSums own(filled.size(), layout_.width());
  for (std::size_t i = 0; i < filled.size(); ++i)
    std::ranges::copy(sums_.block(filled[i]), own.block(i).begin());
  const auto interval = jackknife_interval(own, statistic, kMetricConfidence);
  if (!interval) return found;
  const double rows =
      range == MetricRange::Share ? static_cast<double>(counts_[group]) : rarest_class(group);
  found.interval = with_doubt(*interval, range, *found.value, rows);
  return found;
}

MetricValue MetricValues::of_scores(const Metric& metric, std::size_t group) const {
  MetricValue found = unknown(metric);
  found.value = area_of(metric, group, std::nullopt);
  if (!found.value) return found;
  std::vector<std::optional<double>> without;
  for (std::uint32_t part = 0; part < parts_; ++part)
    if (areas_.front()[group].has_rows(part)) without.push_back(area_of(metric, group, part));
  if (without.size() >= 2)
    found.interval = with_doubt(interval_of_parts(*found.value, without), metric.range,
                                *found.value, rarest_class(group));
  return found;
}

MetricValue MetricValues::of_series(const Metric& metric, std::size_t group) const {
  MetricValue found = unknown(metric);
  if (!series_) return found;
  found.value = series_->of(group);
  if (!found.value) return found;
  std::vector<std::optional<double>> without;
  for (std::size_t part = 0; part < parts_; ++part) {
    const double rows = sums_.block(group * parts_ + part)[0];
    if (rows > 0) without.push_back(series_->without(group, part));
  }
  if (without.size() >= 2)
    found.interval = clamp_to_range(interval_of_parts(*found.value, without), metric.range);
  return found;
}

Interval clamp_to_range(Interval interval, MetricRange range) {
  Interval most{-kInfinity, kInfinity};
  if (range == MetricRange::Correlation) most = {-1, 1};
  if (range == MetricRange::AtMostOne) most = {-kInfinity, 1};
  if (range == MetricRange::NotNegative) most = {0, kInfinity};
  if (range == MetricRange::ZeroToOne || range == MetricRange::Share) most = {0, 1};
  return {std::clamp(interval.low, most.low, most.high),
          std::clamp(interval.high, most.low, most.high)};
}

}  // namespace sluice::ml
