#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "ml/data/distinct_sketch.h"
#include "ml/data/hash64.h"
#include "ml/data/quantile_sketch.h"

namespace sluice::ml {
namespace {

TEST(QuantileSketch, IsWithinItsErrorOfTheExactQuantile) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> prices(1, 2);
  std::vector<double> values;
  QuantileSketch sketch;
  for (int i = 0; i < 10'000; ++i) {
    values.push_back(prices(random) * (i % 3 == 0 ? -1 : 1));
    if (i % 100 == 0) values.back() = 0;
    sketch.add(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double q : {0.0, 0.01, 0.25, 0.33, 0.5, 0.75, 0.99, 1.0}) {
    const double exact = values[static_cast<std::size_t>(q * 9999)];
    EXPECT_NEAR(sketch.quantile(q), exact, std::abs(exact) * QuantileSketch::kRelativeError) << q;
  }
}

TEST(QuantileSketch, MergingPartsGivesTheSketchOfTheWhole) {
  QuantileSketch whole;
  QuantileSketch left;
  QuantileSketch right;
  for (int i = -50; i < 200; ++i) {
    const double value = i * 0.37;
    whole.add(value);
    (i % 3 == 0 ? left : right).add(value);
  }
  left.merge(right);
  EXPECT_EQ(left.buckets(), whole.buckets());
}

TEST(QuantileSketch, TakesTheSmallestAndTheLargestNumbers) {
  QuantileSketch sketch;
  for (const double value : {5e-324, 1.7976931348623157e308, -1.7976931348623157e308})
    sketch.add(value);
  EXPECT_EQ(sketch.count(), 3u);
  EXPECT_TRUE(std::isfinite(sketch.quantile(1)));
}

TEST(DistinctSketch, EstimatesWithinThreeStandardErrors) {
  for (const std::uint64_t n : {10u, 1000u, 30'000u, 300'000u}) {
    DistinctSketch sketch;
    for (std::uint64_t i = 0; i < n; ++i) {
      sketch.add(hash64("item " + std::to_string(i)));
      sketch.add(hash64("item " + std::to_string(i / 2)));
    }
    const auto exact = static_cast<double>(n);
    EXPECT_NEAR(static_cast<double>(sketch.estimate()), exact,
                std::max(1.0, 3 * DistinctSketch::kStandardError * exact));
  }
}

// Near 2.5 times the registers the usual estimators meet and are both off.
TEST(DistinctSketch, ErrsNoMoreThanItSaysForAnyNumberOfValues) {
  constexpr int kSketches = 60;
  for (const std::uint64_t n : {2000u, 8000u, 10'000u, 12'000u, 20'000u}) {
    double squares = 0;
    for (std::uint64_t s = 0; s < kSketches; ++s) {
      DistinctSketch sketch;
      for (std::uint64_t i = 0; i < n; ++i)
        sketch.add(mix64(s * n + i + 1, 0x9e3779b97f4a7c15ull) * 0xd6e8feb86659fd93ull);
      const double error = static_cast<double>(sketch.estimate()) / static_cast<double>(n) - 1;
      squares += error * error / kSketches;
    }
    EXPECT_LT(std::sqrt(squares), 1.3 * DistinctSketch::kStandardError) << n;
  }
}

TEST(DistinctSketch, MergingCountsSharedValuesOnce) {
  DistinctSketch a;
  DistinctSketch b;
  DistinctSketch both;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t hash = hash64(std::to_string(i));
    if (i < 12'000) a.add(hash);
    if (i >= 8'000) b.add(hash);
    both.add(hash);
  }
  a.merge(b);
  EXPECT_EQ(a.estimate(), both.estimate());
}

}  // namespace
}  // namespace sluice::ml
