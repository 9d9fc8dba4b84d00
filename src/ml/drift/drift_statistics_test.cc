#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "ml/drift/chi_squared.h"
#include "ml/drift/delta_method.h"
#include "ml/drift/jensen_shannon.h"
#include "ml/drift/kolmogorov_smirnov.h"
#include "ml/drift/l_infinity.h"
#include "ml/drift/new_categories.h"
#include "ml/drift/psi.h"
#include "ml/drift/total_variation.h"
#include "ml/drift/wasserstein.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

using Measure = double (*)(const PairedCounts&);

const std::vector<std::pair<const char*, Measure>> kMeasures{
    {"psi", population_stability_index},
    {"jensen_shannon", jensen_shannon_distance},
    {"total_variation", total_variation},
    {"l_infinity", l_infinity},
};

PairedCounts random_counts(RandomStream& random) {
  PairedCounts counts;
  for (int i = 0; i < 6; ++i) {
    counts.reference.push_back(random.below(500));
    counts.current.push_back(random.below(300));
  }
  counts.reference[0] += 1;
  counts.current[0] += 1;
  return counts;
}

std::vector<double> normal_sample(RandomStream& random, std::size_t n, double mean) {
  std::vector<double> sample(n);
  for (double& value : sample) value = mean + normal_quantile(random.uniform());
  return sample;
}

TEST(DriftMeasures, AreSymmetricAndPositiveUnlessTheSharesAreEqual) {
  RandomStream random(3);
  for (int trial = 0; trial < 50; ++trial) {
    const PairedCounts counts = random_counts(random);
    PairedCounts tripled{counts.reference, counts.reference};
    for (double& count : tripled.current) count *= 3;
    for (const auto& [name, measure] : kMeasures) {
      EXPECT_GT(measure(counts), 0) << name;
      EXPECT_NEAR(measure(counts), measure({counts.current, counts.reference}), 1e-12) << name;
      EXPECT_NEAR(measure(tripled), 0, 1e-7) << name;
    }
  }
}

TEST(DriftMeasures, NothingInCommonIsTheirLargestValue) {
  const PairedCounts apart{{10, 0}, {0, 30}};
  EXPECT_DOUBLE_EQ(jensen_shannon_distance(apart), std::sqrt(std::log(2.0)));
  EXPECT_DOUBLE_EQ(total_variation(apart), 1);
  EXPECT_DOUBLE_EQ(l_infinity(apart), 1);
  EXPECT_NEAR(population_stability_index(apart), 2 * 0.9999 * std::log(1e4), 1e-9);
  const auto low = NumberDistribution::of(std::vector<double>{1, 2, 3});
  const auto high = NumberDistribution::of(std::vector<double>{11, 12, 13});
  EXPECT_DOUBLE_EQ(kolmogorov_smirnov_test(low, high).statistic, 1);
  EXPECT_DOUBLE_EQ(wasserstein_distance(low, high), 10);
}

TEST(Wasserstein, OfAShiftIsTheShiftInDeviationsOfTheReference) {
  RandomStream random(5);
  const auto sample = normal_sample(random, 500, 0);
  std::vector<double> shifted = sample;
  for (double& value : shifted) value += 0.7;
  const auto reference = NumberDistribution::of(sample);
  const auto current = NumberDistribution::of(shifted);
  EXPECT_NEAR(wasserstein_distance(reference, current), 0.7, 1e-12);
  EXPECT_NEAR(normalised_wasserstein(reference, current), 0.7 / reference.deviation(), 1e-12);
  EXPECT_EQ(normalised_wasserstein(reference, reference), 0);
}

TEST(Wasserstein, OfAReferenceWithoutSpreadIsNothingOrInfinite) {
  const auto constant = NumberDistribution::of(std::vector<double>{4, 4, 4});
  const auto other = NumberDistribution::of(std::vector<double>{4, 4, 4.5});
  EXPECT_EQ(normalised_wasserstein(constant, constant), 0);
  EXPECT_TRUE(std::isinf(normalised_wasserstein(constant, other)));
}

