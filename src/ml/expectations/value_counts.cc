#include "ml/expectations/value_counts.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::ml::expectations {

void ValueCounts::add(const Cell& cell) {
  if (cell.is_null()) {
    ++missing_;
    return;
  }
  ++present_;
  const std::uint64_t key = hash(cell);
  if (!exact()) {
    sketch_[0].add(key);
    return;
  }
  const auto found = counts_.find(key);
  if (found != counts_.end()) {
    ++found->second.second;
    return;
  }
  counts_.emplace(key, std::pair(KeptCell(cell), std::uint64_t{1}));
  if (counts_.size() > budget_) spill();
}

void ValueCounts::add_all(const std::vector<Cell>& cells, RowIndexes rows) {
  for (const std::uint32_t row : rows) add(cells[row]);
}

void ValueCounts::spill() {
  sketch_.emplace_back();
  for (const auto& [key, value] : counts_) sketch_[0].add(key);
  counts_.clear();
}

std::uint64_t ValueCounts::distinct() const {
  return exact() ? counts_.size() : sketch_[0].estimate();
}

std::vector<std::pair<Cell, std::uint64_t>> ValueCounts::sorted() const {
  std::vector<std::pair<Cell, std::uint64_t>> values;
  for (const auto& [key, value] : counts_) values.emplace_back(value.first.get(), value.second);
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    const auto order = compare(a.first, b.first);
    if (!order) return a.first.kind < b.first.kind;
    return *order == std::partial_ordering::less;
  });
  return values;
}

Error too_many_values(std::size_t budget) {
  return value_error(cat("the column has more than ", budget,
                         " different values, which is more than fit in memory"));
}

}  // namespace sluice::ml::expectations
