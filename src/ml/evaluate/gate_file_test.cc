#include "ml/evaluate/gate_file.h"

#include <gtest/gtest.h>

namespace sluice::ml {
namespace {

constexpr std::string_view kWhole = R"(
model: demand
target: units
predicts: demand
checks:
  - {name: accurate, kind: value, metric: wape, max: 0.4}
  - name: not_worse
    kind: change
    metric: mae
    max_worse: 0.02
    block: week
    interval: percentile
    confidence: 0.9
    resamples: 500
    seed: 17
    min_blocks: 5
    allow_first: true
  - {name: shops, kind: worst_slice, metric: mae, slice: [store, brand], max: 9, min_n: 20}
  - name: price
    kind: behaviour
    feature: price
    multiply: 1.1
    prediction: not_increases
    max_violation_share: 0.01
    why: A model like this would tell you to raise prices to sell more.
)";

TEST(GateFile, AMisspeltChecksIsAnUnknownKey) {
  const auto gate = parse_gate_file("model: demand\ncheckes:\n  - {name: a}\n", "g.yml");
  ASSERT_FALSE(gate.ok());
  EXPECT_EQ(gate.error().message(),
            "g.yml:2:1: a gate file has an unknown key 'checkes', did you mean 'checks'?");
}

TEST(GateFile, HoldsEveryKindOfCheck) {
  const GateFile gate = parse_gate_file(kWhole, "gates/demand.yml").value();
  EXPECT_EQ(gate.model, "demand");
  EXPECT_EQ(gate.digest, sha256(kWhole));
  ASSERT_EQ(gate.checks.size(), 4u);
  EXPECT_EQ(std::get<ValueCheck>(gate.checks[0].rule).bounds.max, 0.4);
  const auto& change = std::get<ChangeCheck>(gate.checks[1].rule);
  EXPECT_EQ(change.max_worse, 0.02);
  EXPECT_EQ(change.scale, Scale::Relative);
  EXPECT_EQ(change.block, "week");
  EXPECT_EQ(change.min_blocks, 5u);
  EXPECT_EQ(change.plan.seed, 17u);
  EXPECT_EQ(change.plan.resamples, 500u);
  EXPECT_EQ(change.plan.method, IntervalMethod::Percentile);
  EXPECT_EQ(gate.checks[1].without_champion, WithoutChampion::Pass);
  EXPECT_EQ(gate.checks[2].without_champion, WithoutChampion::Fail);
  const auto& slices = std::get<WorstSliceCheck>(gate.checks[2].rule);
  EXPECT_EQ(slices.columns, (std::vector<std::string>{"store", "brand"}));
  EXPECT_EQ(slices.min_rows, 20u);
  const auto& behaviour = std::get<BehaviourCheck>(gate.checks[3].rule);
  EXPECT_EQ(behaviour.amount, 1.1);
  EXPECT_EQ(behaviour.expectation, Expectation::NotIncreases);
  EXPECT_EQ(kind_of(gate.checks[3].rule), "behaviour");
}

TEST(GateFile, MistakesNameTheirPlaceAndTheWayOut) {
  const struct {
    std::string_view check;  // in place of the list
    std::string_view says;
  } cases[] = {
      {"[]", "at least one check"},
      {"[{kind: value, metric: mae, max: 1}]", "name"},
      {"[{name: a, kind: value, metric: mae}]", "'min' or 'max'"},
      {"[{name: a, kind: value, metric: maee, max: 1}]", "'mae'"},
      {"[{name: a, kind: valu, metric: mae, max: 1}]", "'value'"},
      {"[{name: a, kind: value, metric: mae, maxx: 1, max: 1}]", "maxx"},
      {"[{name: a, kind: value, metric: mae, min: 2, max: 1}]", "greater than"},
      {"[{name: a, kind: value, metric: mae, max: .nan}]", "max"},
      {"[{name: a, kind: value, metric: mae, max: 1, allow_first: true}]", "champion"},
      {"[{name: a, kind: value, metric: mae, max: 1}, {name: a, kind: value, metric: mae, max: 2}]",
       "two checks"},
      {"[{name: a, kind: value, metric: wape, min: 0.1}]", "give 'max'"},
      {"[{name: a, kind: value, metric: r2, max: 0.1}]", "give 'min'"},
      {"[{name: a, kind: worst_slice, metric: mae, slice: s, min: 1}]", "give 'max'"},
      {"[{name: a, kind: worst_slice, metric: mae, slice: s, max_worse: 5}]", "5 would be 500 %"},
      {"[{name: a, kind: change, metric: mae, block: week, max_worse: 2}]", "2 % is 0.02"},
      {"[{name: a, kind: calibration, slope: [.nan, .nan]}]", "[0.8, 1.2]"},
      {"[{name: a, kind: calibration, slope: [-.inf, 1]}]", "[0.8, 1.2]"},
      {"[{name: a, kind: change, metric: mae, max_worse: 0.1}]", "block"},
      {"[{name: a, kind: change, metric: mae, block: week}]", "max_worse"},
      {"[{name: a, kind: change, metric: mae, block: week, max_worse: 0, confidence: 1}]",
       "confidence"},
      {"[{name: a, kind: change, metric: mae, block: week, max_worse: 0, resamples: 10}]",
       "resamples"},
      {"[{name: a, kind: worst_slice, metric: mae, max: 1}]", "slice"},
      {"[{name: a, kind: worst_slice, metric: mae, slice: store}]", "max_worse"},
      {"[{name: a, kind: behaviour, feature: p, prediction: decreases}]", "'multiply'"},
      {"[{name: a, kind: behaviour, feature: p, prediction: decreases, add: 1, set: 2}]", "one of"},
      {"[{name: a, kind: behaviour, feature: p, prediction: decreases, multiply: 1}]", "change"},
      {"[{name: a, kind: behaviour, feature: p, prediction: falls, add: 1}]", "decreases"},
      {"[{name: a, kind: behaviour, feature: p, prediction: decreases, add: 1, "
       "max_violation_share: 2}]",
       "max_violation_share"},
      {"[{name: '', kind: value, metric: mae, max: 1}]", "'name' is empty"},
      {"[{name: a, kind: value, metric: wape, max: 40}]", "40 would be 4 000 %"},
      {"[{name: a, kind: worst_slice, slice: s, metric: mape, max: 5}]", "every model through"},
      {"[{name: a, kind: change, metric: mae, block: week, max_worse: 0, margin: 5}]",
       "between 0 and 1"},
      {"[{name: a, kind: behaviour, feature: p, prediction: decreases, add: 1, "
       "max_violation_share: 1}]",
       "of 1 lets every model through"},
      {"[{name: a, kind: fairness, group: g, max_error_ratio: 0.9}]", "1 or more"},
      {"[{name: a, kind: tests, file: x, min_tests: 0}]", "without tests"},
      {"[{name: a, kind: coverage, file: x, min: 0}]", "every report through"},
  };
  for (const auto& c : cases) {
    const std::string text = "model: demand\nchecks: " + std::string(c.check) + "\n";
    const auto gate = parse_gate_file(text, "gates/demand.yml");
    ASSERT_FALSE(gate.ok()) << c.check;
    EXPECT_EQ(gate.error().code(), ErrorCode::InvalidInput);
    EXPECT_NE(gate.error().message().find(c.says), std::string::npos) << gate.error().message();
    EXPECT_TRUE(gate.error().message().starts_with("gates/demand.yml:2:"))
        << gate.error().message();
  }
}

TEST(GateFile, LimitsOfClassesThatNothingBreaksAreRefused) {
  for (const char* check : {"{name: a, kind: value, metric: accuracy, min: 0}",
                            "{name: a, kind: value, metric: ece, max: 1}",
                            "{name: a, kind: value, metric: f1, min: 0, max: 1}",
                            "{name: a, kind: calibration, max_ece: 1}",
                            "{name: a, kind: fairness, group: g, min_selection_ratio: 0}",
                            "{name: a, kind: fairness, group: g, max_odds_difference: 1}",
                            "{name: a, kind: fairness, group: g, max_opportunity_difference: 1}"}) {
    const auto gate =
        parse_gate_file(std::string("task: classification\nchecks:\n  - ") + check, "g.yml");
    ASSERT_FALSE(gate.ok()) << check;
    EXPECT_NE(gate.error().message().find("lets every model through"), std::string::npos)
        << gate.error().message();
  }
}

TEST(GateFile, WhatAGateCannotMeasureIsRefused) {
  for (const char* metric : {"mase", "pinball"}) {
    const auto gate = parse_gate_file(
        std::string("task: forecast\nchecks: [{name: a, kind: value, max: 1, metric: ") + metric +
            "}]",
        "g.yml");
    ASSERT_FALSE(gate.ok()) << metric;
    EXPECT_NE(gate.error().message().find("`sluice evaluate` reports it"), std::string::npos)
        << gate.error().message();
  }
}

TEST(GateFile, AGateWithoutChecksOrAtAllIsRefused) {
  EXPECT_FALSE(parse_gate_file("", "g.yml").ok());
  EXPECT_FALSE(parse_gate_file("model: demand", "g.yml").ok());
  EXPECT_FALSE(parse_gate_file("checks: all", "g.yml").ok());
}

}  // namespace
}  // namespace sluice::ml
