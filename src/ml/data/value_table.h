// Different values of a column and how often each was seen, exact up to a budget. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ml/data/field_words.h"

namespace sluice::ml {

class ValueTable {
 public:
  static constexpr std::size_t kLongest = 1024;  // bytes; longer values are not kept

  ValueTable();

  // How many different values there are.
  std::size_t size() const { return used_ + long_.size(); }

  // Of at most 16 bytes. True when the value is a new one.
  bool add(const FieldWords& words) {
    std::size_t at = words.hash() & mask_;
    while (true) {
      Slot& slot = slots_[at];
      if (slot.words == words && slot.count != 0) {
        ++slot.count;
        return false;
      }
      if (slot.count == 0) break;
      at = (at + 1) & mask_;
    }
    insert(words);
    return true;
  }
  // Of 17 to kLongest bytes; likewise.
  bool add_long(std::string_view value);

  // Calls visit(text, count) for each value, in no order; texts are valid during the call only.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_)
      if (slot.count != 0) visit(text_of(slot.words), slot.count);
    for (const auto& [text, count] : long_) visit(std::string_view(text), count);
  }

 private:
  struct Slot {
    FieldWords words;
    std::uint64_t count = 0;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return hash64(s); }
  };
  using Long = std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>;

  void insert(const FieldWords& words);
  void grow();
  static std::string_view text_of(const FieldWords& words);

  std::vector<Slot> slots_;
  std::size_t mask_;
  std::size_t used_ = 0;
  Long long_;
  Long::value_type* last_long_ = nullptr;  // files are often sorted
};

}  // namespace sluice::ml
