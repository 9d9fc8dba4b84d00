// The native scorer against libxgboost itself: the same floats, bit by bit.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "base/strings.h"
#include "ml/serve/xgboost_model.h"
#include "ml/train/xgboost_library.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kFeatures = 7;

struct Data {
  std::vector<float> rows;
  std::vector<float> labels;
};

// A fifth of the values is missing; labels suit every objective that is tried (0 < y < 1 or
// counts).
Data make_data(std::size_t rows, std::uint32_t start, bool counts) {
  std::mt19937 random(start);
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<float> uniform;
  Data data;
  for (std::size_t r = 0; r < rows; ++r) {
    float sum = 0;
    for (std::size_t f = 0; f < kFeatures; ++f) {
      const float value = f == 3 ? std::floor(normal(random) * 3) : normal(random);
      const bool missing = uniform(random) < 0.2f;
      data.rows.push_back(missing ? std::numeric_limits<float>::quiet_NaN() : value);
      sum += missing ? 0.3f : value * (static_cast<float>(f) - 2.5f) * 0.3f;
    }
    const float probability = 1 / (1 + std::exp(-sum));
    data.labels.push_back(counts ? std::floor(std::exp(sum * 0.5f) * 3) + 1 : probability);
  }
  return data;
}

struct Case {
  const char* objective;
  bool counts;
  std::vector<std::pair<const char*, const char*>> parameters;
};

const Case kCases[] = {
    {"reg:squarederror", true, {{"max_depth", "6"}}},
    {"reg:squarederror", true, {{"base_score", "3.3"}, {"gamma", "2"}, {"tree_method", "exact"}}},
    {"reg:squarederror", true, {{"num_parallel_tree", "3"}, {"subsample", "0.7"}}},
    {"reg:squarederror", true, {{"tree_method", "approx"}, {"base_score", "0.123456789"}}},
    {"reg:squarederror", true, {{"base_score", "1.2345678e7"}}},
    {"reg:squarederror", true, {{"base_score", "3.3333333e-7"}}},
    {"reg:squaredlogerror", true, {}},
    {"reg:absoluteerror", true, {}},
    {"reg:pseudohubererror", true, {}},
    {"reg:logistic", false, {{"base_score", "0.3"}}},
    {"binary:logistic", false, {{"base_score", "0.7"}}},
    {"count:poisson", true, {{"max_delta_step", "0.7"}}},
    {"count:poisson", true, {{"base_score", "4.7"}}},
    {"reg:gamma", true, {{"base_score", "2.1"}}},
    {"reg:tweedie", true, {{"tweedie_variance_power", "1.3"}}},
};

class OracleTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    auto opened = XgboostLibrary::open();
    if (!opened.ok()) GTEST_SKIP() << "NOT TESTED, " << opened.error().describe();
    library_ = std::move(opened).value();
  }

  std::unique_ptr<XgboostMatrix> matrix(const Data& data) {
    auto made = XgboostMatrix::create(*library_, data.rows, kFeatures).value();
    EXPECT_TRUE(made->set_labels(data.labels).ok());
    return made;
  }

  std::unique_ptr<XgboostLibrary> library_;
};

TEST_P(OracleTest, PredictionsOf20000RowsAreTheSameBits) {
  const Case& wanted = GetParam();
  const auto train = matrix(make_data(2000, 1, wanted.counts));
  auto booster = XgboostBooster::create(*library_, {train.get()}).value();
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"objective", wanted.objective}, {"nthread", "1"}, {"seed", "7"}, {"max_depth", "5"}})
    ASSERT_TRUE(booster->set(name, value).ok());
  for (const auto& [name, value] : wanted.parameters) ASSERT_TRUE(booster->set(name, value).ok());
  for (int round = 0; round < 40; ++round) {
    auto updated = booster->update(round, *train);
    ASSERT_TRUE(updated.ok()) << updated.error().describe();
  }
  const std::string json = booster->to_json().value();

  // The oracle is the library with the model read back from the file, as any other program would.
  auto oracle = XgboostBooster::create(*library_, {}).value();
  ASSERT_TRUE(oracle->load_json(json).ok());
  const auto model = XgboostModel::parse(json);
  ASSERT_TRUE(model.ok()) << model.error().describe();
  const Data probe = make_data(20'000, 2, wanted.counts);
  const std::vector<float> expected = oracle->predict(*matrix(probe)).value();
  ASSERT_EQ(expected.size(), 20'000u);

  std::size_t different = 0;
  for (std::size_t r = 0; r < expected.size(); ++r) {
    const float got = model->predict(std::span(probe.rows).subspan(r * kFeatures, kFeatures));
    if (std::bit_cast<std::uint32_t>(got) == std::bit_cast<std::uint32_t>(expected[r])) continue;
    if (++different <= 3) ADD_FAILURE() << "row " << r << ": " << got << " for " << expected[r];
  }
  EXPECT_EQ(different, 0u);
}

INSTANTIATE_TEST_SUITE_P(Objectives, OracleTest, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& test) {
                           return cat(test.index, "_", replace_all(test.param.objective, ":", "_"));
                         });

}  // namespace
}  // namespace sluice::ml
