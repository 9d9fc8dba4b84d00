// The built-in algorithm, in this process: what it learns, writes and refuses.

#include "ml/train/xgboost_trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/json.h"
#include "base/strings.h"
#include "ml/serve/scorer.h"
#include "ml/train/training_contract.h"
#include "ml/train/xgboost_library.h"
#include "os/testing/test_world.h"

namespace sluice::ml {
namespace {

// Demand falls with the price and rises with a deal; some prices are missing.
std::string sales_csv(int rows, int shift) {
  std::string csv = "store,price,deal,weight,units\n";
  for (int i = 0; i < rows; ++i) {
    const int k = (i * 7919 + shift) % 1000;
    const double price = 1 + (k % 40) * 0.05;
    const int deal = k % 3 == 0;
    const std::string shown = k % 17 == 0 ? "" : cat(price);
    csv += cat("s", k % 5, ",", shown, ",", deal, ",", 1 + k % 2, ",",
               10 * std::exp(-price) + 3 * deal + (k % 11) * 0.1, "\n");
  }
  return csv;
}

class XgboostTrainerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (auto library = XgboostLibrary::open(); !library.ok())
      GTEST_SKIP() << "NOT TESTED, " << library.error().describe();
    spec_.name = "demand";
    spec_.algorithm = "xgboost";
    spec_.hyperparameters = {{"target", "units"}, {"num_round", "20"}, {"nthread", "1"},
                             {"eta", "0.3"},      {"seed", "1"},       {"exclude", "weight"}};
    channel("train", sales_csv(600, 0));
    channel("validation", sales_csv(200, 333));
  }

  void channel(const std::string& name, const std::string& csv) {
    const os::Path path = world_.directory / (name + ".csv");
    ASSERT_TRUE(files_.write(path, csv).ok());
    std::erase_if(spec_.channels, [&](const auto& c) { return c.name == name; });
    spec_.channels.push_back({name, path.string()});
  }

  // Each run in a folder of its own.
  int run() {
    folders_ = std::make_unique<TrainingFolders>(world_.directory / cat("job-", ++runs_));
    EXPECT_TRUE(lay_out_job(world_.files, *folders_, spec_).ok());
    auto variables = training_environment(*folders_, spec_, 1);
    variables["SOURCE_DATE_EPOCH"] = "1700000000";
    os::FakeEnvironment environment(variables);
    const os::World outside{world_.clock,     world_.timers, world_.files, world_.locks,
                            world_.processes, world_.random, environment};
    lines_.clear();
    return run_xgboost_trainer(outside,
                               [this](std::string_view line) { lines_.emplace_back(line); }, {});
  }

  std::string failure() {
    EXPECT_EQ(run(), 1);
    EXPECT_FALSE(world_.files.stat(folders_->model / "MLmodel").ok());
    auto text = files_.read(folders_->failure);
    return text.ok() ? std::move(text).value() : "no failure file";
  }

  std::unique_ptr<Scorer> scorer() {
    auto loaded = Scorer::load(world_.files, folders_->model);
    EXPECT_TRUE(loaded.ok()) << loaded.error().describe();
    return std::move(loaded).value();
  }

  os::TestWorld world_;
  os::Files& files_ = world_.files;
  TrainingJobSpec spec_;
  std::unique_ptr<TrainingFolders> folders_;
  std::vector<std::string> lines_;
  int runs_ = 0;
};

TEST_F(XgboostTrainerTest, LearnsAndLeavesAModelThatAnswersItsOwnExample) {
  ASSERT_EQ(run(), 0) << lines_.back();
  ASSERT_GE(lines_.size(), 22u);
  EXPECT_TRUE(lines_[1].starts_with("[0]\ttrain-rmse:")) << lines_[1];
  EXPECT_NE(lines_[20].find("\tvalidation-rmse:"), std::string::npos) << lines_[20];
  const auto model = scorer();
  EXPECT_EQ(model->feature_names(), (std::vector<std::string>{"price", "deal"}))
      << "texts, target and excluded columns are no features";
  EXPECT_EQ(model->folder().example->rows.size(), 5u);
  EXPECT_TRUE(model->self_check().ok()) << model->self_check().error().describe();
  const float cheap = model->predict(std::vector<float>{1.1f, 0}).value();
  const float dear = model->predict(std::vector<float>{2.8f, 0}).value();
  EXPECT_GT(cheap, dear + 1);
  const Json report =
      parse_json(files_.read(folders_->output_data / "training.json").value()).value();
  EXPECT_EQ(report.at("rounds"), 20);
  EXPECT_EQ(report.at("train_rows"), 600);
  EXPECT_EQ(report.at("validation_rows"), 200);
}

