#include "ml/data/column_quantiles.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::ml {

ColumnQuantiles::ColumnQuantiles(const ColumnProfile& column) : column_(column) {
  for (const auto& [text, count] : column.values) {
    const Value value = classify(text);
    if (value.type == ValueType::Integer || value.type == ValueType::Number)
      values_.emplace_back(value.number, count);
  }
  std::sort(values_.begin(), values_.end());
}

double ColumnQuantiles::at(double rank) const {
  const std::uint64_t count = column_.numbers.count;
  CHECK(count > 0);
  if (values_.empty())
    return std::clamp(column_.quantiles.quantile(rank), column_.numbers.min, column_.numbers.max);
  auto left = static_cast<std::uint64_t>(rank * static_cast<double>(count - 1));
  auto value = values_.begin();
  for (; value + 1 != values_.end() && left >= value->second; ++value) left -= value->second;
  return value->first;
}

double ColumnQuantiles::relative_error() const {
  return values_.empty() ? QuantileSketch::kRelativeError : 0;
}

}  // namespace sluice::ml
