#include "ml/data/value_table.h"

namespace sluice::ml {

bool ValueTable::add_long(std::string_view value, std::uint64_t count) {
  if (last_long_ == nullptr || last_long_->first != value) {
    auto known = long_.find(value);
    if (known == long_.end()) known = long_.emplace(value, 0).first;
    last_long_ = &*known;
  }
  last_long_->second += count;
  return last_long_->second == count;
}

// The words stand in memory as the text did, with zeros behind it.
std::string_view ValueTable::text_of(const FieldWords& words) {
  const char* bytes = reinterpret_cast<const char*>(&words);
  std::size_t size = FieldWords::kMaxBytes;
  while (size > 0 && bytes[size - 1] == '\0') --size;
  return {bytes, size};
}

}  // namespace sluice::ml