TEST_F(XgboostTrainerTest, OneBadCellDoesNotDropItsColumn) {
  std::string csv = sales_csv(600, 0);
  const std::size_t at = csv.rfind(",1,1,");
  ASSERT_NE(at, std::string::npos);
  csv.replace(at, 5, ",A,1,");
  channel("train", csv);
  const std::string reason = failure();
  for (const std::string_view part :
       {"train.csv", "row ", "line ", "'deal'", "'A' is not a number", "exclude: deal"})
    EXPECT_NE(reason.find(part), std::string::npos) << reason;
  EXPECT_EQ(reason.find(folders_->data.string()), std::string::npos)
      << "the user's own file is named: " << reason;
  spec_.hyperparameters["exclude"] = "weight, deal";
  EXPECT_EQ(run(), 0) << lines_.back();
  EXPECT_NE(lines_[0].find("left out, as text: store"), std::string::npos) << lines_[0];
}

TEST_F(XgboostTrainerTest, ChannelsThatItDoesNotReadAreSaid) {
  channel("validaton", sales_csv(20, 1));
  ASSERT_EQ(run(), 0) << lines_.back();
  EXPECT_NE(lines_[1].find("warning: channel 'validaton' is not used"), std::string::npos)
      << lines_[1];
  EXPECT_NE(lines_[1].find("'validation'?"), std::string::npos) << lines_[1];
  const Json report =
      parse_json(files_.read(folders_->output_data / "training.json").value()).value();
  EXPECT_EQ(report.at("warnings").as_array().size(), 1u);
}

TEST_F(XgboostTrainerTest, AMissingTargetIsGivenWithItsLine) {
  // A quoted line break: from here on rows and lines differ by more than the header.
  spec_.hyperparameters.erase("exclude");
  channel("train", "note,price,units\n\"a\nb\",1,2\nc,2,\n");
  const std::string reason = failure();
  EXPECT_NE(reason.find("target 'units' is missing in row 2 (line 4"), std::string::npos) << reason;
}

TEST_F(XgboostTrainerTest, TheSameInputGivesTheSameModelByteForByte) {
  ASSERT_EQ(run(), 0);
  const Digest first = scorer()->digest();
  ASSERT_EQ(run(), 0);
  EXPECT_EQ(scorer()->digest(), first);
  spec_.hyperparameters["eta"] = "0.31";
  ASSERT_EQ(run(), 0);
  EXPECT_NE(scorer()->digest(), first);
}

TEST_F(XgboostTrainerTest, AMonotoneConstraintByNameHolds) {
  spec_.hyperparameters["features"] = "deal, price";
  spec_.hyperparameters["monotone_constraints"] = R"({"price": -1})";
  ASSERT_EQ(run(), 0) << lines_.back();
  const auto model = scorer();
  EXPECT_EQ(model->feature_names(), (std::vector<std::string>{"deal", "price"}));
  float last = std::numeric_limits<float>::infinity();
  for (float price = 0.5f; price < 3.5f; price += 0.01f) {
    const float demand = model->predict(std::vector<float>{0, price}).value();
    EXPECT_LE(demand, last) << "price " << price;
    last = demand;
  }
}

TEST_F(XgboostTrainerTest, EarlyStoppingKeepsTheRoundsUpToTheBest) {
  spec_.hyperparameters["num_round"] = "400";
  spec_.hyperparameters["early_stopping_rounds"] = "5";
  spec_.hyperparameters["eta"] = "1";
  spec_.hyperparameters["max_depth"] = "8";
  channel("validation", replace_all(sales_csv(150, 41), ",0,", ",1,"));
  ASSERT_EQ(run(), 0) << lines_.back();
  const Json report =
      parse_json(files_.read(folders_->output_data / "training.json").value()).value();
  EXPECT_LT(report.at("rounds").as_int64(), 400);
  const auto model = scorer();
  EXPECT_EQ(static_cast<std::int64_t>(model->model().tree_count()),
            report.at("kept_rounds").as_int64());
  EXPECT_EQ(report.at("kept_rounds").as_int64(), report.at("best_round").as_int64() + 1);
  EXPECT_EQ(model->model().feature_names(), model->feature_names());
}

