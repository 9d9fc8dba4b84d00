#include "pipeline/mask.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/strings.h"

namespace sluice::pipeline {
namespace {

std::string mask(std::string_view secret, std::string_view text) {
  return masked(mask_variants(secret), text);
}

TEST(Mask, hides_every_encoding_that_tools_print) {
  struct Row {
    std::string_view secret, text, expected;
  };
  const Row rows[] = {
      {"password", "a password b", "a *** b"},
      {"  password\n", "a password b", "a *** b"},
      {"line one\nline two", "see line two", "see ***"},
      {"a\"b\\c", R"({"x":"a\"b\\c"})", R"({"x":"***"})"},
      {"a b/c", "?q=a%20b%2Fc&r=a%20b/c&s=a+b%2Fc", "?q=***&r=***&s=***"},
      {"<&'\">x", "&lt;&amp;&apos;&quot;&gt;x", "***"},
      {"it's it", "'it''s it'", "'***'"},
      {"say \"hi\"", "run say \\\"hi\\\"", "run ***"},
      {"\"long secret\"", "long secret", "***"},
      {"secretsecretsecret&secret&secret", "secretsecretsecret&secret&+[96msecret+[0m",
       "***+[96m***+[0m"},
      {"secret&+secret&secret", "secret&+[96ms[0mecret&secret", "***[96ms[0m***"},
  };
  for (const Row& row : rows) EXPECT_EQ(mask(row.secret, row.text), row.expected) << row.secret;
}

TEST(Mask, hides_the_secret_inside_base64_of_a_longer_text_at_every_offset) {
  const std::string secret = "Password123!?>~";
  for (const std::string before : {"", "x", "xy", "xyz", "user:"}) {
    for (const std::string after : {"", "1", "12", "123"}) {
      const std::string encoded = base64_encode(before + secret + after);
      const std::string shown = mask(secret, encoded);
      EXPECT_NE(shown.find("***"), std::string::npos) << before << "|" << after;
      EXPECT_LE(shown.size(), encoded.size() - secret.size() + 1) << shown;
    }
  }
}

TEST(Mask, leaves_other_text_alone_and_knows_when_it_would_change_some) {
  const auto variants = mask_variants("hunter22");
  EXPECT_FALSE(would_mask(variants, "hunter2 is not it"));
  EXPECT_TRUE(would_mask(variants, "it is hunter22."));
  EXPECT_EQ(masked(variants, "hunter2 is not it"), "hunter2 is not it");
}

TEST(Mask, joins_overlapping_and_touching_occurrences) {
  EXPECT_EQ(mask("abab", "xababab."), "x***.");
  EXPECT_EQ(mask("ab12", "ab12ab12"), "***");
}

TEST(Mask, of_nothing_is_nothing) {
  EXPECT_TRUE(mask_variants("").empty());
  EXPECT_TRUE(mask_variants(" \n\t").empty());
  const std::vector<std::string> several = {"", "one-secret"};
  const auto variants = mask_variants(several);
  EXPECT_FALSE(variants.empty());
  for (const std::string& variant : variants) EXPECT_FALSE(variant.empty());
}

TEST(Mask, no_secret_survives_in_any_split_of_lines) {
  const std::string secret = "first-line\r\n  second-line\n\nthird";
  for (const std::string_view line : {"first-line", "second-line", "third"})
    EXPECT_EQ(mask(secret, cat("<", line, ">")), "<***>");
}

}  // namespace
}  // namespace sluice::pipeline
