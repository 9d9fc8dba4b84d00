// Fields that were looked at before and broke no rule, so that the same text need not be read
// again: most columns hold few different values, or the same ones close together. A cache without
// memory of what it forgot; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ml/data/field_words.h"

namespace sluice::ml {

class KnownFields {
 public:
  KnownFields() : short_(kShort), long_(kLong) {}

  // `field` is of a block (field_words.h) and not empty.
  bool contains(std::string_view field) const {
    if (field.size() > FieldWords::kMaxBytes) return long_[hash64(field) % kLong] == field;
    const FieldWords words = words_of(field);
    return short_[words.hash() % kShort] == words;
  }

  void insert(std::string_view field) {
    if (field.size() > FieldWords::kMaxBytes) {
      long_[hash64(field) % kLong] = field;
      return;
    }
    const FieldWords words = words_of(field);
    short_[words.hash() % kShort] = words;
  }

 private:
  static constexpr std::size_t kShort = 4096;
  static constexpr std::size_t kLong = 64;

  std::vector<FieldWords> short_;
  std::vector<std::string> long_;
};

// The same of several fields of a row together, told apart by 128 bits of hash, with what was
// found.
class KnownRows {
 public:
  struct Key {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    bool operator==(const Key&) const = default;
  };

  KnownRows() : entries_(kRows) {}

  static void add_field(Key& key, std::string_view field) {
    if (field.size() > FieldWords::kMaxBytes) {
      key.first = hash64(field, key.first);
      key.second = hash64(field, key.second ^ 0x8ebc6af09c88c6e3ull);
      return;
    }
    const FieldWords words = words_of(field);
    key.first = mix64(words.first ^ key.first ^ 0xa0761d6478bd642full,
                      words.second ^ 0xe7037ed1a0b428dbull);
    key.second = mix64(words.first ^ 0x589965cc75374cc3ull,
                       words.second ^ key.second ^ 0x1d8e4e27c47d124full);
  }

  // 0: not known.
  int find(const Key& key) const {
    const Entry& entry = entries_[key.first % kRows];
    return entry.key == key ? entry.found : 0;
  }
  void insert(const Key& key, int found) { entries_[key.first % kRows] = {key, found}; }

 private:
  static constexpr std::size_t kRows = 8192;
  struct Entry {
    Key key;
    int found = 0;
  };

  std::vector<Entry> entries_;
};

}  // namespace sluice::ml