TEST(NumberDistributions, MergedPartsAreTheWhole) {
  RandomStream random(8);
  auto left = normal_sample(random, 300, 0);
  const auto right = normal_sample(random, 200, 1);
  auto merged = NumberDistribution::of(left);
  merged.merge(NumberDistribution::of(right));
  left.insert(left.end(), right.begin(), right.end());
  const auto whole = NumberDistribution::of(left);
  EXPECT_EQ(merged.points, whole.points);
  EXPECT_EQ(merged.total, 500u);
}

TEST(NumberDistributions, OfASketchGiveNearlyTheStatisticsOfTheValues) {
  RandomStream random(9);
  const auto a = normal_sample(random, 4000, 10);
  const auto b = normal_sample(random, 3000, 10.3);
  QuantileSketch sketch_a;
  QuantileSketch sketch_b;
  for (const double value : a) sketch_a.add(value);
  for (const double value : b) sketch_b.add(value);
  const auto exact_a = NumberDistribution::of(a);
  const auto exact_b = NumberDistribution::of(b);
  const auto rough_a = NumberDistribution::of(sketch_a);
  const auto rough_b = NumberDistribution::of(sketch_b);
  EXPECT_NEAR(normalised_wasserstein(rough_a, rough_b), normalised_wasserstein(exact_a, exact_b),
              0.02);
  EXPECT_NEAR(kolmogorov_smirnov_test(rough_a, rough_b).statistic,
              kolmogorov_smirnov_test(exact_a, exact_b).statistic, 0.02);
}

TEST(PairedCountsOfNumbers, HaveBinsOfEqualSharesOfTheReference) {
  std::vector<double> reference(1000);
  for (std::size_t i = 0; i < 1000; ++i) reference[i] = static_cast<double>(i);
  const auto distribution = NumberDistribution::of(reference);
  const PairedCounts counts = paired_counts(distribution, distribution);
  EXPECT_EQ(counts.reference, std::vector<double>(10, 100));
  EXPECT_EQ(counts.reference, counts.current);
  const auto few = NumberDistribution::of(std::vector<double>{1, 1, 1, 1, 2});
  const PairedCounts joined = paired_counts(few, distribution);
  EXPECT_EQ(joined.reference, (std::vector<double>{4, 1, 0}));
  EXPECT_EQ(joined.current, (std::vector<double>{2, 1, 997}));
}

TEST(PairedCountsOfCategories, HaveOneBinForEachName) {
  const PairedCounts counts = paired_counts({{"a", 1}, {"c", 2}}, {{"b", 5}, {"c", 7}});
  EXPECT_EQ(counts.reference, (std::vector<double>{1, 0, 2}));
  EXPECT_EQ(counts.current, (std::vector<double>{0, 5, 7}));
}

TEST(JoinRare, LeavesNoBinThatExpectsTooFewAndLosesNoRow) {
  const PairedCounts counts{{1, 2, 300, 1, 96, 0}, {2, 0, 100, 3, 40, 1}};
  const PairedCounts joined = join_rare(counts);
  EXPECT_EQ(joined.reference_total(), counts.reference_total());
  EXPECT_EQ(joined.current_total(), counts.current_total());
  const double total = joined.reference_total() + joined.current_total();
  for (std::size_t i = 0; i < joined.reference.size(); ++i)
    EXPECT_GE((joined.reference[i] + joined.current[i]) * joined.current_total() / total, 5);
  EXPECT_EQ(joined.reference.size(), 2u);
}

TEST(ChiSquared, OfOneBinSaysNothing) {
  EXPECT_EQ(chi_squared_test({{5, 0}, {7, 0}}).p_value, 1);
}

TEST(NewCategories, AreCountedAndWeighedAgainstChance) {
  const OneSided many = only_in_current({{500, 500, 0}, {450, 450, 100}});
  EXPECT_EQ(many.rows, 100);
  EXPECT_DOUBLE_EQ(many.share, 0.1);
  EXPECT_LT(many.p_value, 1e-25);
  EXPECT_EQ(only_in_reference({{500, 500, 0}, {450, 450, 100}}).rows, 0);
  // A category seen five times falls into one half entirely once in 32: the bound is not below.
  EXPECT_GT(only_in_current({{995, 0}, {990, 5}}).p_value, 1.0 / 32);
  EXPECT_LT(only_in_current({{995, 0}, {990, 5}}).p_value, 3.0 / 32);
}

