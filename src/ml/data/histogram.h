// How the numbers of a column spread over equal parts of its range. Pure; derived from a profile,
// so that merged profiles have the histogram of the whole.
#pragma once

#include <cstdint>
#include <vector>

#include "ml/data/column_profile.h"

namespace sluice::ml {

// From the values where the profile has all of them. From the sketch a value may be counted in a
// neighbouring bin when it lies within QuantileSketch::kRelativeError of the border.
enum class HistogramOrigin { Values, Sketch };

struct Histogram {
  static constexpr std::size_t kBins = 20;

  double low = 0;  // the exact minimum
  double high = 0;
  std::vector<std::uint64_t> counts;  // kBins; one where low == high; none without numbers
  HistogramOrigin origin = HistogramOrigin::Values;
};

Histogram histogram_of(const ColumnProfile& column);

// One character for each bin, from blank to a full block: "▁▃█▅▁".
std::string sparkline(const Histogram& histogram);

}  // namespace sluice::ml
