#include "ml/data/profile.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "ml/data/number.h"

namespace sluice::ml {
namespace {

DataProfile profile_of(std::string_view text, const ProfileOptions& options = {}) {
  const auto rows = open_rows(memory_stream(text), "f.csv", {options.csv}).value();
  return profile_data(*rows, options).value();
}

TEST(Profile, CountsMeasuresAndRanks) {
  const DataProfile profile = profile_of(
      "n,mixed,day,flag,name\n"
      "1,a,2026-01-02,true,x\n"
      "2,1,2026-01-01,false,x\n"
      "3,2.5,,true,y\n"
      "NA,007,2026-03-01,true,\n"
      "bad\n");
  EXPECT_EQ(profile.rows, 4u);
  EXPECT_EQ(profile.unreadable, 1u);
  const ColumnProfile& n = profile.columns[0];
  EXPECT_EQ(n.missing, 1u);
  EXPECT_EQ(n.of_type(ValueType::Integer), 3u);
  EXPECT_EQ(n.numbers.min, 1);
  EXPECT_EQ(n.numbers.max, 3);
  EXPECT_DOUBLE_EQ(n.numbers.mean, 2);
  EXPECT_DOUBLE_EQ(n.numbers.deviation(), std::sqrt(2.0 / 3));
  const ColumnProfile& mixed = profile.columns[1];
  EXPECT_EQ(mixed.of_type(ValueType::Text), 2u);
  EXPECT_EQ(mixed.of_type(ValueType::Integer), 1u);
  EXPECT_EQ(mixed.of_type(ValueType::Number), 1u);
  EXPECT_EQ(date_text(profile.columns[2].dates->first), "2026-01-01");
  EXPECT_EQ(date_text(profile.columns[2].dates->second), "2026-03-01");
  EXPECT_EQ(profile.columns[3].of_type(ValueType::Boolean), 4u);
  const ColumnProfile& name = profile.columns[4];
  EXPECT_EQ(name.distinct, 2u);
  EXPECT_TRUE(name.distinct_exact);
  ASSERT_EQ(name.values.size(), 2u);
  EXPECT_EQ(name.values[0], (std::pair<std::string, std::uint64_t>("x", 2)));
}

TEST(Profile, BeyondItsBudgetDistinctValuesAreAnEstimateThatSaysSo) {
  std::string text = "id,one\n";
  for (int i = 0; i < 20'000; ++i) text += cat("item ", i, ",1\n");
  const DataProfile profile = profile_of(text, {.max_distinct = 1000});
  EXPECT_FALSE(profile.columns[0].distinct_exact);
  EXPECT_NEAR(static_cast<double>(profile.columns[0].distinct), 20'000, 1000);
  EXPECT_TRUE(profile.columns[0].values.empty());
  EXPECT_TRUE(profile.columns[1].distinct_exact);
  EXPECT_EQ(profile.columns[1].distinct, 1u);
}

TEST(Profile, TheDigestIsOfTheContentAndNotOfTheName) {
  const auto digest = [](std::string_view text, std::string_view name) {
    auto profile = profile_of(text);
    profile.file = name;
    return profile_digest(profile);
  };
  EXPECT_EQ(digest("a\n1\n2\n", "x"), digest("a\n1\n2\n", "y"));
  EXPECT_NE(digest("a\n1\n2\n", "x"), digest("a\n1\n3\n", "x"));
}

TEST(Profile, TheJsonHasFormatAndVersionAndStaysReadableWithHugeNumbers) {
  const auto json = parse_json(to_text(to_json(profile_of("a,b\n1e308,x\n1e308,y\n")))).value();
  EXPECT_EQ(string_or(json.as_object(), "format", ""), "sluice.data_profile");
  EXPECT_EQ(get_int(json.as_object(), "version").value(), kProfileVersion);
}

TEST(Profile, AHeaderWithoutRowsIsAProfileOfNothing) {
  const DataProfile profile = profile_of("a,b\n");
  EXPECT_EQ(profile.rows, 0u);
  EXPECT_EQ(profile.columns.size(), 2u);
  EXPECT_NE(profile_text(profile).find("empty"), std::string::npos);
}

TEST(Profile, TheTableForPeopleNamesColumnsTypesAndRanges) {
  EXPECT_EQ(
      profile_text(profile_of("price,brand\n1.5,a\n2.5,b\n,a\n")),
      "f.csv: 3 rows, 2 columns, 27 B\n"
      "\n"
      "column  type              missing    distinct  values\n"
      "price   number                  1           2  1.5 .. 2.5, median 1.5, mean 2, sd 0.5\n"
      "brand   text                    0           2  a (2), b (1)\n");
}

}  // namespace
}  // namespace sluice::ml
