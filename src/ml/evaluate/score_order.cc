#include "ml/evaluate/score_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "base/check.h"

namespace sluice::ml {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = 1u << kDigitBits;
constexpr unsigned kKeyBits = 32;
constexpr std::size_t kFew = 2000;  // up to so many scores comparing them is faster

// The highest bits in which scores differ; half the memory of whole scores, and half the passes.
struct Item {
  std::uint32_t key;
  std::uint32_t row;
};

// Numbers that are ordered as the scores are; 0 and -0 are one.
std::uint64_t ordered_bits(double score) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(score + 0.0);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

void sort_by_digit(const std::vector<Item>& from, std::vector<Item>& to, unsigned shift) {
  const auto digit = [shift](const Item& item) { return (item.key >> shift) % kDigits; };
  std::array<std::size_t, kDigits> next{};
  for (const Item& item : from) ++next[digit(item)];
  std::size_t before = 0;
  for (std::size_t& count : next) before += std::exchange(count, before);
  for (const Item& item : from) to[next[digit(item)]++] = item;
}

bool is_higher(std::span<const double> scores, std::uint32_t a, std::uint32_t b) {
  return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
}

// Orders what the keys could not tell apart.
void sort_equal_keys(std::vector<Item>& items, std::span<const double> scores) {
  const auto higher = [scores](const Item& a, const Item& b) {
    return is_higher(scores, a.row, b.row);
  };
  for (auto first = items.begin(); first != items.end();) {
    const auto last =
        std::find_if(first, items.end(), [&](const Item& item) { return item.key != first->key; });
    if (last - first > 1 && !std::is_sorted(first, last, higher)) std::sort(first, last, higher);
    first = last;
  }
}

// Sorted; different keys are different scores, and equal ones are equal where `keys_are_whole`.
struct SortedItems {
  std::vector<Item> items;
  bool keys_are_whole = false;
};

SortedItems by_comparing(std::span<const double> scores) {
  std::vector<Item> items(scores.size());
  for (std::uint32_t row = 0; row < items.size(); ++row) items[row] = {0, row};
  std::sort(items.begin(), items.end(),
            [scores](const Item& a, const Item& b) { return is_higher(scores, a.row, b.row); });
  return {std::move(items), false};
}

SortedItems by_digits(std::span<const double> scores) {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t most = 0;
  for (const double score : scores) {
    least = std::min(least, ordered_bits(score));
    most = std::max(most, ordered_bits(score));
  }
  const unsigned width = scores.empty() ? 0 : static_cast<unsigned>(std::bit_width(most - least));
  const unsigned dropped = width > kKeyBits ? width - kKeyBits : 0;
  std::vector<Item> items;
  items.reserve(scores.size());
  for (const double score : scores)
    items.push_back({static_cast<std::uint32_t>((most - ordered_bits(score)) >> dropped),
                     static_cast<std::uint32_t>(items.size())});
  std::vector<Item> sorted(items.size());
  for (unsigned shift = 0; shift < std::min(width, kKeyBits); shift += kDigitBits) {
    sort_by_digit(items, sorted, shift);
    items.swap(sorted);
  }
  if (dropped > 0) sort_equal_keys(items, scores);
  return {std::move(items), dropped == 0};
}

SortedItems sort_items(std::span<const double> scores) {
  return scores.size() <= kFew ? by_comparing(scores) : by_digits(scores);
}

}  // namespace

std::vector<std::uint32_t> highest_first(std::span<const double> scores) {
  CHECK(scores.size() < std::numeric_limits<std::uint32_t>::max());
  const SortedItems sorted = sort_items(scores);
  std::vector<std::uint32_t> rows;
  rows.reserve(scores.size());
  for (const Item& item : sorted.items) rows.push_back(item.row);
  return rows;
}

std::vector<RankedRow> rank_rows(std::span<const double> scores,
                                 std::span<const std::uint8_t> classes, std::uint8_t positive) {
  CHECK(scores.size() == classes.size() && scores.size() < std::size_t{1} << 30);
  const SortedItems sorted = sort_items(scores);
  const std::vector<Item>& items = sorted.items;
  const auto equal = [&](const Item& a, const Item& b) {
    return a.key == b.key && (sorted.keys_are_whole || scores[a.row] == scores[b.row]);
  };
  std::vector<RankedRow> ranked(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool ends = i + 1 == items.size() || !equal(items[i], items[i + 1]);
    ranked[i].bits_ =
        items[i].row << 2 | (ends ? 2u : 0u) | (classes[items[i].row] == positive ? 1u : 0u);
  }
  return ranked;
}

}  // namespace sluice::ml
