// Our statistics against numbers of scipy, statsmodels and scikit-learn, recorded in
// tests/statistics/golden.json by tests/statistics/cases.py.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include "base/json.h"
#include "base/strings.h"
#include "ml/testing/statistics_probe.h"

namespace sluice::ml {
namespace {

// Within 1e-9 of the number, or of 1 where it is smaller.
void expect_same(const Json& ours, const Json& theirs, const std::string& where) {
  if (const auto* object = theirs.if_object()) {
    for (const auto& [key, value] : *object) {
      const Json* mine = ours.as_object().if_contains(key);
      ASSERT_NE(mine, nullptr) << where << "." << key;
      expect_same(*mine, value, cat(where, ".", std::string(key)));
    }
  } else if (const auto* array = theirs.if_array()) {
    ASSERT_EQ(ours.as_array().size(), array->size()) << where;
    for (std::size_t i = 0; i < array->size(); ++i)
      expect_same(ours.as_array()[i], (*array)[i], cat(where, "[", i, "]"));
  } else if (theirs.is_number()) {
    ASSERT_TRUE(ours.is_number()) << where;
    const double expected = theirs.to_number<double>();
    EXPECT_NEAR(ours.to_number<double>(), expected, 1e-9 * std::max(1.0, std::fabs(expected)))
        << where;
  } else {
    EXPECT_EQ(ours, theirs) << where;
  }
}

TEST(Statistics, AreThoseOfScipyStatsmodelsAndScikitLearn) {
  std::ifstream file(SLUICE_SOURCE_DIR "/tests/statistics/golden.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Json golden = parse_json(text).value();
  const JsonArray& cases = *get_array(golden.as_object(), "cases").value();
  ASSERT_GT(cases.size(), 50u);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const JsonObject& one = cases[i].as_object();
    const std::string function = get_string(one, "function").value();
    expect_same(testing::probe_statistic(function, *get_object(one, "arguments").value()),
                one.at("expected"), cat("case ", i, " ", function));
  }
}

}  // namespace
}  // namespace sluice::ml
