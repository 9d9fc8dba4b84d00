// What the reader of models refuses, and that no input makes it crash.

#include "ml/serve/xgboost_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ml/serve/testing/small_model.h"

namespace sluice::ml {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

TEST(XgboostModel, WalksTreesSumsLeavesAndSendsMissingValuesTheDefaultWay) {
  const auto model = XgboostModel::parse(small_model_json());
  ASSERT_TRUE(model.ok()) << model.error().describe();
  EXPECT_EQ(model->tree_count(), 2u);
  EXPECT_EQ(model->feature_names(), (std::vector<std::string>{"price", "deal"}));
  const auto predict = [&](float price, float deal) {
    const float row[] = {price, deal};
    return model->predict(row);
  };
  EXPECT_EQ(predict(1.0f, 0.0f), 0.5f + 10.0f + 0.25f);
  EXPECT_EQ(predict(2.0f, 0.0f), 0.5f - 10.0f + 0.25f) << "the threshold itself goes right";
  EXPECT_EQ(predict(3.0f, 1.0f), 0.5f - 10.0f + 0.75f);
  EXPECT_EQ(predict(kMissing, kMissing), 0.5f + 10.0f + 0.75f) << "left in tree 0, right in tree 1";
}

struct Refusal {
  const char* what;
  const char* from;
  const char* to;
  ErrorCode code;
  const char* message;  // part of it
};

const Refusal kRefusals[] = {
    {"dart", R"("name":"gbtree")", R"("name":"dart")", ErrorCode::Unsupported, "booster 'dart'"},
    {"linear", R"("name":"gbtree")", R"("name":"gblinear")", ErrorCode::Unsupported, "gblinear"},
    {"classes", R"("num_class":"0")", R"("num_class":"3")", ErrorCode::Unsupported, "3 classes"},
    {"targets", R"("num_target":"1")", R"("num_target":"2")", ErrorCode::Unsupported, "2 targets"},
    {"groups", R"("tree_info":[0,0])", R"("tree_info":[0,1])", ErrorCode::Unsupported, "tree_info"},
    {"categories", R"("split_type":[0,0,0])", R"("split_type":[1,0,0])", ErrorCode::Unsupported,
     "tree 0: it splits on categories"},
    {"category lists", R"("categories_nodes":[])", R"("categories_nodes":[0])",
     ErrorCode::Unsupported, "categories"},
    {"objective", "reg:squarederror", "multi:softmax", ErrorCode::Unsupported, "multi:softmax"},
    {"version", R"("version":[1,7,4])", R"("version":[3,0,0])", ErrorCode::Unsupported, "3.x"},
    {"no version", R"("version":[1,7,4])", R"("other":1)", ErrorCode::InvalidInput, "'version'"},
    {"base score", R"("base_score":"5E-1")", R"("base_score":"NaN")", ErrorCode::InvalidInput,
     "base_score"},
    {"base score text", R"("base_score":"5E-1")", R"("base_score":"half")", ErrorCode::InvalidInput,
     "'half'"},
    {"features", R"("num_feature":"2")", R"("num_feature":"1")", ErrorCode::InvalidInput,
     "feature 1 of 1"},
    {"feature count", R"("num_feature":"2")", R"("num_feature":"99999999999")",
     ErrorCode::InvalidInput, "num_feature"},
    {"names", R"(["price","deal"])", R"(["price"])", ErrorCode::InvalidInput, "names 1 feature"},
    {"twice", R"(["price","deal"])", R"(["price","price"])", ErrorCode::InvalidInput,
     "named twice"},
    {"trees", R"("num_trees":"2")", R"("num_trees":"3")", ErrorCode::InvalidInput, "num_trees"},
    {"cycle", R"("left_children":[1,-1,-1])", R"("left_children":[0,-1,-1])",
     ErrorCode::InvalidInput, "reached twice"},
    {"shared", R"("right_children":[2,-1,-1])", R"("right_children":[1,-1,-1])",
     ErrorCode::InvalidInput, "reached twice"},
    {"child", R"("right_children":[2,-1,-1])", R"("right_children":[3,-1,-1])",
     ErrorCode::InvalidInput, "names a child that does not exist"},
    {"half leaf", R"("right_children":[2,-1,-1])", R"("right_children":[-1,-1,-1])",
     ErrorCode::InvalidInput, "names a child that does not exist"},
    {"big child", R"("right_children":[2,-1,-1])",
     R"("right_children":[9223372036854775807,-1,-1])", ErrorCode::InvalidInput, "does not exist"},
    {"feature index", R"("split_indices":[0,0,0])", R"("split_indices":[-4,0,0])",
     ErrorCode::InvalidInput, "feature -4"},
    {"default", R"("default_left":[1,0,0])", R"("default_left":[7,0,0])", ErrorCode::InvalidInput,
     "default_left 7"},
    {"lengths", R"("default_left":[1,0,0])", R"("default_left":[1,0])", ErrorCode::InvalidInput,
     "differ in length"},
    {"infinite", "[2E0,1E1,-1E1]", "[1E999,1E1,-1E1]", ErrorCode::InvalidInput, "not finite"},
    {"nan", "[2E0,1E1,-1E1]", "[NaN,1E1,-1E1]", ErrorCode::InvalidInput, "expected a number"},
    {"null", "[2E0,1E1,-1E1]", "[null,1E1,-1E1]", ErrorCode::InvalidInput, "expected a number"},
    {"empty tree", "[2E0,1E1,-1E1]", "[]", ErrorCode::InvalidInput, "differ in length"},
};

TEST(XgboostModel, RefusesWhatItCannotAnswerExactlyAndSaysWhy) {
  for (const Refusal& refusal : kRefusals) {
    const std::string good = small_model_json();
    const std::string bad = replace_all(good, refusal.from, refusal.to);
    ASSERT_NE(bad, good) << refusal.what;
    const auto model = XgboostModel::parse(bad);
    ASSERT_FALSE(model.ok()) << refusal.what;
    EXPECT_EQ(model.error().code(), refusal.code) << refusal.what;
    EXPECT_NE(model.error().describe().find(refusal.message), std::string::npos)
        << refusal.what << ": " << model.error().describe();
  }
}

TEST(XgboostModel, RefusesAModelThatIsCutOffAnywhere) {
  const std::string whole = small_model_json();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(XgboostModel::parse(std::string_view(whole).substr(0, size)).ok()) << size;
}

TEST(XgboostModel, SurvivesEveryChangedByte) {
  const std::string whole = small_model_json();
  const float row[] = {1.0f, kMissing};
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char c : {'\0', '9', '-', '"', '[', '}', ',', '\xff'}) {
      std::string changed = whole;
      changed[at] = c;
      if (const auto model = XgboostModel::parse(changed);
          model.ok() && model->feature_count() == 2)
        (void)model->predict(row);
    }
  }
}

TEST(XgboostModel, RefusesOtherFileFormats) {
  for (const std::string_view text : {"", "{}", "[]", "binf", "\x80\x04\x95", "{\"learner\":[]}"})
    EXPECT_FALSE(XgboostModel::parse(text).ok()) << text;
  const auto deep = XgboostModel::parse(std::string(100'000, '['));
  EXPECT_FALSE(deep.ok());
  EXPECT_FALSE(XgboostModel::parse(cat("{\"x\":", std::string(100'000, '['))).ok());
}

}  // namespace
}  // namespace sluice::ml
