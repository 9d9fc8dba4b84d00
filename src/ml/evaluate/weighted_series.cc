#include "ml/evaluate/weighted_series.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace sluice::ml {

WeightedSeries::WeightedSeries(const JudgedRows& rows, std::span<const std::uint32_t> cells,
                               std::size_t groups, std::size_t parts)
    : parts_(parts), all_(groups), changes_(groups * parts) {
  CHECK(cells.size() == rows.size() && rows.series.size() == rows.size());
  using Key = std::pair<std::uint32_t, std::uint32_t>;  // group, series
  std::vector<std::pair<Key, std::uint32_t>> order;
  for (std::uint32_t row = 0; row < rows.size(); ++row)
    if (rows.naive_squared[row] > 0 && rows.series_weights[rows.series[row]] > 0)
      order.push_back({{static_cast<std::uint32_t>(cells[row] / parts), rows.series[row]}, row});
  std::ranges::sort(order);
  std::vector<PartSums> by_part(parts);
  for (std::size_t i = 0; i < order.size();) {
    const Key key = order[i].first;
    std::ranges::fill(by_part, PartSums{});
    for (; i < order.size() && order[i].first == key; ++i) {
      const std::uint32_t row = order[i].second;
      const double error = rows.prediction[row] - rows.truth[row];
      PartSums& part = by_part[cells[row] % parts];
      part.rows += 1;
      part.squared += error * error / rows.naive_squared[row];
    }
    add_series(key.first, rows.series_weights[key.second], by_part);
  }
}

void WeightedSeries::add_series(std::size_t group, double weight,
                                std::span<const PartSums> by_part) {
  PartSums total;
  for (const PartSums& part : by_part) {
    total.rows += part.rows;
    total.squared += part.squared;
  }
  const double error = weight * std::sqrt(total.squared / total.rows);
  Sums& all = all_[group];
  all.series += 1;
  all.weight += weight;
  all.error += error;
  for (std::size_t p = 0; p < parts_; ++p) {
    const PartSums& part = by_part[p];
    if (part.rows == 0) continue;
    Sums& change = changes_[group * parts_ + p];
    const double left = total.rows - part.rows;
    if (left > 0) {
      const double squared = std::max(0.0, total.squared - part.squared);
      change.error += weight * std::sqrt(squared / left) - error;
    } else {
      change.series -= 1;
      change.weight -= weight;
      change.error -= error;
    }
  }
}

std::optional<double> WeightedSeries::of(std::size_t group) const {
  const Sums& all = all_[group];
  return all.series > 0 ? std::optional(all.error / all.weight) : std::nullopt;
}

std::optional<double> WeightedSeries::without(std::size_t group, std::size_t part) const {
  const Sums& all = all_[group];
  const Sums& change = changes_[group * parts_ + part];
  if (!(all.series + change.series > 0)) return std::nullopt;
  return (all.error + change.error) / (all.weight + change.weight);
}

}  // namespace sluice::ml