TEST_F(XgboostTrainerTest, WeightsChangeWhatIsLearnt) {
  ASSERT_EQ(run(), 0);
  const Digest unweighted = scorer()->digest();
  spec_.hyperparameters.erase("exclude");
  spec_.hyperparameters["weight"] = "weight";
  ASSERT_EQ(run(), 0) << lines_.back();
  EXPECT_EQ(scorer()->feature_names().size(), 2u) << "the weight is no feature";
  EXPECT_NE(scorer()->digest(), unweighted);
}

TEST_F(XgboostTrainerTest, BadDataIsRefusedWithColumnAndRow) {
  struct Case {
    const char* what;
    std::string train;
    std::map<std::string, std::string> hyperparameters;
    std::vector<std::string> expected;
  };
  const std::string good = "price,deal,units\n1,0,5\n2,1,6\n";
  const Case kCases[] = {
      {"NaN target", "price,deal,units\n1,0,5\n2,1,\n", {}, {"train.csv", "'units'", "row 2"}},
      {"text target", "price,deal,units\n1,0,5\n2,1,many\n", {}, {"units", "row 2", "many"}},
      {"constant", "price,deal,units\n1,0,5\n2,1,5\n", {}, {"'units' is 5 in every row"}},
      {"empty split", "price,deal,units\n", {}, {"train.csv", "no rows"}},
      {"ragged", "price,deal,units\n1,0,5\n2,1\n", {}, {"row 2", "line 3"}},
      {"missing column", good, {{"features", "prize,deal"}}, {"prize", "did you mean 'price'?"}},
      {"missing target", good, {{"target", "unit"}}, {"'unit'", "did you mean 'units'?"}},
      {"target as feature", good, {{"features", "units"}}, {"'units'", "target"}},
      {"constraint", good, {{"monotone_constraints", R"({"pric": 1})"}}, {"did you mean 'price'?"}},
      {"constraint form", good, {{"monotone_constraints", "(1,0)"}}, {"JSON such as"}},
      {"constraint sign", good, {{"monotone_constraints", R"({"price": 2})"}}, {"-1, 0 or 1"}},
      {"unknown", good, {{"max_dept", "3"}}, {"'max_dept'", "did you mean 'max_depth'?"}},
      {"rounds", good, {{"num_round", "0"}}, {"num_round", "from 1 to"}},
      {"objective", good, {{"objective", "multi:softmax"}}, {"multi:softmax", "reg:squarederror"}},
      {"booster", good, {{"booster", "dart"}}, {"'dart'"}},
      {"range",
       "price,units\n1,5\n2,-6\n",
       {{"objective", "count:poisson"}},
       {"must not be negative", ": -6 in row 2 (line 3"}},
      {"huge", "price,units\n1,5\n1e300,6\n", {}, {"'price' is too large", "row 2"}},
      {"weight",
       "price,w,units\n1,1,5\n1,-1,6\n",
       {{"weight", "w"}},
       {"weight 'w'", ": -1 in row 2 (line 3"}},
      {"value", good, {{"max_depth", "deep"}}, {"max_depth"}},
      {"no feature", "shop,units\na,5\nb,6\n", {}, {"no numeric column"}},
  };
  for (const Case& bad : kCases) {
    spec_.hyperparameters = {{"target", "units"}, {"nthread", "1"}, {"num_round", "2"}};
    for (const auto& [name, value] : bad.hyperparameters) spec_.hyperparameters[name] = value;
    spec_.channels.clear();
    channel("train", bad.train);
    const std::string reason = failure();
    for (const std::string& part : bad.expected)
      EXPECT_NE(reason.find(part), std::string::npos) << bad.what << ": " << reason;
  }
}

TEST_F(XgboostTrainerTest, ChannelsMustBeThere) {
  spec_.channels.clear();
  EXPECT_NE(failure().find("channel 'train'"), std::string::npos);
  channel("train", sales_csv(20, 0));
  spec_.hyperparameters["early_stopping_rounds"] = "3";
  EXPECT_NE(failure().find("channel 'validation'"), std::string::npos);
}

}  // namespace
}  // namespace sluice::ml
