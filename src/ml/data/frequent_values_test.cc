#include "ml/data/frequent_values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/strings.h"
#include "ml/data/profile.h"
#include "ml/data/profile_mask.h"
#include "ml/data/profile_merge.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

struct Case {
  const char* name;
  double skew;  // how much more often the first values are; 0: all alike
  std::uint32_t different;
  std::size_t block_bytes;
  std::size_t max_distinct;
};

const Case kCases[] = {
    {"few_rows_in_a_block", 1.1, 60'000, 2048, 300},
    {"many_rows_in_a_block", 1.1, 60'000, 64u << 10, 300},
    {"hardly_skewed", 0.4, 60'000, 16u << 10, 300},
    {"all_alike", 0, 60'000, 16u << 10, 300},
    {"too_many_only_near_the_end", 1.5, 600'000, 4096, 1500},
};

// Missing ones among them, and texts of every length.
std::string random_value(RandomStream& random, const Case& c) {
  const double u = (random.below(1u << 30) + 1.0) / (1u << 30);
  const double rank = std::pow(u, 1 / (1.0001 - std::min(c.skew, 0.99)) + 3 * c.skew);
  const auto id = static_cast<std::uint32_t>(rank * c.different);
  if (random.below(50) == 0) return "NA";
  return id % 3 == 0 ? cat("number ", id, " with a long name") : cat(id);
}

struct Rows {
  std::string text = "g,x\n";
  Counts counts;
  std::uint64_t present = 0;

  void add(const std::string& value) {
    text += cat("g", present % 2, ",", value, "\n");
    if (value == "NA") return;
    ++counts[value];
    ++present;
  }
};

DataProfile profile_of(const Rows& rows, const Case& c, unsigned threads = 3,
                       std::vector<std::string> by = {}) {
  ProfileOptions options;
  options.csv.block_bytes = c.block_bytes;
  options.max_distinct = c.max_distinct;
  options.threads = threads;
  options.by = std::move(by);
  const auto source = open_rows(memory_stream(rows.text), "f.csv", {options.csv}).value();
  return profile_data(*source, options).value();
}

void expect_bounds(const ColumnProfile& column, const Rows& rows) {
  ASSERT_EQ(column.present(), rows.present);
  ASSERT_TRUE(column.distinct_exact || column.frequent.has_value());
  const FrequentValues frequent =
      column.distinct_exact ? FrequentValues{column.values, 0} : *column.frequent;
  EXPECT_LE(frequent.error, rows.present / FrequentValues::kShare);
  EXPECT_TRUE(column.distinct_exact || frequent.values.size() <= FrequentValues::kKept);
  Counts kept;
  for (const auto& [text, count] : frequent.values) {
    EXPECT_TRUE(kept.emplace(text, count).second) << text;
    const auto really = rows.counts.find(text);
    ASSERT_NE(really, rows.counts.end()) << text;
    EXPECT_LE(count, really->second) << text;
    EXPECT_GE(count + frequent.error, really->second) << text;
  }
  for (const auto& [text, count] : rows.counts) {
    if (kept.count(text) > 0) continue;
    EXPECT_LE(count, frequent.error) << text;
    EXPECT_LE(count, rows.present / FrequentValues::kShare) << text;
  }
}

class FrequentValuesOf : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Cases, FrequentValuesOf, testing::ValuesIn(kCases),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(FrequentValuesOf, are_counted_within_bounds_and_none_is_forgotten) {
  RandomStream random(11);
  Rows rows;
  for (int i = 0; i < 20'000; ++i) rows.add(random_value(random, GetParam()));
  const ColumnProfile column = profile_of(rows, GetParam()).columns[1];
  EXPECT_FALSE(column.distinct_exact);
  expect_bounds(column, rows);
}

TEST_P(FrequentValuesOf, do_not_depend_on_the_number_of_threads) {
  RandomStream random(12);
  Rows rows;
  for (int i = 0; i < 20'000; ++i) rows.add(random_value(random, GetParam()));
  for (const std::vector<std::string>& by : {std::vector<std::string>{}, {"g"}}) {
    const Digest alone = profile_digest(profile_of(rows, GetParam(), 1, by));
    for (const unsigned threads : {2u, 3u, 7u, 20u})
      EXPECT_EQ(profile_digest(profile_of(rows, GetParam(), threads, by)), alone) << threads;
  }
}

TEST_P(FrequentValuesOf, merge_within_bounds_that_hold_for_the_whole) {
  RandomStream random(13);
  Rows rows;
  std::vector<Rows> parts(4);
  for (int i = 0; i < 20'000; ++i) {
    const std::string value = random_value(random, GetParam());
    rows.add(value);
    parts[i < 200 ? 0 : 1 + random.below(3)].add(value);  // that of the first is exact
  }
  std::vector<DataProfile> profiles;
  for (const Rows& part : parts) profiles.push_back(profile_of(part, GetParam()));
  expect_bounds(merge_profiles(profiles).value().columns[1], rows);
}

TEST_P(FrequentValuesOf, of_each_group_are_counted_within_bounds) {
  RandomStream random(14);
  Rows rows;
  for (int i = 0; i < 20'000; ++i) rows.add(random_value(random, GetParam()));
  const DataProfile profile = profile_of(rows, GetParam(), 3, {"g"});
  ASSERT_EQ(profile.groups.size(), 2u);
  expect_bounds(profile.columns[1], rows);
}

TEST(FrequentValues, where_no_value_is_frequent_the_bound_says_so) {
  Rows rows;
  for (int i = 0; i < 50'000; ++i) rows.add(cat("id ", i));
  const ColumnProfile column =
      profile_of(rows, {"", 0, 0, 64u << 10, ColumnProfile::kMaxDistinct}).columns[1];
  ASSERT_TRUE(column.frequent.has_value());
  EXPECT_LE(column.frequent->error, 50'000u / 256);
  const std::string text = column_details(column, 50'000);
  EXPECT_NE(text.find("frequent   "), std::string::npos) << text;
}

TEST(FrequentValues, of_more_than_1024_bytes_are_not_looked_at_and_the_others_are) {
  Rows rows;
  const std::string lengthy(1025, 'x');
  for (int i = 0; i < 3000; ++i) rows.add(i % 10 == 0 ? lengthy : i % 10 < 4 ? "often" : cat(i));
  for (const unsigned threads : {1u, 4u}) {
    const ColumnProfile column =
        profile_of(rows, {"", 0, 0, 8192, ColumnProfile::kMaxDistinct}, threads).columns[1];
    EXPECT_FALSE(column.distinct_exact);
    ASSERT_FALSE(column.frequent->values.empty());
    EXPECT_EQ(column.frequent->values[0].first, "often");
    EXPECT_LE(column.frequent->values[0].second, 900u);
    EXPECT_GE(column.frequent->values[0].second + column.frequent->error, 900u);
    EXPECT_EQ(column.longest, 1025u);
  }
}

TEST(FrequentValues, of_a_masked_column_are_gone) {
  Rows rows;
  for (int i = 0; i < 3000; ++i) rows.add(i % 2 == 0 ? "secret" : cat(i));
  DataProfile profile = profile_of(rows, {"", 0, 0, 8192, 100});
  ASSERT_TRUE(mask_columns(profile, {"x"}).ok());
  EXPECT_EQ(to_text(to_json(profile)).find("secret"), std::string::npos);
  EXPECT_FALSE(profile.columns[1].frequent.has_value());
}

TEST(FrequentValues, people_read_shares_between_bounds) {
  ColumnProfile column;
  column.name = "x";
  column.types[static_cast<std::size_t>(ValueType::Text)] = 1000;
  column.distinct = 900;
  column.distinct_exact = false;
  column.frequent = FrequentValues{{{"a", 250}, {"b", 10}}, 3};
  EXPECT_NE(column_details(column, 1000)
                .find("  frequent   a (25 % to 25.3 %), b (1 % to 1.3 %)\n"
                      "             (between bounds; a value that is not kept is there at most 3 "
                      "times (0.3 %))\n"),
            std::string::npos)
      << column_details(column, 1000);
  column.frequent->values.clear();
  EXPECT_NE(column_details(column, 1000)
                .find("  frequent   none: each value is there at most 3 times (0.3 %)\n"),
            std::string::npos);
}

}  // namespace
}  // namespace sluice::ml
