#include "ml/data/profile_reader.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::ml {
namespace {

DataProfile profile_of(std::string_view text, const ProfileOptions& options = {}) {
  const auto rows = open_rows(memory_stream(text), "f.csv", {options.csv}).value();
  return profile_data(*rows, options).value();
}

std::string text_of(const DataProfile& profile) {
  JsonObject json = to_json(profile);
  json["profile_digest"] = profile_digest(profile).to_string();
  return to_pretty_text(json);
}

void expect_equal(const DataProfile& found, const DataProfile& expected) {
  EXPECT_EQ(found.rows, expected.rows);
  EXPECT_EQ(found.unreadable, expected.unreadable);
  ASSERT_EQ(found.columns.size(), expected.columns.size());
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    const ColumnProfile& a = found.columns[i];
    const ColumnProfile& b = expected.columns[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.missing, b.missing);
    EXPECT_EQ(a.types, b.types);
    EXPECT_EQ(a.values, b.values);
    EXPECT_EQ(a.frequent, b.frequent);
    EXPECT_EQ(a.distinct, b.distinct);
    EXPECT_EQ(a.dates, b.dates);
    EXPECT_EQ(a.quantiles.buckets(), b.quantiles.buckets());
    EXPECT_EQ(a.numbers.min, b.numbers.min);
    EXPECT_EQ(a.numbers.mean, b.numbers.mean);
    EXPECT_NEAR(a.numbers.deviation(), b.numbers.deviation(), 1e-12 * b.numbers.deviation());
  }
}

constexpr std::string_view kRows =
    "n,mixed,day\n1,a,2026-01-02\n2.5,1,2026-01-01 10:30\n-3e4,2.5,\nNA,007,2026-03-01\nbad\n";

TEST(ProfileReader, ReadsBackWhatWasWritten) {
  const DataProfile profile = profile_of(kRows);
  expect_equal(read_profile(text_of(profile), "p.json").value(), profile);
}

TEST(ProfileReader, ReadsBackSketchesOfColumnsWithTooManyValues) {
  std::string rows = "x\n";
  for (int i = 0; i < 300; ++i) rows += cat(i - 100, ".", i % 10, "\n");
  ProfileOptions options;
  options.max_distinct = 20;
  const DataProfile profile = profile_of(rows, options);
  EXPECT_FALSE(profile.columns[0].distinct_exact);
  expect_equal(read_profile(text_of(profile), "p.json").value(), profile);
}

// 2,000 rows: "often" 800 times, "some" 100 times, and numbers of which each is there once.
std::string rows_with_frequent_values() {
  std::string rows = "x\n";
  for (int i = 0; i < 2000; ++i)
    rows += i % 5 < 2 ? "often\n" : i % 20 == 2 ? "some\n" : cat(i, "\n");
  return rows;
}

TEST(ProfileReader, ReadsBackFrequentValuesOfColumnsWithTooMany) {
  const DataProfile profile = profile_of(rows_with_frequent_values(), {.max_distinct = 20});
  const auto& frequent = profile.columns[0].frequent;
  ASSERT_TRUE(frequent.has_value());
  ASSERT_GE(frequent->values.size(), 2u);
  EXPECT_EQ(frequent->values[0].first, "often");
  EXPECT_EQ(frequent->values[1].first, "some");
  expect_equal(read_profile(text_of(profile), "p.json").value(), profile);
}

TEST(ProfileReader, OfVersion3KnowsNoFrequentValuesAndNeitherDoesWhatIsMergedWithIt) {
  DataProfile profile = profile_of(rows_with_frequent_values(), {.max_distinct = 20});
  const ColumnProfile known = profile.columns[0];
  profile.columns[0].frequent.reset();
  const std::string text =
      replace_all(to_pretty_text(to_json(profile)), "\"version\": 4", "\"version\": 3");
  ColumnProfile read = read_profile(text, "p.json").value().columns[0];
  EXPECT_FALSE(read.frequent.has_value());
  read.merge(known);
  EXPECT_FALSE(read.frequent.has_value());
}

