// Different values of a column and how often each was seen. One thread.
//
// Values of at most 8 bytes, of at most 16, and longer ones are kept apart. The tables of the
// short ones have buckets of two slots, which are compared together: a value is in its bucket
// nearly always, and where in it needs no branch that goes wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ml/data/field_words.h"

namespace sluice::ml {

// Counts of keys. Key: std::uint64_t or FieldWords, of a field (no NUL but at the end).
template <class Key>
class KeyTable {
 public:
  std::size_t size() const { return used_; }

  // `count` times, at least once. True when the key is a new one.
  bool add(const Key& key, std::uint64_t count = 1) {
    Slot* const bucket = slots_.data() + 2 * (spread(key) >> shift_);
    const bool in_second = bucket[1].key == key;
    if (!(in_second | (bucket[0].key == key))) return add_beyond(key, count);
    bucket[in_second].count += count;
    return false;
  }

  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_)
      if (slot.count != 0) visit(slot.key, slot.count);
  }

 private:
  struct Slot {
    Key key = kNone;
    std::uint64_t count = 0;
  };

  static constexpr Key none() {
    // A NUL before another character is in no field.
    constexpr std::uint64_t kImpossible = std::uint64_t{1} << 56;
    if constexpr (std::is_same_v<Key, std::uint64_t>)
      return kImpossible;
    else
      return {kImpossible, 0};
  }
  static constexpr Key kNone = none();

  static std::uint64_t spread(const std::uint64_t& word) {
    return (word ^ (word >> 32)) * 0x9e3779b97f4a7c15ull;
  }
  static std::uint64_t spread(const FieldWords& words) {
    return spread(words.first ^ words.second * 0xe7037ed1a0b428dbull);
  }

  // Not in the first slots of its bucket: in one that follows, or new.
  bool add_beyond(const Key& key, std::uint64_t count) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = 2 * (spread(key) >> shift_);
    while (slots_[at].count != 0 && !(slots_[at].key == key)) at = (at + 1) & mask;
    const bool is_new = slots_[at].count == 0;
    slots_[at].key = key;
    slots_[at].count += count;
    if (is_new && ++used_ * (slots_.size() < kLarge ? 4 : 2) > slots_.size()) grow();
    return is_new;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    --shift_;
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.count == 0) continue;
      std::size_t at = 2 * (spread(slot.key) >> shift_);
      while (slots_[at].count != 0) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }

  static constexpr std::size_t kLarge = 4096;  // slots: from here on half of them are used

  std::vector<Slot> slots_ = std::vector<Slot>(32);
  unsigned shift_ = 64 - 4;  // buckets are chosen by the first bits
  std::size_t used_ = 0;
};

class ValueTable {
 public:
  static constexpr std::size_t kLongest = 1024;  // bytes; longer values are not kept

  // How many different values there are.
  std::size_t size() const { return short_.size() + medium_.size() + long_.size(); }

  // Of at most kLongest bytes, with readable ones behind it (kFieldPadding); `count` times, at
  // least once. True when the value is a new one.
  bool add(std::string_view value, std::uint64_t count = 1) {
    if (value.size() <= 8) return short_.add(words_of(value).first, count);
    if (value.size() <= FieldWords::kMaxBytes) return medium_.add(words_of(value), count);
    return add_long(value, count);
  }

  // Calls visit(text, count) for each value, in no order; texts are valid during the call only.
  template <class Visit>
  void for_each(const Visit& visit) const {
    short_.for_each([&](std::uint64_t word, std::uint64_t count) {
      const FieldWords words{word, 0};
      visit(text_of(words), count);
    });
    medium_.for_each(
        [&](const FieldWords& words, std::uint64_t count) { visit(text_of(words), count); });
    for (const auto& [text, count] : long_) visit(std::string_view(text), count);
  }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return hash64(s); }
  };
  using Long = std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>;

  bool add_long(std::string_view value, std::uint64_t count);
  static std::string_view text_of(const FieldWords& words);

  KeyTable<std::uint64_t> short_;
  KeyTable<FieldWords> medium_;
  Long long_;
  Long::value_type* last_long_ = nullptr;  // files are often sorted
};

}  // namespace sluice::ml
