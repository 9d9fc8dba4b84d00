#include "ml/data/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace sluice::ml {
namespace {

TEST(Number, ReadsWhatStrtodReads) {
  for (const char* text : {"0",
                           "1",
                           "-1",
                           "+1",
                           "12.5",
                           ".5",
                           "5.",
                           "-0.001",
                           "1e3",
                           "1E-3",
                           "2.5e+10",
                           "123456789012345",
                           "1234567890123456789",
                           "0.1",
                           "3.99",
                           "179769313486231570000",
                           "4.9e-324",
                           "00012",
                           "1.7976931348623157e308",
                           "9007199254740993",
                           "0.30000000000000004"}) {
    const auto value = parse_number(text);
    ASSERT_TRUE(value.has_value()) << text;
    EXPECT_EQ(*value, std::strtod(text, nullptr)) << text;
  }
}

TEST(Number, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"",     "-",  "+",  ".",     "-.",  "1,5", "1 ",    " 1", "0x10",  "inf", "nan",
        "-inf", "1e", "e5", "1.2.3", "--1", "+-1", "1_000", "$3", "1e999", "12a"})
    EXPECT_FALSE(parse_number(text).has_value()) << text;
}

TEST(Number, TextReadsBackAsTheSameNumber) {
  for (const double value : {0.1, -3.0, 1e300, 5e-324, 1234567.25, 1.0 / 3})
    EXPECT_EQ(parse_number(number_text(value)), value);
  EXPECT_EQ(number_text(3), "3");
  EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "");
}

TEST(Number, AnEstimateIsShownWithoutFalsePrecision) {
  EXPECT_EQ(rough_text(446.0, 2), "450");
  EXPECT_EQ(rough_text(3.4453, 2), "3.4");
  EXPECT_EQ(rough_text(0.001256, 3), "0.00126");
  EXPECT_EQ(rough_text(-99.9, 2), "-100");
  EXPECT_EQ(rough_text(0, 2), "0");
}

}  // namespace
}  // namespace sluice::ml
