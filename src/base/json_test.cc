#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "base/json.h"

namespace sluice {
namespace {

// Written shortest, and read again, a number is the same to the last bit: signatures over values
// that were read depend on it.
TEST(JsonNumbers, read_back_as_they_were_written) {
  std::mt19937_64 bits(20);
  for (int i = 0; i < 200'000; ++i) {
    double value = std::bit_cast<double>(bits());
    if (!std::isfinite(value) || std::fpclassify(value) == FP_SUBNORMAL) continue;
    if (i % 2 == 0) value = std::ldexp(value, -std::ilogb(value));  // near 1, as metrics are
    const std::string text = to_canonical_text(Json(value));
    const auto parsed = parse_json(text);
    ASSERT_TRUE(parsed.ok()) << text;
    ASSERT_EQ(parsed->to_number<double>(), value) << text;
    ASSERT_EQ(to_canonical_text(*parsed), text);
  }
}

TEST(JsonNumbers, keep_their_kind) {
  const auto parsed =
      parse_json("[1, -1, 18446744073709551615, 1.0, 1e2, -0.0, 0.1, [2.5]]").value();
  const auto& items = parsed.as_array();
  EXPECT_TRUE(items[0].is_int64());
  EXPECT_TRUE(items[1].is_int64());
  EXPECT_TRUE(items[2].is_uint64());
  EXPECT_TRUE(items[3].is_double());
  EXPECT_EQ(items[4].as_double(), 100);
  EXPECT_TRUE(std::signbit(items[5].as_double()));
  EXPECT_EQ(items[6].as_double(), 0.1);
  EXPECT_EQ(items[7].as_array()[0].as_double(), 2.5);
}

TEST(JsonText, that_does_not_end_or_goes_on_is_refused_with_its_place) {
  for (const char* text : {"", "[1", "{\"a\":", "1.", "\"a", "[1] 2", "[1]x", "nul", "[1,]", "-"}) {
    const auto parsed = parse_json(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_NE(parsed.error().message().find("line 1, column"), std::string::npos) << text;
  }
  EXPECT_TRUE(parse_json(" [1] \n").ok());
}

}  // namespace
}  // namespace sluice
