// What drift statistics compare: numbers or categories with how often each was seen, and the two
// made comparable as counts in the same bins. Values; pure.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ml/data/quantile_sketch.h"

namespace sluice::ml {

// Different values, ascending, each with how often it was seen (> 0).
struct NumberDistribution {
  std::vector<std::pair<double, std::uint64_t>> points;
  std::uint64_t total = 0;

  static NumberDistribution of(std::span<const double> sample);  // without NaN
  static NumberDistribution of(const QuantileSketch& sketch);
  static NumberDistribution of(std::vector<std::pair<double, std::uint64_t>> counted);

  void merge(const NumberDistribution& other);
  double mean() const;
  double deviation() const;  // of the population
  // The smallest value with at least a share q of all at or below it; not empty.
  double quantile(double q) const;
};

using CategoryDistribution = std::map<std::string, std::uint64_t>;

std::uint64_t total_of(const CategoryDistribution& distribution);

// Counts in the same bins, one number for each bin on either side.
struct PairedCounts {
  std::vector<double> reference;
  std::vector<double> current;

  double reference_total() const;
  double current_total() const;
};

// One bin for each category seen on either side, by name.
PairedCounts paired_counts(const CategoryDistribution& reference,
                           const CategoryDistribution& current);

// Bins between the quantiles 1/bins, 2/bins, … of the reference, upper ends included, the first and
// the last open; equal quantiles become one. Neither side is empty.
PairedCounts paired_counts(const NumberDistribution& reference, const NumberDistribution& current,
                           std::size_t bins = 10);

// Bins joined, rarest first (ties in the given order), until each is expected at least `least`
// times on both sides if nothing has changed: what Pearson's test needs (Cochran 1954).
PairedCounts join_rare(const PairedCounts& counts, double least = 5);

}  // namespace sluice::ml
