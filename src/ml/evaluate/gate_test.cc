#include "ml/evaluate/gate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace sluice::ml {
namespace {

// A model that is a function of one row's price and truth.
class RowModel final : public Predictor {
 public:
  using Rule = std::function<double(double price, double base)>;
  explicit RowModel(Rule rule) : rule_(std::move(rule)) {}

  Result<std::vector<double>> predict(const Table& table) const override {
    const Column* price = TRY(table.number_column("price"));
    const Column* base = TRY(table.number_column("base"));
    std::vector<double> predictions;
    for (std::size_t i = 0; i < table.row_count(); ++i)
      predictions.push_back(rule_(price->numbers[i], base->numbers[i]));
    return predictions;
  }
  std::vector<std::string> features() const override { return {"price", "base"}; }

 private:
  Rule rule_;
};

// 20 weeks of 5 stores; units = base - price.
constexpr std::size_t kWeeks = 20;
constexpr std::size_t kStores = 5;

struct GateTest : ::testing::Test {
  GateTest() {
    Column week{"week", ColumnKind::Number, {}, {}, {}};
    Column store{"store", ColumnKind::Number, {}, {}, {}};
    Column price{"price", ColumnKind::Number, {}, {}, {}};
    Column base{"base", ColumnKind::Number, {}, {}, {}};
    Column brand{"brand", ColumnKind::Text, {}, {}, {"a", "b"}};
    for (std::size_t i = 0; i < kWeeks * kStores; ++i) {
      week.numbers.push_back(static_cast<double>(i / kStores));
      store.numbers.push_back(static_cast<double>(i % kStores + 1));
      price.numbers.push_back(2 + 0.1 * static_cast<double>(i % 7));
      base.numbers.push_back(20 + static_cast<double>(i % 11));
      brand.codes.push_back(static_cast<std::int32_t>(i % 2));
      truth.push_back(base.numbers.back() - price.numbers.back());
    }
    table = Table::create({week, store, price, base, brand}).value();
  }

  // Errors of +-1, alternating: mean absolute error 1.
  static double off_by(double size, double base) {
    return static_cast<int>(base) % 2 == 0 ? size : -size;
  }

  CheckResult run(std::string_view check) {
    const GateFile gate =
        parse_gate_file("predicts: demand\nchecks:\n  - " + std::string(check), "g.yml").value();
    const auto predictions = model.predict(table).value();
    const JudgedRows rows = judged_numbers(Task::Regression, truth, predictions);
    const GateInputs inputs{table, rows, model, champion, facts, gate.predicts};
    const auto results = run_gate(gate, inputs);
    EXPECT_EQ(all_passed(results), results[0].status == CheckStatus::Passed);
    return results[0];
  }

  void set_champion(RowModel::Rule rule) {
    champion = ChampionPredictions{
        "demand/3", sha256("champion"),
        judged_numbers(Task::Regression, truth, RowModel(std::move(rule)).predict(table).value())};
  }

