// What is known of one column, and how that of two parts of a data set becomes that of the whole.
// A value.
//
// Exact: counts, types, min, max, mean, deviation, text lengths, dates; distinct values and how
// often each, up to a budget; patterns up to PatternCounts::kMaxPatterns. Estimated: quantiles,
// always (quantile_sketch.h), and beyond the budget the number of distinct values
// (distinct_sketch.h) and how often the frequent ones are, within bounds (frequent_values.h).
// Merging gives exactly what one pass over both parts gives, estimates included, but for those
// bounds: they hold, and are others.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ml/data/distinct_sketch.h"
#include "ml/data/exact_moments.h"
#include "ml/data/frequent_values.h"
#include "ml/data/quantile_sketch.h"
#include "ml/data/text_pattern.h"
#include "ml/data/value.h"

namespace sluice::ml {

struct NumberSummary {
  std::uint64_t count = 0;
  double min = 0;
  double max = 0;
  double mean = 0;
  double squares = 0;  // sum of squared differences from the mean

  double deviation() const;  // of the population; 0 for no value
};

struct ColumnProfile {
  // Values kept for a column, unless said otherwise.
  static constexpr std::size_t kMaxDistinct = 4096;

  std::string name;
  std::uint64_t missing = 0;
  std::array<std::uint64_t, kValueTypes> types{};  // by ValueType, of what is not missing
  NumberSummary numbers;                           // of integers and numbers
  ExactMoments moments;                            // of the same: what mean and squares come from
  QuantileSketch quantiles;                        // of the same
  std::optional<std::pair<double, double>> dates;  // first and last, seconds since 1970
  std::size_t shortest = SIZE_MAX;                 // bytes, of all values; 0 when finished empty
  std::size_t longest = 0;
  PatternCounts patterns;  // of texts
  std::uint64_t distinct = 0;
  bool distinct_exact = true;
  DistinctSketch distinct_sketch;  // when not distinct_exact
  CountedValues values;            // all of them, while distinct_exact
  // When not distinct_exact; nothing where it is not known (values that are not to be kept,
  // profiles of version 3).
  std::optional<FrequentValues> frequent;

  std::uint64_t present() const;
  std::uint64_t of_type(ValueType type) const { return types[static_cast<std::size_t>(type)]; }
  std::uint64_t dated() const {  // days, with a time or without
    return of_type(ValueType::Date) + of_type(ValueType::Timestamp);
  }

  // All but distinct values, sketch of them, mean and squares: counts a value `count` times.
  void count_value(std::string_view text, std::uint64_t count);
  void count_date(double seconds);
  void count_length(std::size_t bytes);
  // Mean and squares from the moments, the order of the values.
  void finish();
  // The other part may be of any budget; no more than `max_distinct` values are kept.
  void merge(const ColumnProfile& other, std::size_t max_distinct = kMaxDistinct);
  // As merge(), of parts of one pass, whose frequent values are all kept until the last one is in:
  // so they do not depend on which thread counted what.
  void merge_part(const ColumnProfile& other, std::size_t max_distinct);
  void end_parts(const FrequentValues& frequent_in_order);
};

}  // namespace sluice::ml
