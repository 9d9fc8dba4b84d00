#include "pipeline/expression/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/strings.h"

namespace sluice::pipeline {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Value, is_falsy_only_for_null_false_zero_nan_and_empty_text) {
  for (const Value& value : {Value(), Value::boolean(false), Value::number(0), Value::number(-0.0),
                             Value::number(std::nan("")), Value::string("")})
    EXPECT_FALSE(value.truthy()) << to_json_text(value);
  for (const Value& value : {Value::boolean(true), Value::number(-1), Value::string("0"),
                             Value::string("false"), Value::array({}), Value::object({})})
    EXPECT_TRUE(value.truthy()) << to_json_text(value);
}

TEST(Value, reads_numbers_from_text) {
  const std::pair<const char*, double> cases[] = {
      {"", 0},
      {" \t\n", 0},
      {" 7 ", 7},
      {"+7", 7},
      {"-7.25", -7.25},
      {".5", 0.5},
      {"5.", 5},
      {"1e3", 1000},
      {"1E-2", 0.01},
      {"0x10", 16},
      {"0xffffffff", -1},
      {"0o17", 15},
      {"Infinity", kInfinity},
      {"-Infinity", -kInfinity},
      {"1e999", kInfinity},
      {"1e-999", 0},
      {"\xC2\xA0"
       "3\xC2\xA0",
       3},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_number(text), expected) << text;
  for (const char* text : {"a", "1 2", "0x", "0xg", "0x1ffffffff", "-0x1", "0o8", "--1", "1e", ".",
                           "e5", "inf", "0b1", "1_000", "1,000", "NaN"})
    EXPECT_TRUE(std::isnan(parse_number(text))) << text;
}

TEST(Value, prints_numbers_with_fifteen_digits) {
  const std::pair<double, const char*> cases[] = {
      {0.1 + 0.2, "0.3"},
      {-0.0, "0"},
      {1e15, "1E+15"},
      {123456789012345, "123456789012345"},
      {1.0 / 3, "0.333333333333333"},
      {0.00001, "1E-05"},
      {0.0001, "0.0001"},
      {-2.50, "-2.5"},
      {kInfinity, "Infinity"},
      {1e100, "1E+100"},
  };
  for (const auto& [number, expected] : cases) EXPECT_EQ(number_to_text(number), expected);
}

TEST(Value, compares_kinds_as_numbers) {
  EXPECT_TRUE(equal(Value(), Value::boolean(false)));
  EXPECT_TRUE(equal(Value(), Value::string("")));
  EXPECT_TRUE(equal(Value::boolean(true), Value::string(" 1 ")));
  EXPECT_FALSE(equal(Value::boolean(true), Value::string("true")));
  EXPECT_FALSE(equal(Value::number(std::nan("")), Value::number(std::nan(""))));
  EXPECT_FALSE(equal(Value::array({}), Value::array({})));
  Value list = Value::array({Value::number(1)});
  EXPECT_TRUE(equal(list, Value(list)));
  EXPECT_FALSE(equal(list, Value::number(1)));
  EXPECT_TRUE(less(Value(), Value::string("1")));
  EXPECT_FALSE(less(Value::string("x"), Value::number(1)));
  EXPECT_FALSE(less(Value::number(1), Value::string("x")));
  EXPECT_TRUE(less(Value::boolean(false), Value::boolean(true)));
  EXPECT_FALSE(less_or_equal(Value::number(std::nan("")), Value::number(1)));
}