// 400 rare categories dealt at random: many are new by chance alone.
TEST(NewCategories, OfManyRareOnesAreExplainedByChance) {
  RandomStream random(12);
  int alarms = 0;
  for (int trial = 0; trial < 200; ++trial) {
    PairedCounts counts{std::vector<double>(400), std::vector<double>(400)};
    for (int i = 0; i < 500; ++i) ++counts.reference[random.below(400)];
    for (int i = 0; i < 500; ++i) ++counts.current[random.below(400)];
    EXPECT_GT(only_in_current(counts).share, 0.1);
    if (only_in_current(counts).p_value < 0.05) ++alarms;
  }
  EXPECT_LE(alarms, 10);
}

constexpr int kDraws = 200;

double deviation(const std::vector<double>& values) {
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::vector<double> drawn(RandomStream& random, const std::vector<double>& cumulative, int rows) {
  std::vector<double> counts(cumulative.size());
  for (int i = 0; i < rows; ++i) {
    const double u = random.uniform();
    std::size_t bin = 0;
    while (cumulative[bin] < u) ++bin;
    ++counts[bin];
  }
  return counts;
}

TEST(DriftErrors, OfSharesAreTheDeviationsOverSamples) {
  const PairedCounts expected{{500, 300, 150, 50}, {240, 180, 120, 60}};
  const std::vector<std::pair<Measure, Measure>> pairs{
      {population_stability_index, psi_error},
      {jensen_shannon_distance, jensen_shannon_error},
      {total_variation, total_variation_error},
      {l_infinity, l_infinity_error},
  };
  for (const auto& [measure, error] : pairs) {
    RandomStream random(31);
    std::vector<double> values;
    for (int i = 0; i < kDraws; ++i)
      values.push_back(measure(
          {drawn(random, {0.5, 0.8, 0.95, 1}, 1000), drawn(random, {0.4, 0.7, 0.9, 1}, 600)}));
    EXPECT_NEAR(error(expected) / deviation(values), 1, 0.15);
  }
}

TEST(DriftErrors, OfNumbersAreTheDeviationsOverSamples) {
  RandomStream random(32);
  std::vector<double> distances;
  std::vector<double> statistics;
  double of_distance = 0;
  double of_statistic = 0;
  for (int i = 0; i < kDraws; ++i) {
    const auto a = NumberDistribution::of(normal_sample(random, 80, 0));
    const auto b = NumberDistribution::of(normal_sample(random, 60, 1.5));
    const auto test = kolmogorov_smirnov_test(a, b);
    distances.push_back(wasserstein_distance(a, b));
    statistics.push_back(test.statistic);
    of_distance += wasserstein_error(a, b) / kDraws;
    of_statistic += test.standard_error / kDraws;
  }
  EXPECT_NEAR(of_distance / deviation(distances), 1, 0.15);
  EXPECT_NEAR(of_statistic / deviation(statistics), 1, 0.25);
}

TEST(DriftErrors, MakeIntervalsThatNeverGoBelowZero) {
  EXPECT_EQ(interval_around(0.1, 1, 0.95).low, 0);
  EXPECT_NEAR(interval_around(3, 1, 0.95).high, 4.959964, 1e-6);
  EXPECT_TRUE(std::isinf(interval_around(std::numeric_limits<double>::infinity(), 1, 0.95).high));
}

TEST(KolmogorovSmirnov, CountsTiesOnce) {
  const auto a = NumberDistribution::of(std::vector<double>{1, 1, 2, 2});
  const auto b = NumberDistribution::of(std::vector<double>{1, 1, 1, 1});
  const auto test = kolmogorov_smirnov_test(a, b);
  EXPECT_DOUBLE_EQ(test.statistic, 0.5);
  EXPECT_EQ(kolmogorov_smirnov_test(a, a).p_value, 1);
}

}  // namespace
}  // namespace sluice::ml
