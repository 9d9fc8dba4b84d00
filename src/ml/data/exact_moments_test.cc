#include "ml/data/exact_moments.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/strings.h"
#include "ml/data/csv.h"
#include "ml/data/field_words.h"
#include "ml/data/number.h"
#include "ml/data/value.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

TEST(ExactMoments, LoseNothingFarFromZero) {
  ExactMoments moments;
  for (int i = 0; i < 1000; ++i) moments.add(1e15 + i % 2);
  EXPECT_EQ(moments.mean(1000), 1e15 + 0.5);
  EXPECT_EQ(moments.squared_differences(1000), 250);
  ExactMoments tenths;
  for (int i = 0; i < 10; ++i) tenths.add_decimal(1, 1);
  EXPECT_EQ(tenths.sum(), "1");
  EXPECT_EQ(tenths.sum_of_squares(), "0.1");
  EXPECT_EQ(tenths.squared_differences(10), 0);
}

TEST(ExactMoments, AreWrittenAsDecimalsAndReadBack) {
  ExactMoments moments;
  moments.add_decimal(-125, 1);
  moments.add(0.375);
  moments.add(-1e22, 2);
  moments.add(1e-7);
  const ExactMoments again = ExactMoments::read(moments.sum(), moments.sum_of_squares()).value();
  EXPECT_EQ(again.sum(), moments.sum());
  EXPECT_EQ(again.mean(5), moments.mean(5));
  EXPECT_TRUE(moments.sum().starts_with("-20000000000000000000012.12499990")) << moments.sum();
  for (const char* bad : {"", "1e5", "-", "1.", ".5", "1.2.3", "inf"})
    EXPECT_FALSE(ExactMoments::read(bad, "1").ok()) << bad;
  EXPECT_FALSE(ExactMoments::read("1", "-1").ok());
}

TEST(ExactMoments, OrderAndPartsMakeNoDifference) {
  RandomStream random(3);
  ExactMoments whole;
  ExactMoments parts[3];
  for (int i = 0; i < 3000; ++i) {
    const double value =
        std::ldexp(random.uniform() - 0.5, static_cast<int>(random.below(80)) - 40);
    const auto digits = static_cast<std::int64_t>(random.below(1'000'000)) - 500'000;
    const unsigned scale = random.below(8);
    whole.add(value);
    whole.add_decimal(digits, scale);
    parts[random.below(3)].add(value);
    parts[random.below(3)].add_decimal(digits, scale);
  }
  ExactMoments merged = ExactMoments::read(parts[2].sum(), parts[2].sum_of_squares()).value();
  merged.merge(parts[0]);
  merged.merge(parts[1]);
  EXPECT_EQ(merged.sum(), whole.sum());
  EXPECT_EQ(merged.sum_of_squares(), whole.sum_of_squares());
}

TEST(ExactMoments, TheExtremesOfDoubleAreKept) {
  ExactMoments moments;
  moments.add(1e308, 4);
  moments.add(5e-324);
  EXPECT_EQ(moments.mean(5), 8e307);
  EXPECT_TRUE(std::isinf(moments.squared_differences(5)));
}

// Whatever the short way takes it must read as the long way does.
TEST(ShortDecimal, AgreesWithTheNumberParserOnAllShortTexts) {
  RandomStream random(11);
  constexpr std::string_view kAlphabet = "0123456789012345678901234567890.-+e x";
  std::size_t taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    const std::size_t size = 1 + random.below(8);
    while (text.size() < size)
      text += kAlphabet[random.below(static_cast<std::uint32_t>(kAlphabet.size()))];
    std::string padded = text + std::string(kFieldPadding, '7');
    ShortDecimal decimal;
    const auto word = words_of(std::string_view(padded).substr(0, size)).first;
    if (!read_short_decimal(word, size, decimal)) continue;
    ++taken;
    const Value value = classify(text);
    ASSERT_EQ(value.type, decimal.pointed ? ValueType::Number : ValueType::Integer) << text;
    ASSERT_EQ(value.number, static_cast<double>(decimal.digits) / std::pow(10, decimal.scale))
        << text;
  }
  EXPECT_GT(taken, 20'000u);
  for (const char* text :
       {"0", "-1", "0.5", ".5", "5.", "12345678", "-1234567", "1234567.", "1.234567"}) {
    std::string padded = text + std::string(kFieldPadding, 'x');
    ShortDecimal decimal;
    const std::size_t size = std::string_view(text).size();
    EXPECT_TRUE(read_short_decimal(words_of({padded.data(), size}).first, size, decimal)) << text;
  }
}

}  // namespace
}  // namespace sluice::ml