  Table table;
  std::vector<double> truth;
  RowModel model{[](double price, double base) { return base - price + off_by(1, base); }};
  GateFacts facts;
  Champion champion = NoChampion{"no champion of demand is registered"};
};

void expect(const CheckResult& result, CheckStatus status, std::string_view says) {
  EXPECT_EQ(result.status, status) << result.sentence;
  std::string said = result.sentence;
  for (const std::string& note : result.notes) said += " " + note;
  EXPECT_NE(said.find(says), std::string::npos) << said;
}

TEST_F(GateTest, AValueMustLieWithinItsBounds) {
  expect(run("{name: a, kind: value, metric: mae, max: 1.01}"), CheckStatus::Passed,
         "is 1 over 100 rows; at most 1.01 is allowed.");
  expect(run("{name: a, kind: value, metric: mae, max: 0.99}"), CheckStatus::Failed,
         "at most 0.99 is allowed");
  expect(run("{name: a, kind: value, metric: r2, min: 0.999}"), CheckStatus::Failed,
         "at least 0.999");
  expect(run("{name: a, kind: value, metric: bias, min: -0.5, max: 0.5}"), CheckStatus::Passed,
         "between -0.5 and 0.5");
}

TEST_F(GateTest, AHandfulOfRowsProvesNothing) {
  std::vector<std::size_t> few{0, 1, 2, 3, 4};
  table = table.take(few);
  truth.resize(few.size());
  expect(run("{name: a, kind: value, metric: mae, max: 9}"), CheckStatus::Failed,
         "Only 5 rows are judged; fewer than 30 prove nothing ('min_n').");
  expect(run("{name: a, kind: value, metric: mae, max: 9, min_n: 5}"), CheckStatus::Passed, "is 1");
  expect(run("{name: a, kind: calibration, slope: [0.5, 1.5]}"), CheckStatus::Failed, "'min_n'");
  table = table.take(std::vector<std::size_t>{0});
  truth.resize(1);
  expect(run("{name: a, kind: row_order}"), CheckStatus::Failed, "One row has no order");
}

TEST_F(GateTest, AChangeIsToldInWordsThatNeedNoSigns) {
  set_champion([](double price, double base) { return base - price + off_by(2, base); });
  expect(run("{name: a, kind: change, metric: mae, max_worse: 0.02, block: week}"),
         CheckStatus::Passed,
         "% better; at most 2 % worse is allowed. Verdict better: chance alone");
  set_champion([](double price, double base) { return base - price + off_by(1, base); });
  expect(run("{name: a, kind: change, metric: mae, max_worse: 0, block: week}"),
         CheckStatus::Passed, "is the same as that of the champion demand/3 on the same 100 rows");
  expect(run("{name: a, kind: change, metric: mae, max_worse: -0.1, block: week}"),
         CheckStatus::Failed, "; at least 10 % better is asked for.");
  set_champion([](double price, double base) { return base - price; });
  expect(run("{name: a, kind: change, metric: mae, max_worse: 0.02, block: week}"),
         CheckStatus::Failed, "of which no change is a share: 'max_worse_absolute' can judge it");
}

TEST_F(GateTest, ASliceThatGotBetterIsNotCalledMinusWorse) {
  set_champion([](double price, double base) { return base - price + off_by(2, base); });
  expect(run("{name: a, kind: worst_slice, metric: mae, slice: store, max_worse: 0.1, min_n: 5}"),
         CheckStatus::Passed,
         "50 % better than the champion's over 20 rows; at most 10 % worse is");
  expect(run("{name: a, kind: worst_slice, metric: mae, slice: \"week < 99\", max: 2}"),
         CheckStatus::Passed, "The only slice is week < 99 true: its average error");
}

TEST_F(GateTest, AMetricThatIsNotDefinedFails) {
  truth.assign(truth.size(), 0.0);
  const auto result = run("{name: a, kind: value, metric: wape, max: 1.9}");
  expect(result, CheckStatus::Failed, "not defined");
  EXPECT_FALSE(result.measured);
  set_champion([](double, double) { return 0.0; });
  expect(run("{name: a, kind: change, metric: wape, max_worse: 0.9, block: week}"),
         CheckStatus::Failed, "not defined");
  expect(run("{name: a, kind: worst_slice, metric: wape, slice: store, max: 1.9, min_n: 1}"),
         CheckStatus::Failed, "not defined");
}

TEST_F(GateTest, WithoutAChampionAComparisonFailsUnlessTheGateAllowsAFirstModel) {
  const std::string change = "{name: a, kind: change, metric: mae, max_worse: 0.1, block: week";
  const std::string slices =
      "{name: a, kind: worst_slice, metric: mae, max_worse: 0.1, slice: store, min_n: 1";
  for (const auto& check : {change, slices}) {
    expect(run(check + "}"), CheckStatus::Failed, "allow_first: true");
    expect(run(check + ", allow_first: true}"), CheckStatus::Passed, "first model");
  }
  champion = UnusableChampion{"its files were changed"};
  for (const auto& check : {change, slices})
    expect(run(check + ", allow_first: true}"), CheckStatus::Failed, "its files were changed");
}

TEST_F(GateTest, AllowFirstDoesNotExcuseABadSlice) {
  expect(run("{name: a, kind: worst_slice, metric: mae, max: 0.5, max_worse: 0.1, slice: store, "
             "min_n: 1, allow_first: true}"),
         CheckStatus::Failed, "at most 0.5");
  expect(run("{name: a, kind: worst_slice, metric: mae, max_worse: 0.1, slice: store, "
             "min_n: 1000, allow_first: true}"),
         CheckStatus::Failed, "champion");
}

TEST_F(GateTest, AChangeIsJudgedByTheWorseEndOfItsInterval) {
  // Week by week the model is 20 % worse or 10 % better: on average 5 % worse, but not surely.
  set_champion([](double price, double base) { return base - price + off_by(1, base); });
  Column noisy = *table.find("base");
  std::vector<double> predictions;
  for (std::size_t i = 0; i < truth.size(); ++i)
    predictions.push_back(truth[i] + ((i / kStores) % 2 == 0 ? 1.2 : 0.9));
  const GateFile gate = parse_gate_file(
                            "checks:\n  - {name: a, kind: change, metric: mae, max_worse: 0.08, "
                            "block: week}",
                            "g.yml")
                            .value();
  const auto result = run_gate(gate, {table, judged_numbers(Task::Regression, truth, predictions),
                                      model, champion, facts, "demand"})[0];
  EXPECT_NEAR(*result.measured, 0.05, 1e-9);
  ASSERT_TRUE(result.interval);
  EXPECT_LT(result.interval->low, 0.05);
  EXPECT_GT(result.interval->high, 0.08);
  expect(result, CheckStatus::Failed, "5 % worse than that of the champion demand/3");
  EXPECT_EQ(get_int(result.detail, "blocks").value(), 20);
  EXPECT_EQ(get_int(result.detail, "seed").value(), 1);
}

TEST_F(GateTest, TheSameModelIsNeitherBetterNorWorse) {
  set_champion([](double price, double base) { return base - price + off_by(1, base); });
  for (const auto& name : metric_names(Task::Regression)) {
    const auto result = run(
        "{name: a, kind: change, max_worse: 0, block: store, min_blocks: 5, metric: " + name + "}");
    expect(result, CheckStatus::Passed, "the same as");
    EXPECT_EQ(result.interval->high, 0.0) << name;
  }
}

TEST_F(GateTest, AnImprovementCanBeDemanded) {
  set_champion([](double price, double base) { return base - price + off_by(2, base); });
  expect(run("{name: a, kind: change, metric: mae, max_worse: -0.4, block: week}"),
         CheckStatus::Passed, "50 % better");
  expect(run("{name: a, kind: change, metric: mae, max_worse: -0.6, block: week}"),
         CheckStatus::Failed, "at least 60 % better is asked for");
  expect(run("{name: a, kind: change, metric: mae, max_worse_absolute: -0.9, block: week}"),
         CheckStatus::Passed, "1 better");
}

TEST_F(GateTest, TooFewBlocksOrNoBlockColumnFail) {
  set_champion([](double price, double base) { return base - price + off_by(2, base); });
  expect(run("{name: a, kind: change, metric: mae, max_worse: 0.9, block: store}"),
         CheckStatus::Failed, "only 5 blocks of 'store'; at least 12");
  expect(run("{name: a, kind: change, metric: mae, max_worse: 0.9, block: weeks}"),
         CheckStatus::Failed, "'week'");
}

TEST_F(GateTest, AFirstModelNeedsTheBlockColumnToo) {
  expect(
      run("{name: a, kind: change, metric: mae, max_worse: 0.9, block: weeks, allow_first: true}"),
      CheckStatus::Failed, "'week'");
}

TEST_F(GateTest, AChampionWithoutErrorIsNotDividedBy) {
  set_champion([](double price, double base) { return base - price; });
  const auto result = run("{name: a, kind: change, metric: mae, max_worse: 1, block: week}");
  expect(result, CheckStatus::Failed, "of which no change is a share");
}

TEST_F(GateTest, TheWorstSliceDecides) {
  model = RowModel([](double price, double base) { return base - price + (base > 29 ? 5 : 1); });
  expect(run("{name: a, kind: worst_slice, metric: mae, slice: base, max: 4, min_n: 1}"),
         CheckStatus::Failed, "base 30 is the worst");
  expect(run("{name: a, kind: worst_slice, metric: mae, slice: [brand, store], max: 4, min_n: 1}"),
         CheckStatus::Passed, "Of 7 slices");
  set_champion([](double price, double base) { return base - price + 1; });
  const auto relative =
      run("{name: a, kind: worst_slice, metric: mae, slice: base, max_worse: 0.1, min_n: 1}");
  expect(relative, CheckStatus::Failed, "400 % worse than the champion's");
  EXPECT_EQ(get_int(relative.detail, "slices_outside").value(), 1);
  expect(run("{name: a, kind: worst_slice, metric: r2, slice: store, min: 0.9, min_n: 1}"),
         CheckStatus::Failed, "at least 0.9");
}

TEST_F(GateTest, NumbersThatOverflowProveNothing) {
  truth[3] = 1e200;
  set_champion([](double price, double base) { return base - price + off_by(1, base); });
  expect(run("{name: a, kind: worst_slice, metric: rmse, max_worse: 0.1, slice: store, min_n: 1}"),
         CheckStatus::Failed, "not defined");
  expect(run("{name: a, kind: change, metric: rmse, max_worse: 0.1, block: week}"),
         CheckStatus::Failed, "not defined");
}

TEST_F(GateTest, SlicesThatAreMissingOrAllTooSmallFail) {
  expect(run("{name: a, kind: worst_slice, metric: mae, slice: shop, max: 9}"), CheckStatus::Failed,
         "shop");
  expect(run("{name: a, kind: worst_slice, metric: mae, slice: store, max: 9, min_n: 21}"),
         CheckStatus::Failed, "No slice has at least 21 rows");
}

TEST_F(GateTest, RaisingThePriceMustNotRaiseDemand) {
  const std::string check =
      "{name: a, kind: behaviour, feature: price, multiply: 1.1, prediction: not_increases, "
      "max_violation_share: 0.01, why: A model like this would tell you to raise prices.}";
  const auto good = run(check);
  expect(good, CheckStatus::Passed, "in 0 % of 100 rows; at most 1 % is allowed.");
  EXPECT_EQ(good.sentence.find("A model like this"), std::string::npos);
  model = RowModel([](double price, double base) { return base + price; });
  expect(run(check), CheckStatus::Failed,
         "Raising the price by 10 % raises the predicted demand in 100 % of 100 rows; at most 1 % "
         "is allowed. A model like this would tell you to raise prices.");
  model = RowModel([](double price, double base) { return base > 29 ? base + price : base; });
  const auto some = run(check);
  EXPECT_DOUBLE_EQ(*some.measured, 0.09);
  EXPECT_EQ(get_array(some.detail, "examples").value()->size(), 5u);
}

TEST_F(GateTest, EachExpectationIsBrokenByWhatItForbids) {
  const struct {
    std::string_view expectation;
    double slope;  // of the prediction over the price
    CheckStatus status;
  } cases[] = {
      {"increases", 1, CheckStatus::Passed},     {"increases", 0, CheckStatus::Failed},
      {"increases", -1, CheckStatus::Failed},    {"not_decreases", 1, CheckStatus::Passed},
      {"not_decreases", 0, CheckStatus::Passed}, {"not_decreases", -1, CheckStatus::Failed},
      {"unchanged", 1, CheckStatus::Failed},     {"unchanged", 0, CheckStatus::Passed},
      {"unchanged", -1, CheckStatus::Failed},    {"not_increases", 1, CheckStatus::Failed},
      {"not_increases", 0, CheckStatus::Passed}, {"not_increases", -1, CheckStatus::Passed},
      {"decreases", 1, CheckStatus::Failed},     {"decreases", 0, CheckStatus::Failed},
      {"decreases", -1, CheckStatus::Passed},
  };
  for (const auto& c : cases) {
    model = RowModel([&](double price, double base) { return base + c.slope * price; });
    const auto result = run("{name: a, kind: behaviour, feature: price, add: 0.5, prediction: " +
                            std::string(c.expectation) + "}");
    EXPECT_EQ(result.status, c.status) << c.expectation << c.slope << result.sentence;
  }
  // Half a unit is within the tolerance of 0.6, not of 0.4.
  model = RowModel([](double price, double base) { return base + price; });
  const std::string check =
      "{name: a, kind: behaviour, feature: price, add: 0.5, prediction: unchanged, tolerance: ";
  EXPECT_EQ(run(check + "0.6}").status, CheckStatus::Passed);
  expect(run(check + "0.4}"), CheckStatus::Failed, "by more than 0.4");
}

TEST_F(GateTest, BehaviourOfWhatIsNotThereFails) {
  const std::string rest = ", add: 1, prediction: unchanged, max_violation_share: 0.99}";
  expect(run("{name: a, kind: behaviour, feature: prise" + rest), CheckStatus::Failed, "'price'");
  expect(run("{name: a, kind: behaviour, feature: brand" + rest), CheckStatus::Failed, "brand");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  table.set_column(
      {"discount", ColumnKind::Number, std::vector<double>(truth.size(), nan), {}, {}});
  expect(run("{name: a, kind: behaviour, feature: discount" + rest), CheckStatus::Failed,
         "No row has a value for discount");
}

TEST_F(GateTest, AModelThatDoesNotKnowTheFeatureHasNotShownHowItBehaves) {
  // The table has "store", the model looks at price and base only.
  const std::string start = "{name: a, kind: behaviour, multiply: 1.1, prediction: ";
  for (const char* expectation : {"increases", "not_decreases", "not_increases", "decreases"})
    expect(run(start + expectation + ", max_violation_share: 0.99, feature: store}"),
           CheckStatus::Failed, "The model has no feature store");
  expect(run(start + "not_increases, max_violation_share: 0.99, feature: [store, week]}"),
         CheckStatus::Failed, "no feature store or week");
  expect(run(start + "not_increases, feature: [store, price]}"), CheckStatus::Passed, "in 0 %");
  expect(run(start + "unchanged, feature: store}"), CheckStatus::Passed, "in 0 %");
}

TEST_F(GateTest, AChangeThatChangesNothingIsNoTrial) {
  Column promo{"price", ColumnKind::Number, std::vector<double>(truth.size(), 0.0), {}, {}};
  table.set_column(promo);
  const std::string check =
      "{name: a, kind: behaviour, feature: price, multiply: 2, prediction: not_increases}";
  expect(run(check), CheckStatus::Failed, "No row has a value for price that this changes");
  for (std::size_t i = 60; i < promo.numbers.size(); ++i) promo.numbers[i] = 1;
  table.set_column(promo);
  const auto result = run(check);
  expect(result, CheckStatus::Passed, "in 0 % of 40 rows");
  EXPECT_EQ(result.rows, 40u);
}

TEST_F(GateTest, AFewRowsOfManyAreNoTrialEither) {
  Column price = *table.find("price");
  for (std::size_t i = 0; i < 90; ++i) price.numbers[i] = std::numeric_limits<double>::quiet_NaN();
  table.set_column(price);
  model = RowModel([](double p, double base) { return std::isnan(p) ? base : base - p; });
  const std::string start =
      "{name: a, kind: behaviour, feature: price, multiply: 2, prediction: not_increases";
  expect(run(start + "}"), CheckStatus::Failed,
         "Only 10 of 100 rows have a value for price that this changes; at least 30 must");
  expect(run(start + ", min_n: 10}"), CheckStatus::Passed, "of 10 rows");
}

TEST_F(GateTest, RowsWithoutTheFeatureAreNotTried) {
  Column price = *table.find("price");
  for (std::size_t i = 0; i < 60; ++i) price.numbers[i] = std::numeric_limits<double>::quiet_NaN();
  table.set_column(price);
  model = RowModel([](double p, double base) { return std::isnan(p) ? base : base + p; });
  const auto result =
      run("{name: a, kind: behaviour, feature: price, set: 9, prediction: not_increases, "
          "max_violation_share: 0.5}");
  expect(result, CheckStatus::Failed,
         "Setting the price to 9 raises the predicted demand in 100 % "
         "of 40 rows");
  const auto& first = get_array(result.detail, "examples").value()->front().as_object();
  EXPECT_EQ(get_int(first, "row").value(), 61);
}

}  // namespace
}  // namespace sluice::ml
