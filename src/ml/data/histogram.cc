#include "ml/data/histogram.h"

#include <algorithm>
#include <array>

namespace sluice::ml {

namespace {

void add(Histogram& histogram, double value, std::uint64_t count) {
  // Halves, because the range itself may be beyond that of double.
  const double range = histogram.high / 2 - histogram.low / 2;
  const double share = range > 0 ? (value / 2 - histogram.low / 2) / range : 0;
  const auto bins = static_cast<double>(histogram.counts.size());
  const double bin = std::clamp(share * bins, 0.0, bins - 1);
  histogram.counts[static_cast<std::size_t>(bin)] += count;
}

}  // namespace

Histogram histogram_of(const ColumnProfile& column) {
  Histogram histogram{column.numbers.min, column.numbers.max, {}, HistogramOrigin::Values};
  if (column.numbers.count == 0) return histogram;
  histogram.counts.resize(histogram.low == histogram.high ? 1 : Histogram::kBins);
  if (column.distinct_exact) {
    for (const auto& [text, count] : column.values) {
      const Value value = classify(text);
      if (value.type == ValueType::Integer || value.type == ValueType::Number)
        add(histogram, value.number, count);
    }
    return histogram;
  }
  histogram.origin = HistogramOrigin::Sketch;
  for (const auto& [middle, count] : column.quantiles.buckets()) add(histogram, middle, count);
  return histogram;
}

std::string sparkline(const Histogram& histogram) {
  constexpr std::array<const char*, 9> kBars = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  if (histogram.counts.empty()) return line;
  const auto most =
      static_cast<double>(*std::max_element(histogram.counts.begin(), histogram.counts.end()));
  for (const std::uint64_t count : histogram.counts) {
    const double height = static_cast<double>(count) / most * 8;
    line +=
        kBars[count == 0 ? 0 : std::max<std::size_t>(1, static_cast<std::size_t>(height + 0.5))];
  }
  return line;
}

}  // namespace sluice::ml
