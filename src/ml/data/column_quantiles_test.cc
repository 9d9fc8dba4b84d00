#include "ml/data/column_quantiles.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::ml {
namespace {

// Of the numbers 0 to n - 1, each once, and a text.
ColumnProfile numbers_to(std::uint64_t n, std::size_t max_distinct = ColumnProfile::kMaxDistinct) {
  ColumnProfile profile;
  for (std::uint64_t i = 0; i < n; ++i) {
    profile.count_value(cat(i), 1);
    profile.values.emplace_back(cat(i), 1);
  }
  profile.count_value("none", 1);
  profile.values.emplace_back("none", 1);
  profile.distinct = profile.values.size();
  profile.finish();
  profile.merge(ColumnProfile(), max_distinct);
  return profile;
}

TEST(ColumnQuantiles, OfAllValuesAreExactAndTheLowerOnes) {
  const ColumnProfile column = numbers_to(1'000);
  const ColumnQuantiles quantiles(column);
  EXPECT_EQ(quantiles.relative_error(), 0);
  EXPECT_EQ(quantiles.at(0), 0);
  EXPECT_EQ(quantiles.at(0.5), 499);
  EXPECT_EQ(quantiles.at(0.75), 749);
  EXPECT_EQ(quantiles.at(1), 999);
}

TEST(ColumnQuantiles, CountHowOftenAValueCame) {
  ColumnProfile column;
  for (const auto& [text, count] : {std::pair("-2", 1), std::pair("0", 6), std::pair("7.5", 3)}) {
    column.count_value(text, static_cast<std::uint64_t>(count));
    column.values.emplace_back(text, count);
  }
  column.finish();
  const ColumnQuantiles quantiles(column);
  EXPECT_EQ(quantiles.at(0.1), -2);
  EXPECT_EQ(quantiles.at(0.5), 0);
  EXPECT_EQ(quantiles.at(0.8), 7.5);
}

TEST(ColumnQuantiles, OfASketchAreWithinItsErrorAndTheRange) {
  const ColumnProfile column = numbers_to(1'000, 10);
  const ColumnQuantiles quantiles(column);
  EXPECT_GT(quantiles.relative_error(), 0);
  EXPECT_NEAR(quantiles.at(0.5), 499, 499 * quantiles.relative_error());
  EXPECT_LE(quantiles.at(1), 999);
}

}  // namespace
}  // namespace sluice::ml
