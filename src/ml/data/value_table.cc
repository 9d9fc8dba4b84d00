#include "ml/data/value_table.h"

namespace sluice::ml {

ValueTable::ValueTable() : slots_(32), mask_(slots_.size() - 1) {}

void ValueTable::insert(const FieldWords& words) {
  if (++used_ * 2 > slots_.size()) grow();
  std::size_t at = words.hash() & mask_;
  while (slots_[at].count != 0) at = (at + 1) & mask_;
  slots_[at] = {words, 1};
}

void ValueTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.count == 0) continue;
    std::size_t at = slot.words.hash() & mask_;
    while (slots_[at].count != 0) at = (at + 1) & mask_;
    slots_[at] = slot;
  }
}

bool ValueTable::add_long(std::string_view value) {
  if (last_long_ == nullptr || last_long_->first != value) {
    auto known = long_.find(value);
    if (known == long_.end()) known = long_.emplace(value, 0).first;
    last_long_ = &*known;
  }
  return ++last_long_->second == 1;
}

// The words stand in memory as the text did, with zeros behind it.
std::string_view ValueTable::text_of(const FieldWords& words) {
  const char* bytes = reinterpret_cast<const char*>(&words);
  std::size_t size = FieldWords::kMaxBytes;
  while (size > 0 && bytes[size - 1] == '\0') --size;
  return {bytes, size};
}

}  // namespace sluice::ml
