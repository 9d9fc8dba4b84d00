#include "ml/data/value.h"

#include <gtest/gtest.h>

namespace sluice::ml {
namespace {

struct Case {
  const char* text;
  ValueType type;
};

TEST(Value, IsClassifiedByItsSpelling) {
  const Case cases[] = {
      {"0", ValueType::Integer},
      {"-12", ValueType::Integer},
      {"1.0", ValueType::Number},
      {".5", ValueType::Number},
      {"1e3", ValueType::Number},
      {"007", ValueType::Text},
      {"0.7", ValueType::Number},
      {"-01", ValueType::Text},
      {"true", ValueType::Boolean},
      {"FALSE", ValueType::Boolean},
      {"yes", ValueType::Text},
      {"2026-11-21", ValueType::Date},
      {"2026-02-29", ValueType::Text},
      {"2024-02-29", ValueType::Date},
      {"2026-13-01", ValueType::Text},
      {"2026-11-21T08:40:25Z", ValueType::Timestamp},
      {"2026-11-21 08:40", ValueType::Timestamp},
      {"2026-11-21 25:00", ValueType::Text},
      {"21.11.2026", ValueType::Text},
      {"1,5", ValueType::Text},
      {"123456789012345678901", ValueType::Number},
      {"abc", ValueType::Text},
      {"-", ValueType::Text},
      {"", ValueType::Text},
  };
  for (const Case& c : cases) EXPECT_EQ(classify(c.text).type, c.type) << c.text;
}

TEST(Value, DatesAreSecondsSince1970InUtc) {
  EXPECT_EQ(parse_date("1970-01-02"), 86400);
  EXPECT_EQ(parse_date("1970-01-01T01:00:00+01:00"), 0);
  EXPECT_EQ(parse_date("1970-01-01 00:00:01.5Z"), 1.5);
  EXPECT_EQ(parse_date("1970-01-01T00:00-0030"), 1800);
  for (const char* bad : {"1970-01-01T", "1970-01-01T1:00", "1970-01-01X00:00", "1970-1-1",
                          "1970-01-01T00:00+1", "1970-01-01T00:00:0x"})
    EXPECT_FALSE(parse_date(bad).has_value()) << bad;
  EXPECT_EQ(date_text(86400), "1970-01-02");
}

TEST(Value, AnOffsetMayBeHoursAlone) {
  EXPECT_EQ(parse_date("1970-01-01 01:00:00+01"), 0);
  EXPECT_EQ(parse_wall_time("1970-01-01 01:00:00+01"), 3600);
  EXPECT_EQ(parse_wall_time("1970-01-01T01:00:00-05:30"), 3600);
}

TEST(Value, MomentsThatNoClockShowsAreNoDates) {
  for (const char* bad :
       {"2026-01-01T00:00:00+99:99", "2026-01-01T00:00+24:00", "2026-01-01T00:00+01:60",
        "0000-01-01T00:00+01:00", "9999-12-31T23:59:00-05:00", "2026-01-01T24:00"})
    EXPECT_FALSE(parse_date(bad).has_value()) << bad;
}

TEST(Value, TheFirstAndTheLastDateAreWrittenAsTheyAreRead) {
  for (const char* text : {"0000-01-01", "0987-06-05", "9999-12-31"})
    EXPECT_EQ(date_text(*parse_date(text)), text);
}

TEST(Value, BooleansHaveSixSpellings) {
  for (const char* good : {"true", "False", "YES", "no", "0", "1"}) EXPECT_TRUE(is_boolean(good));
  for (const char* bad : {"2", "t", "", "on"}) EXPECT_FALSE(is_boolean(bad));
}

}  // namespace
}  // namespace sluice::ml
