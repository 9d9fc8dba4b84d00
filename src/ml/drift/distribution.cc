#include "ml/drift/distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace sluice::ml {

NumberDistribution NumberDistribution::of(std::vector<std::pair<double, std::uint64_t>> counted) {
  std::sort(counted.begin(), counted.end());
  NumberDistribution distribution;
  for (const auto& [value, count] : counted) {
    if (count == 0) continue;
    if (!distribution.points.empty() && distribution.points.back().first == value)
      distribution.points.back().second += count;
    else
      distribution.points.emplace_back(value, count);
    distribution.total += count;
  }
  return distribution;
}

NumberDistribution NumberDistribution::of(std::span<const double> sample) {
  std::vector<std::pair<double, std::uint64_t>> counted;
  counted.reserve(sample.size());
  for (const double value : sample) counted.emplace_back(value, 1);
  return of(std::move(counted));
}

NumberDistribution NumberDistribution::of(const QuantileSketch& sketch) {
  return of(sketch.buckets());
}

void NumberDistribution::merge(const NumberDistribution& other) {
  points.insert(points.end(), other.points.begin(), other.points.end());
  *this = of(std::move(points));
}

double NumberDistribution::mean() const {
  double sum = 0;
  for (const auto& [value, count] : points) sum += value * static_cast<double>(count);
  return total == 0 ? 0 : sum / static_cast<double>(total);
}

double NumberDistribution::deviation() const {
  const double centre = mean();
  double sum = 0;
  for (const auto& [value, count] : points)
    sum += (value - centre) * (value - centre) * static_cast<double>(count);
  return total == 0 ? 0 : std::sqrt(sum / static_cast<double>(total));
}

double NumberDistribution::quantile(double q) const {
  CHECK(total > 0);
  const double wanted = q * static_cast<double>(total);
  double seen = 0;
  for (const auto& [value, count] : points) {
    seen += static_cast<double>(count);
    if (seen >= wanted) return value;
  }
  return points.back().first;
}

std::uint64_t total_of(const CategoryDistribution& distribution) {
  std::uint64_t total = 0;
  for (const auto& [_, count] : distribution) total += count;
  return total;
}

double PairedCounts::reference_total() const {
  return std::accumulate(reference.begin(), reference.end(), 0.0);
}

double PairedCounts::current_total() const {
  return std::accumulate(current.begin(), current.end(), 0.0);
}

PairedCounts paired_counts(const CategoryDistribution& reference,
                           const CategoryDistribution& current) {
  std::map<std::string_view, std::pair<double, double>> both;
  for (const auto& [name, count] : reference) both[name].first = static_cast<double>(count);
  for (const auto& [name, count] : current) both[name].second = static_cast<double>(count);
  PairedCounts counts;
  for (const auto& [_, pair] : both) {
    counts.reference.push_back(pair.first);
    counts.current.push_back(pair.second);
  }
  return counts;
}

namespace {

std::vector<double> counts_between(const NumberDistribution& distribution,
                                   const std::vector<double>& edges) {
  std::vector<double> counts(edges.size() + 1);
  for (const auto& [value, count] : distribution.points) {
    const auto edge = std::lower_bound(edges.begin(), edges.end(), value);
    counts[static_cast<std::size_t>(edge - edges.begin())] += static_cast<double>(count);
  }
  return counts;
}

}  // namespace

PairedCounts paired_counts(const NumberDistribution& reference, const NumberDistribution& current,
                           std::size_t bins) {
  CHECK(bins >= 2);
  std::vector<double> edges;
  for (std::size_t i = 1; i < bins; ++i) {
    const double edge = reference.quantile(static_cast<double>(i) / static_cast<double>(bins));
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  return {counts_between(reference, edges), counts_between(current, edges)};
}

PairedCounts join_rare(const PairedCounts& counts, double least) {
  std::vector<std::size_t> order(counts.reference.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto both = [&](std::size_t i) { return counts.reference[i] + counts.current[i]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return both(a) < both(b); });
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  // Both sides together must hold this many for the smaller side to expect `least`.
  const double enough = least * (reference + current) / std::min(reference, current);
  PairedCounts joined;
  double reference_bin = 0;
  double current_bin = 0;
  for (const std::size_t i : order) {
    reference_bin += counts.reference[i];
    current_bin += counts.current[i];
    if (reference_bin + current_bin < enough) continue;
    joined.reference.push_back(reference_bin);
    joined.current.push_back(current_bin);
    reference_bin = current_bin = 0;
  }
  if (reference_bin + current_bin == 0) return joined;
  if (joined.reference.empty()) return {{reference_bin}, {current_bin}};
  joined.reference.back() += reference_bin;
  joined.current.back() += current_bin;
  return joined;
}

}  // namespace sluice::ml
