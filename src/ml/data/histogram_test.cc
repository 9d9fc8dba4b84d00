#include "ml/data/histogram.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/strings.h"
#include "ml/data/profile.h"

namespace sluice::ml {
namespace {

Histogram histogram(const std::string& text, std::size_t max_distinct) {
  const auto rows = open_rows(memory_stream(text), "f.csv").value();
  ProfileOptions options;
  options.max_distinct = max_distinct;
  return histogram_of(profile_data(*rows, options).value().columns[0]);
}

TEST(Histogram, CountsValuesInEqualPartsOfTheRange) {
  std::string text = "x\n";
  for (int i = 0; i <= 100; ++i) text += cat(i, "\n");
  const Histogram exact = histogram(text, 4096);
  EXPECT_EQ(exact.origin, HistogramOrigin::Values);
  EXPECT_EQ(exact.counts, std::vector<std::uint64_t>(
                              {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6}));
  const Histogram rough = histogram(text, 10);
  EXPECT_EQ(rough.origin, HistogramOrigin::Sketch);
  EXPECT_EQ(std::accumulate(rough.counts.begin(), rough.counts.end(), std::uint64_t{0}), 101u);
  for (std::size_t i = 0; i < rough.counts.size(); ++i)
    EXPECT_NEAR(static_cast<double>(rough.counts[i]), static_cast<double>(exact.counts[i]), 2) << i;
}

TEST(Histogram, OfOneValueOfNoneAndOfTheWidestRange) {
  EXPECT_EQ(histogram("x\n7\n7\n", 10).counts, std::vector<std::uint64_t>{2});
  EXPECT_TRUE(histogram("x\na\n", 10).counts.empty());
  const Histogram widest = histogram("x\n-1.7e308\n1.7e308\n0\n", 10);
  EXPECT_EQ(widest.counts.front(), 1u);
  EXPECT_EQ(widest.counts.back(), 1u);
  EXPECT_EQ(sparkline(histogram("x\n0\n0\n10\n", 10)), "█                  ▄");
}

}  // namespace
}  // namespace sluice::ml
