#include "ml/data/field_words.h"

namespace sluice::ml {

std::uint64_t value_hash(std::string_view value) {
  if (value.size() > FieldWords::kMaxBytes) return hash64(value);
  std::array<char, FieldWords::kMaxBytes> padded{};
  std::memcpy(padded.data(), value.data(), value.size());
  return words_of({padded.data(), value.size()}).hash();
}

}  // namespace sluice::ml
