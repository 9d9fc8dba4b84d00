#include "pipeline/github/matrix.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

// "a=1 b=x (1, x)" of each leg, or the problem.
std::vector<std::string> legs_of(std::string_view json) {
  const auto expanded = expand_matrix(from_json_text(json).value());
  if (const auto* problem = std::get_if<std::string>(&expanded)) return {*problem};
  std::vector<std::string> out;
  for (const MatrixLeg& leg : std::get<std::vector<MatrixLeg>>(expanded)) {
    std::string text;
    for (const auto& [key, value] : leg.values) text += cat(key, "=", value.to_text(), " ");
    out.push_back(std::string(trim(cat(text, leg_suffix(leg)))));
  }
  return out;
}

using Legs = std::vector<std::string>;

TEST(Matrix, varies_the_first_key_slowest) {
  EXPECT_EQ(legs_of(R"({"os":["l","w"],"v":[1,2]})"),
            (Legs{"os=l v=1  (l, 1)", "os=l v=2  (l, 2)", "os=w v=1  (w, 1)", "os=w v=2  (w, 2)"}));
}

TEST(Matrix, excludes_by_partial_keys_and_coercing_equality) {
  EXPECT_EQ(legs_of(R"({"os":["Ubuntu","w"],"v":[4,5],"exclude":[{"os":"ubuntu","v":"4"}]})"),
            (Legs{"os=Ubuntu v=5  (Ubuntu, 5)", "os=w v=4  (w, 4)", "os=w v=5  (w, 5)"}));
  EXPECT_EQ(legs_of(R"({"os":["l","w"],"v":[4,5],"exclude":[{"os":"w"}]})"),
            (Legs{"os=l v=4  (l, 4)", "os=l v=5  (l, 5)"}));
}

// The documented example of include.
TEST(Matrix, includes_add_to_legs_that_match_their_original_values) {
  EXPECT_EQ(legs_of(R"({"fruit":["apple","pear"],"animal":["cat","dog"],"include":[
      {"color":"green"},{"color":"pink","animal":"cat"},{"fruit":"apple","shape":"circle"},
      {"fruit":"banana"},{"fruit":"banana","animal":"cat"}]})"),
            (Legs{"fruit=apple animal=cat color=pink shape=circle  (apple, cat)",
                  "fruit=apple animal=dog color=green shape=circle  (apple, dog)",
                  "fruit=pear animal=cat color=pink  (pear, cat)",
                  "fruit=pear animal=dog color=green  (pear, dog)", "fruit=banana  (banana)",
                  "fruit=banana animal=cat  (banana, cat)"}));
}

TEST(Matrix, an_include_is_not_excluded_and_stands_alone_without_vectors) {
  EXPECT_EQ(legs_of(R"({"v":[1,2],"exclude":[{"v":2}],"include":[{"v":2}]})"),
            (Legs{"v=1  (1)", "v=2  (2)"}));
  EXPECT_EQ(legs_of(R"({"include":[{"a":1,"b":"x"},{"a":2}]})"),
            (Legs{"a=1 b=x  (1, x)", "a=2  (2)"}));
}

TEST(Matrix, refuses_what_has_no_legs_or_too_many) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {R"({"v":[]})", "Matrix vector 'v' does not contain any values"},
      {R"({"v":[1],"exclude":[{"w":1}]})",
       "Matrix exclude key 'w' does not match any key within the matrix"},
      {R"({"v":[1],"exclude":[{"v":1}]})", "everything in the matrix is excluded"},
      {R"({"v":"x"})", "'v' of the matrix must be a sequence"},
      {R"({"v":[1],"include":["x"]})", "each entry of 'include' must be a mapping"},
      {R"({})", "the matrix defines no values"},
      {R"([1])", "the matrix must be a mapping, got Array"},
  };
  for (const auto& [json, problem] : rows) EXPECT_EQ(legs_of(json), Legs{std::string(problem)});
  std::string many = "[0";
  for (int i = 1; i < 17; ++i) many += cat(",", i);
  EXPECT_EQ(legs_of(cat("{\"a\":", many, "],\"b\":", many, "]}")),
            Legs{"the matrix has more than 256 legs, which is the limit"});
}

TEST(Matrix, names_show_nested_values_and_are_cut_at_a_hundred_characters) {
  EXPECT_EQ(legs_of(R"({"c":[{"os":"l","v":[1,2]}]})").front(), "c=Object  (l, 1, 2)");
  EXPECT_TRUE(legs_of(cat("{\"v\":[\"", std::string(300, 'x'), "\"]}")).front().ends_with("...)"));
}

}  // namespace
}  // namespace sluice::pipeline::github