TEST(ProfileReader, RefusesBoundsOfFrequentValuesThatNoRowsLeadTo) {
  const DataProfile profile = profile_of(rows_with_frequent_values(), {.max_distinct = 20});
  const auto error = [&](const FrequentValues& frequent) {
    DataProfile edited = profile;
    edited.columns[0].frequent = frequent;
    const auto read = read_profile(to_pretty_text(to_json(edited)), "p.json");
    return read.ok() ? std::string() : std::string(read.error().message());
  };
  const std::string high =
      "p.json: column 'x': 'frequent_values' has a value longer or counts higher than there can be";
  const std::string error_high =
      "p.json: column 'x': 'frequent_values_error' is more than so many rows can lead to";
  EXPECT_EQ(error({{{"a", 1993}}, 7}), "");
  EXPECT_EQ(error({{{"a", 2001}}, 0}), high);
  EXPECT_EQ(error({{{"a", 1500}, {"b", 501}}, 0}), high);
  EXPECT_EQ(error({{{std::string(1025, 'a'), 1}}, 0}), high);
  EXPECT_EQ(error({{{"a", 1994}}, 7}), error_high);
  EXPECT_EQ(error({{{"a", 1}}, 8}), error_high);
  FrequentValues many;
  for (int i = 0; i < 513; ++i) many.values.emplace_back(cat(i), 1);
  EXPECT_EQ(error(many), error_high);
}

TEST(ProfileReader, RefusesBucketsThatAreNone) {
  ProfileOptions options;
  options.max_distinct = 2;
  const std::string text = to_pretty_text(to_json(profile_of("x\n1\n2\n3\n", options)));
  ASSERT_NE(text.find("\"1.0078125:1 2.015625:1 3.015625:1\""), std::string::npos) << text;
  for (const std::string_view bad : {"1.0078125", "1.0078125:", "1.0078125:0", "x:1", "1:1x", ""})
    EXPECT_EQ(read_profile(replace_all(text, "1.0078125:1", bad), "p.json").error().message(),
              cat("p.json: 'buckets' has '", bad, "': expected MIDDLE:COUNT"));
}

TEST(ProfileReader, RefusesOtherVersionsEditsAndOtherFiles) {
  const std::string text = text_of(profile_of(kRows));
  const auto error = [&](std::string_view from, std::string_view to) {
    return read_profile(replace_all(text, from, to), "p.json").error();
  };
  for (const std::string_view other : {"2", "5"})
    EXPECT_EQ(error("\"version\": 4", cat("\"version\": ", other)).code(), ErrorCode::Unsupported);
  EXPECT_EQ(error("\"missing\": 1", "\"missing\": 0").message(),
            "p.json: the profile was changed after it was written: its digest does not fit");
  EXPECT_EQ(error("sluice.data_profile", "other").message(),
            "p.json: this is no profile: expected \"format\": \"sluice.data_profile\"");
  EXPECT_EQ(read_profile("[]", "p.json").error().message(),
            "p.json: a profile must be an object, not an array");
}

TEST(ProfileReader, NamesTheKeyThatIsMissingOrWrong) {
  for (const std::string_view key : {"rows", "columns", "types", "distinct", "values", "sum"}) {
    JsonObject json = to_json(profile_of(kRows));
    const std::string text = replace_all(to_pretty_text(json), cat("\"", key, "\":"), "\"gone\":");
    const auto read = read_profile(text, "p.json");
    ASSERT_FALSE(read.ok()) << key;
    EXPECT_NE(read.error().message().find(key), std::string::npos) << read.error().message();
  }
  const std::string negative =
      replace_all(to_pretty_text(to_json(profile_of(kRows))), "\"007\": 1", "\"007\": -1");
  EXPECT_EQ(read_profile(negative, "p.json").error().message(),
            "p.json: the count of '007' must be a positive integer");
}

TEST(ProfileReader, RefusesCountsThatDoNotAddUp) {
  const std::string text = to_pretty_text(to_json(profile_of(kRows)));
  EXPECT_EQ(read_profile(replace_all(text, "\"007\": 1", "\"007\": 2"), "p.json").error().message(),
            "p.json: column 'mixed': the counts of values do not add up");
  EXPECT_EQ(read_profile(replace_all(text, "\"integer\": 1", "\"integer\": 2"), "p.json")
                .error()
                .message(),
            "p.json: column 'n': the counts of numbers do not add up");
}

}  // namespace
}  // namespace sluice::ml
