#include "ml/data/profile_merge.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "ml/data/profile_reader.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kHeader = "store,brand,price,sold,id,note,odd\n";

// A row of sales: few and many values, numbers of every kind, missing and odd ones, long texts.
std::string random_row(RandomStream& random) {
  const std::uint32_t kind = random.below(40);
  const std::string price = cat(random.below(9), ".", random.below(100));
  const std::string odd = kind == 0   ? "1e300"
                          : kind == 1 ? "2026-02-30"
                          : kind == 2 ? "007"
                          : kind == 3 ? "0.12345678901234567"
                          : kind == 4 ? "-3"
                                      : "";
  const std::string note = kind == 5 ? "\"a, \"\"b\"\"\"" : cat("SKU-", random.below(3000));
  return cat(random.below(20), ",", kind == 6 ? "NA" : cat("b", random.below(11)), ",", price,
             ",2026-01-", 10 + random.below(20), ",", random.next() >> 20, ",", note, ",", odd,
             kind == 7 ? ",extra\n" : "\n");
}

DataProfile profile_of(const std::string& text, const ProfileOptions& options) {
  const auto rows = open_rows(memory_stream(text), "f.csv", {options.csv}).value();
  return profile_data(*rows, options).value();
}

// Bounds on how often frequent values are may differ; that they hold is what
// frequent_values_test.cc is about.
std::string columns_of(const DataProfile& profile) {
  DataProfile without_bounds = profile;
  for (ColumnProfile& column : without_bounds.columns) column.frequent.reset();
  for (GroupProfile& group : without_bounds.groups)
    for (ColumnProfile& column : group.columns) column.frequent.reset();
  JsonObject json = to_json(without_bounds);
  for (const std::string_view key : {"file", "bytes", "problems"}) json.erase(key);
  return to_canonical_text(json);
}

std::string stored(const DataProfile& profile) {
  JsonObject json = to_json(profile);
  json["profile_digest"] = profile_digest(profile).to_string();
  return to_pretty_text(json);
}

TEST(ProfileMerge, OfRandomPartsIsTheProfileOfTheWholeFile) {
  for (const std::uint64_t start : {1u, 2u, 3u, 4u}) {
    SCOPED_TRACE(start);
    RandomStream random(start);
    ProfileOptions options;
    if (start % 2 == 0) options.by = {"brand"};
    options.threads = 1 + static_cast<unsigned>(start % 3);
    options.csv.block_bytes = 4096;
    std::string whole(kHeader);
    std::vector<std::string> parts(5, std::string(kHeader));
    for (int i = 0; i < 6000; ++i) {
      const std::string row = random_row(random);
      whole += row;
      // The first part is small, so that its values are all kept.
      parts[random.below(200) == 0 ? 0 : 1 + random.below(4)] += row;
    }
    std::vector<DataProfile> profiles;
    for (const std::string& part : parts) {
      const DataProfile profile = profile_of(part, options);
      // Half of them through their stored form.
      profiles.push_back(
          profiles.size() % 2 == 0 ? profile : read_profile(stored(profile), "p.json").value());
    }
    const DataProfile expected = profile_of(whole, options);
    EXPECT_FALSE(expected.columns[4].distinct_exact);
    EXPECT_TRUE(expected.columns[5].distinct_exact);
    EXPECT_EQ(columns_of(merge_profiles(profiles).value()), columns_of(expected));
    std::reverse(profiles.begin(), profiles.end());
    EXPECT_EQ(columns_of(merge_profiles(profiles).value()), columns_of(expected));
    EXPECT_EQ(columns_of(read_profile(stored(expected), "p").value()), columns_of(expected));
  }
}

TEST(ProfileMerge, TheNumberOfThreadsMakesNoDifference) {
  RandomStream random(9);
  std::string text(kHeader);
  for (int i = 0; i < 8000; ++i) text += random_row(random);
  ProfileOptions options;
  options.threads = 1;
  const std::string expected = columns_of(profile_of(text, options));
  for (const unsigned threads : {2u, 5u}) {
    options.threads = threads;
    options.csv.block_bytes = 1000 * threads;
    EXPECT_EQ(columns_of(profile_of(text, options)), expected) << threads;
  }
}

TEST(ProfileMerge, OtherColumnsOrGroupsAreRefusedByName) {
  const DataProfile a = profile_of("x,y\n1,2\n", {});
  std::vector<DataProfile> parts = {a, profile_of("x\n1\n", {})};
  EXPECT_EQ(merge_profiles(parts).error().message(),
            "f.csv: there is no column 'y', which f.csv has, did you mean 'x'?");
  parts[1] = profile_of("y,z,x\n1,2,3\n", {});
  EXPECT_EQ(merge_profiles(parts).error().message(), "f.csv: the column 'z' is not one of f.csv");
  ProfileOptions by_x;
  by_x.by = {"x"};
  parts[1] = profile_of("x,y\n1,2\n", by_x);
  EXPECT_EQ(merge_profiles(parts).error().message(), "f.csv is grouped by (x), f.csv by ()");
}

TEST(GroupedProfile, EachGroupHasTheProfileOfItsRows) {
  ProfileOptions options;
  options.by = {"b"};
  const DataProfile profile = profile_of("a,b\n1,x\n2,y\n3,x\n", options);
  ASSERT_EQ(profile.groups.size(), 2u);
  EXPECT_EQ(profile.groups[0].key, std::vector<std::string>{"x"});
  EXPECT_EQ(profile.groups[0].rows, 2u);
  EXPECT_EQ(profile.groups[0].columns[0].numbers.mean, 2);
  EXPECT_EQ(profile.groups[1].columns[0].numbers.max, 2);
  EXPECT_EQ(profile.columns[0].numbers.count, 3u);
}

TEST(GroupedProfile, TooManyGroupsAndUnknownColumnsAreRefused) {
  ProfileOptions options;
  options.by = {"a"};
  options.max_groups = 2;
  const auto refused = [&](std::string_view text) {
    const auto rows = open_rows(memory_stream(text), "f.csv").value();
    return profile_data(*rows, options).error().message();
  };
  EXPECT_EQ(refused("a\n1\n2\n3\n"),
            "f.csv: the rows have more than 2 groups by a; --max-groups allows more");
  EXPECT_EQ(refused("ab,c\n1,2\n"), "f.csv: there is no column 'a', did you mean 'ab'?");
}

}  // namespace
}  // namespace sluice::ml
