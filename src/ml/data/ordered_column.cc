#include "ml/data/ordered_column.h"

namespace sluice::ml {

void OrderedColumn::add_values(std::uint64_t block, std::span<const std::uint64_t> hashes,
                               std::size_t most) {
  if (too_many_since_.load(std::memory_order_relaxed) != kNever) return;
  hashes_.insert(hashes.begin(), hashes.end());
  if (hashes_.size() > most) set_too_many(block);
}

void OrderedColumn::set_too_many(std::uint64_t block) {
  if (too_many_since_.load(std::memory_order_relaxed) != kNever) return;
  too_many_since_.store(block, std::memory_order_relaxed);
  hashes_ = {};
}

std::span<OrderedColumn> OrderedGroups::columns_of(const std::vector<std::string>& key) {
  std::lock_guard lock(mutex_);
  auto& columns = groups_[key];
  if (!columns) columns = std::make_unique<OrderedColumn[]>(columns_);
  return {columns.get(), columns_};
}

}  // namespace sluice::ml
