#include "ml/data/value_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace sluice::ml {
namespace {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

// The text with what must be readable behind a field, which is no part of it.
bool add(ValueTable& table, const std::string& text) {
  const std::string padded = text + "################";
  return table.add(std::string_view(padded).substr(0, text.size()));
}

Counts counts_of(const ValueTable& table) {
  Counts counts;
  table.for_each([&](std::string_view text, std::uint64_t count) {
    EXPECT_TRUE(counts.emplace(text, count).second) << text << " twice";
  });
  return counts;
}

TEST(ValueTable, counts_values_of_every_length_as_a_map_does) {
  std::mt19937_64 random(7);
  for (const std::size_t different : {1u, 30u, 500u, 5000u}) {
    ValueTable table;
    Counts wanted;
    for (std::size_t i = 0; i < 4 * different; ++i) {
      const std::uint64_t id = random() % different;
      std::string text = std::to_string(id * 7919);
      text.insert(0, id % 23, static_cast<char>('a' + id % 3));
      EXPECT_EQ(add(table, text), ++wanted[text] == 1) << text;
    }
    EXPECT_EQ(table.size(), wanted.size());
    EXPECT_EQ(counts_of(table), wanted);
  }
}

TEST(ValueTable, tells_the_empty_value_and_those_at_the_borders_of_its_parts_apart) {
  ValueTable table;
  Counts wanted;
  for (std::size_t size = 0; size <= 40; ++size)
    for (int again = 0; again <= static_cast<int>(size % 3); ++again) {
      const std::string text(size, 'x');
      EXPECT_EQ(add(table, text), ++wanted[text] == 1);
    }
  EXPECT_EQ(counts_of(table), wanted);
}

}  // namespace
}  // namespace sluice::ml
