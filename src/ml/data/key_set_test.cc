#include "ml/data/key_set.h"

#include <gtest/gtest.h>

#include <string>

#include "ml/data/hash64.h"

namespace sluice::ml {
namespace {

std::vector<std::uint64_t> hashes(int from, int to) {
  std::vector<std::uint64_t> all;
  for (int i = from; i < to; ++i) all.push_back(hash64(std::to_string(i)) | 1);
  return all;
}

std::vector<std::uint64_t> even_hashes(int from, int to) {
  std::vector<std::uint64_t> all;
  for (int i = from; i < to; ++i) all.push_back(hash64(std::to_string(i)));
  return all;
}

TEST(KeySet, CountsRepeatsExactlyWhileTheyFit) {
  KeySet set;
  set.add(hashes(0, 50'000));
  EXPECT_EQ(set.repeats(), 0u);
  set.add(hashes(49'990, 50'100));
  EXPECT_EQ(set.repeats(), 10u);
  EXPECT_EQ(set.repeated().size(), 10u);
  EXPECT_EQ(set.sampling(), 1u);
}

TEST(KeySet, BeyondItsMemoryItSamplesAndEstimates) {
  KeySet set(1 << 12);
  set.add(even_hashes(0, 100'000));
  EXPECT_EQ(set.repeats(), 0u);
  EXPECT_GT(set.sampling(), 16u);
  set.add(even_hashes(0, 50'000));
  EXPECT_NEAR(static_cast<double>(set.repeats()), 50'000, 8'000);
}

TEST(KeySet, EverythingIsARepeatOfOne) {
  KeySet set(1 << 12);
  for (int i = 0; i < 100; ++i) set.add(hashes(7, 8));
  EXPECT_EQ(set.repeats(), 99u);
}

}  // namespace
}  // namespace sluice::ml
