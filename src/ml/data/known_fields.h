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
  KnownFields() : short_(kPairs) {}

  // `field` is of a block (field_words.h) and not empty.
  bool contains(std::string_view field) const {
    if (field.size() > FieldWords::kMaxBytes) return field == long_[0] || field == long_[1];
    const FieldWords words = words_of(field);
    const Pair& pair = short_[words.hash() % kPairs];
    return pair.newer == words || pair.older == words;
  }

  void insert(std::string_view field) {
    if (field.size() > FieldWords::kMaxBytes) {
      long_[1].swap(long_[0]);
      long_[0] = field;
      return;
    }
    const FieldWords words = words_of(field);
    Pair& pair = short_[words.hash() % kPairs];
    pair = {words, pair.newer};
  }

 private:
  static constexpr std::size_t kPairs = 4096;
  struct Pair {
    FieldWords newer;
    FieldWords older;
  };

  std::vector<Pair> short_;
  std::array<std::string, 2> long_;  // the last ones
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

  KnownRows() : pairs_(kPairs) {}

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
    const Pair& pair = pairs_[key.first % kPairs];
    if (pair.newer.key == key) return pair.newer.found;
    return pair.older.key == key ? pair.older.found : 0;
  }
  void insert(const Key& key, int found) {
    Pair& pair = pairs_[key.first % kPairs];
    pair.older = pair.newer;
    pair.newer = {key, found};
  }

 private:
  static constexpr std::size_t kPairs = 4096;
  struct Entry {
    Key key;
    int found = 0;
  };
  struct Pair {
    Entry newer;
    Entry older;
  };

  std::vector<Pair> pairs_;
};

}  // namespace sluice::ml
