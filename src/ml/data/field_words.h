// The bytes of a short field as two words, the form in which values are counted and numbers are
// read: fields of at most 16 bytes, zeros behind them. Pure.
//
// Fields hold no NUL, so that the words tell two of them apart. Reading takes 16 bytes whatever the
// length: those behind a field must be readable (kFieldPadding in csv.h).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "ml/data/hash64.h"

namespace sluice::ml {

struct FieldWords {
  static constexpr std::size_t kMaxBytes = 16;

  std::uint64_t first = 0;
  std::uint64_t second = 0;

  bool operator==(const FieldWords&) const = default;
  std::uint64_t hash() const {
    return mix64(mix64(first ^ 0xa0761d6478bd642full, second ^ 0xe7037ed1a0b428dbull),
                 0x8ebc6af09c88c6e3ull);
  }
};

namespace detail {

constexpr std::array<std::uint64_t, 9> kByteMasks = {0,
                                                     0xff,
                                                     0xffff,
                                                     0xffffff,
                                                     0xffffffff,
                                                     0xffffffffff,
                                                     0xffffffffffff,
                                                     0xffffffffffffff,
                                                     0xffffffffffffffff};

}  // namespace detail

// Of at most 16 bytes.
inline FieldWords words_of(std::string_view field) {
  FieldWords words;
  std::memcpy(&words.first, field.data(), 8);
  if (field.size() <= 8) {
    words.first &= detail::kByteMasks[field.size()];
    return words;
  }
  std::memcpy(&words.second, field.data() + 8, 8);
  words.second &= detail::kByteMasks[field.size() - 8];
  return words;
}

// The hash that sketches of distinct values are made of; any length, and no bytes behind are read.
std::uint64_t value_hash(std::string_view value);

// A decimal of at most 8 characters.
struct ShortDecimal {
  std::int64_t digits = 0;  // without the point
  unsigned scale = 0;       // how many of them stand behind it
  bool pointed = false;     // there is a point: a Number, else an Integer
};

// False for what is no such decimal, and for codes such as "007", which are no numbers. `size` is 1
// to 8. No branch depends on the number of digits: lengths vary from row to row.
inline bool read_short_decimal(std::uint64_t word, std::size_t size, ShortDecimal& decimal) {
  constexpr std::uint64_t kZeros = 0x3030303030303030ull;
  const bool negative = (word & 0xff) == '-';
  word >>= negative ? 8 : 0;
  size -= negative ? 1 : 0;
  const std::uint64_t first_two = word & 0xffff;
  if ((first_two & 0xff) == '0' && (first_two >> 8) - '0' <= 9) return false;
  const std::uint64_t x = word ^ 0x2e2e2e2e2e2e2e2eull;
  const std::uint64_t points = (x - 0x0101010101010101ull) & ~x & 0x8080808080808080ull;
  const std::size_t point =
      points == 0 ? size : static_cast<std::size_t>(__builtin_ctzll(points)) / 8;
  decimal.pointed = points != 0;
  decimal.scale = decimal.pointed ? static_cast<unsigned>(size - point - 1) : 0;
  const std::uint64_t whole = word & detail::kByteMasks[point];
  // Of a word without point nothing is left behind it.
  const std::uint64_t fraction = decimal.pointed && point < 7 ? word >> (8 * point + 8) : 0;
  const std::uint64_t digits = whole | (point < 8 ? fraction << (8 * point) : 0);
  const std::size_t count = size - (decimal.pointed ? 1 : 0);
  if (count == 0) return false;
  std::uint64_t v = digits << (64 - 8 * count);
  if (count < 8) v |= kZeros >> (8 * count);
  if ((v & 0xf0f0f0f0f0f0f0f0ull) != kZeros ||
      ((v + 0x0606060606060606ull) & 0xf0f0f0f0f0f0f0f0ull) != kZeros)
    return false;
  // Pairs, then fours, then all eight digits (Lemire 2018).
  v = ((v & 0x0f0f0f0f0f0f0f0full) * 2561) >> 8;
  v = ((v & 0x00ff00ff00ff00ffull) * 6553601) >> 16;
  v = ((v & 0x0000ffff0000ffffull) * 42949672960001ull) >> 32;
  decimal.digits = negative ? -static_cast<std::int64_t>(v) : static_cast<std::int64_t>(v);
  return true;
}

}  // namespace sluice::ml