TEST(Value, compares_text_by_its_upper_case) {
  const std::pair<const char*, const char*> equal_pairs[] = {
      {"Stra\xC3\x9F"
       "e",
       "STRA\xC3\x9F"
       "E"},                                       // ß has no single upper case
      {"\xC3\xA9t\xC3\xA9", "\xC3\x89T\xC3\x89"},  // é
      {"\xCF\x83", "\xCF\x82"},                    // σ ς
      {"\xD0\xB6\xD1\x8F", "\xD0\x96\xD0\xAF"},    // жя
      {"\xC7\x86", "\xC7\x84"},                    // ǆ
      {"\xE1\xBA\xA1", "\xE1\xBA\xA0"},            // ạ
      {"\xF0\x90\x90\xA8", "\xF0\x90\x90\x80"},    // 𐐨 beyond the first plane
  };
  for (const auto& [a, b] : equal_pairs) EXPECT_TRUE(equal_text(a, b)) << a << " " << b;
  const std::pair<const char*, const char*> different[] = {
      {"\xC4\xB1", "I"},
      {"\xC4\xB0", "i"},
      {"\xC5\xBF", "S"},
      {"Stra\xC3\x9F"
       "e",
       "STRASSE"},
      {"a", "ab"},
      {"\xC3\xA9", "e"},
  };
  for (const auto& [a, b] : different) EXPECT_FALSE(equal_text(a, b)) << a << " " << b;
  EXPECT_GT(compare_ignoring_case("_", "a"), 0);  // '_' stands behind 'A' … 'Z'
  EXPECT_LT(compare_ignoring_case("\xF0\x9F\x98\x80", "\xEF\xBF\xBD"), 0);  // UTF-16 order
}

TEST(Value, finds_parts_of_text_without_case) {
  EXPECT_TRUE(contains_text("xx\xC3\x84yy", "\xC3\xA4Y"));
  EXPECT_TRUE(contains_text("abc", ""));
  EXPECT_FALSE(contains_text("abc", "abcd"));
  EXPECT_TRUE(
      starts_with_text("\xC3\x84"
                       "bc",
                       "\xC3\xA4"
                       "B"));
  EXPECT_TRUE(ends_with_text("abC", "BC"));
  EXPECT_TRUE(ends_with_text("ab\xC3\x84", "B\xC3\xA4"));
  EXPECT_FALSE(ends_with_text("b", "ab"));
}

TEST(Value, finds_members_without_case_in_small_and_large_objects) {
  for (int n : {1, 5, 40}) {
    ValueMembers members;
    for (int i = 0; i < n; ++i) members.emplace_back(cat("Key-", i), Value::number(i));
    Value ignoring = Value::object(members);
    Value respecting = Value::object(members, KeyCase::Respect);
    for (int i = 0; i < n; ++i) {
      ASSERT_NE(ignoring.find(cat("kEY-", i)), nullptr);
      EXPECT_EQ(ignoring.find(cat("kEY-", i))->as_number(), i);
      EXPECT_EQ(respecting.find(cat("kEY-", i)), nullptr);
      EXPECT_NE(respecting.find(cat("Key-", i)), nullptr);
    }
    EXPECT_EQ(ignoring.find("key"), nullptr);
  }
}

TEST(Value, of_equal_keys_the_last_value_counts_at_the_first_place) {
  Value object = from_json_text(R"({"a": 1, "b": 2, "A": 3})").value();
  EXPECT_EQ(to_json_text(object), "{\n  \"a\": 3,\n  \"b\": 2\n}");
  Value env = from_json(parse_json(R"({"a": 1, "A": 3})").value(), KeyCase::Respect);
  EXPECT_EQ(env.members().size(), 2u);
}

TEST(Value, prints_json_as_github_does) {
  Value value = from_json_text(R"({"a":[1,{"b":[]},"x\"y\n"],"c":{},"d":0.5,"e":null})").value();
  EXPECT_EQ(to_json_text(value),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    },\n    \"x\\\"y\\n\"\n  ],\n"
            "  \"c\": {},\n  \"d\": 0.5,\n  \"e\": null\n}");
  EXPECT_EQ(sluice::to_text(to_json(value)),
            R"({"a":[1,{"b":[]},"x\"y\n"],"c":{},"d":5E-1,"e":null})");
}

TEST(Value, copies_share_what_they_hold) {
  EXPECT_LE(sizeof(Value), 24u);
  Value text = Value::string(std::string(1000, 'x'));
  Value copy = text;
  EXPECT_EQ(copy.as_string().data(), text.as_string().data());
}

}  // namespace
}  // namespace sluice::pipeline
