// How often checks that compare one number with a limit block a good model and pass a bad one: the
// gate's own checks on drawn rows.
#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <vector>

#include "ml/evaluate/checks.h"
#include "simulation.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kSlices = 20;
constexpr std::size_t kGroups = 5;

// How far the model lies beyond its limit, as a share of it: negative on the good side.
struct Draw {
  RandomStream& random;
  std::size_t n;
  double beyond;
};

struct SimulatedGate {
  const char* kind;
  const char* rule;
  std::function<CheckStatus(const Draw&)> judge;
};

// A model whose first `changed` feature decides whether a prediction breaks the rule.
class BreakingModel final : public Predictor {
 public:
  explicit BreakingModel(double share) : share_(share) {}

  Result<std::vector<double>> predict(const Table& table) const override {
    const auto& price = table.find("price")->numbers;
    const auto& fate = table.find("fate")->numbers;
    std::vector<double> predictions;
    for (std::size_t i = 0; i < price.size(); ++i)
      predictions.push_back(fate[i] < share_ ? price[i] : -price[i]);
    return predictions;
  }
  std::vector<std::string> features() const override { return {"price", "fate"}; }

 private:
  double share_;
};

// Row i belongs to group i % groups.
Table grouped_table(std::size_t n, std::size_t groups) {
  Column column{.name = "group"};
  for (std::size_t i = 0; i < n; ++i) column.numbers.push_back(static_cast<double>(i % groups));
  return Table::create({std::move(column)}).value();
}

struct Model {
  Table table;
  JudgedRows rows;
  Champion champion = NoChampion{"none"};
};

template <typename Check>
CheckStatus judged(const Model& model, const Check& check) {
  const BreakingModel unused(0);
  const GateFacts facts;
  return check(GateInputs{model.table, model.rows, unused, model.champion, facts, "units"}).status;
}

// Of the bad model the first group alone lies beyond the limit.
double beyond_of(const Draw& draw, std::size_t group) {
  return draw.beyond > 0 && group > 0 ? -draw.beyond : draw.beyond;
}

std::vector<double> exponential_truth(const Draw& draw) {
  std::vector<double> truth;
  for (std::size_t i = 0; i < draw.n; ++i) truth.push_back(-std::log(draw.random.uniform()));
  return truth;
}

// Half-normal errors with a mean of `wape` around truths of mean 1.
double prediction_of(RandomStream& random, double truth, double wape) {
  return truth + wape * std::sqrt(std::acos(-1.0) / 2) * normal(random);
}

CheckStatus slice_value(const Draw& draw) {
  constexpr double kLimit = 0.4;
  const std::vector<double> truth = exponential_truth(draw);
  std::vector<double> prediction;
  for (std::size_t i = 0; i < draw.n; ++i)
    prediction.push_back(
        prediction_of(draw.random, truth[i], kLimit * (1 + beyond_of(draw, i % kSlices))));
  const Model model{grouped_table(draw.n, kSlices),
                    judged_numbers(Task::Regression, truth, std::move(prediction))};
  WorstSliceCheck rule;
  rule.metric = find_metric("wape", Task::Regression).value();
  rule.columns = {"group"};
  rule.bounds.max = kLimit;
  return judged(model, [&](const GateInputs& inputs) {
    return check_worst_slice(rule, WithoutChampion::Fail, inputs);
  });
}

// Champion and challenger share most of each error.
CheckStatus slice_change(const Draw& draw) {
  constexpr double kAllowed = 0.2;
  const std::vector<double> truth = exponential_truth(draw);
  std::vector<double> before;
  std::vector<double> after;
  for (std::size_t i = 0; i < draw.n; ++i) {
    const double shared = normal(draw.random) * std::sqrt(0.8);
    const double worse = 1 + kAllowed * (1 + beyond_of(draw, i % kSlices));
    before.push_back(truth[i] + shared + normal(draw.random) * std::sqrt(0.2));
    after.push_back(truth[i] + worse * (shared + normal(draw.random) * std::sqrt(0.2)));
  }
  const Model model{
      grouped_table(draw.n, kSlices), judged_numbers(Task::Regression, truth, std::move(after)),
      ChampionPredictions{"champion", Digest{}, judged_numbers(Task::Regression, truth, before)}};
  WorstSliceCheck rule;
  rule.metric = find_metric("wape", Task::Regression).value();
  rule.columns = {"group"};
  rule.max_worse = kAllowed;
  return judged(model, [&](const GateInputs& inputs) {
    return check_worst_slice(rule, WithoutChampion::Fail, inputs);
  });
}

Model probability_model(const Draw& draw, const std::function<double(double said)>& true_share) {
  std::vector<double> truth;
  std::vector<double> said;
  for (std::size_t i = 0; i < draw.n; ++i) {
    said.push_back(0.1 + 0.8 * draw.random.uniform());
    truth.push_back(draw.random.uniform() < true_share(said.back()) ? 1 : 0);
  }
  return {grouped_table(draw.n, 1), judged_probabilities(truth, std::move(said), 0.5).value()};
}

CheckStatus calibration_error(const Draw& draw) {
  constexpr double kLimit = 0.05;
  const double error = kLimit * (1 + draw.beyond);
  const Model model = probability_model(draw, [&](double said) { return said + error; });
  CalibrationCheck rule;
  rule.max_error = kLimit;
  return judged(model, [&](const auto& inputs) { return check_calibration(rule, inputs); });
}

CheckStatus calibration_slope(const Draw& draw) {
  constexpr double kLimit = 0.7;
  const double slope = kLimit * (1 - draw.beyond);
  const Model model = probability_model(
      draw, [&](double said) { return 1 / (1 + std::exp(-slope * std::log(said / (1 - said)))); });
  CalibrationCheck rule;
  rule.slope = {kLimit, 2.0};
  return judged(model, [&](const auto& inputs) { return check_calibration(rule, inputs); });
}

// Half of the rows are positive; the shares of them, and of the others, that a group's model
// selects.
template <typename Shares>
Model selecting_model(const Draw& draw, const Shares& shares_of) {
  std::vector<double> truth;
  std::vector<double> probability;
  for (std::size_t i = 0; i < draw.n; ++i) {
    const bool positive = draw.random.uniform() < 0.5;
    const auto [found, false_alarms] = shares_of(i % kGroups);
    truth.push_back(positive ? 1 : 0);
    probability.push_back(draw.random.uniform() < (positive ? found : false_alarms) ? 0.9 : 0.1);
  }
  return {grouped_table(draw.n, kGroups),
          judged_probabilities(truth, std::move(probability), 0.5).value()};
}

// The first group stands apart from the others, who are alike.
CheckStatus selection_ratio(const Draw& draw) {
  constexpr double kLimit = 0.7;
  const Model model = selecting_model(draw, [&](std::size_t group) {
    const double ratio = group == 0 ? kLimit * (1 - draw.beyond) : 1.0;
    return std::pair(0.6 * ratio, 0.2 * ratio);
  });
  FairnessCheck rule;
  rule.group = "group";
  rule.min_selection_ratio = kLimit;
  return judged(model, [&](const auto& inputs) { return check_fairness(rule, inputs); });
}

CheckStatus opportunity(const Draw& draw) {
  constexpr double kLimit = 0.2;
  const Model model = selecting_model(draw, [&](std::size_t group) {
    return std::pair(group == 0 ? 0.7 - kLimit * (1 + draw.beyond) : 0.7, 0.2);
  });
  FairnessCheck rule;
  rule.group = "group";
  rule.max_opportunity_difference = kLimit;
  return judged(model, [&](const auto& inputs) { return check_fairness(rule, inputs); });
}

CheckStatus error_ratio(const Draw& draw) {
  constexpr double kLimit = 1.5;
  const Model model = selecting_model(draw, [&](std::size_t group) {
    const double wrong = group == 0 ? 0.2 * kLimit * (1 + draw.beyond) : 0.2;
    return std::pair(1 - wrong, wrong);
  });
  FairnessCheck rule;
  rule.group = "group";
  rule.max_error_ratio = kLimit;
  return judged(model, [&](const auto& inputs) { return check_fairness(rule, inputs); });
}

CheckStatus behaviour(const Draw& draw) {
  constexpr double kLimit = 0.05;
  Column price{.name = "price"};
  Column fate{.name = "fate"};
  for (std::size_t i = 0; i < draw.n; ++i) {
    price.numbers.push_back(1 + draw.random.uniform());
    fate.numbers.push_back(draw.random.uniform());
  }
  const Table table = Table::create({std::move(price), std::move(fate)}).value();
  const BreakingModel model(kLimit * (1 + draw.beyond));
  const JudgedRows rows =
      judged_numbers(Task::Regression, std::vector<double>(draw.n), model.predict(table).value());
  BehaviourCheck rule;
  rule.features = {"price"};
  rule.amount = 1.1;
  rule.max_violation_share = kLimit;
  const Champion nobody = NoChampion{"none"};
  const GateFacts facts;
  return check_behaviour(rule, {table, rows, model, nobody, facts, "units"}).status;
}

std::vector<SimulatedGate> gates() {
  return {{"worst_slice", "wape, max 0.4", slice_value},
          {"worst_slice", "wape, max_worse 0.2", slice_change},
          {"calibration", "max_ece 0.05", calibration_error},
          {"calibration", "slope from 0.7", calibration_slope},
          {"fairness", "min_selection_ratio 0.7", selection_ratio},
          {"fairness", "max_opportunity_difference 0.2", opportunity},
          {"fairness", "max_error_ratio 1.5", error_ratio},
          {"behaviour", "max_violation_share 0.05", behaviour}};
}

std::uint64_t trials_of(std::size_t n) {
  return n <= 1'000 ? 1'000 : n <= 10'000 ? 200 : 50;
}

double share_passed(const SimulatedGate& gate, std::size_t n, double beyond) {
  RandomStream random(seed_of(gate.rule, n) + static_cast<std::uint64_t>(1000 + beyond * 100));
  std::uint64_t passed = 0;
  for (std::uint64_t i = 0; i < trials_of(n); ++i)
    if (gate.judge({random, n, beyond}) == CheckStatus::Passed) ++passed;
  return static_cast<double>(passed) / static_cast<double>(trials_of(n));
}

}  // namespace

void write_single_number_gates() {
  std::cout << "| check | rule | n | blocks, 30 % good | blocks, 10 % good | passes, 10 % bad | "
               "passes, 30 % bad |\n|---|---|--:|--:|--:|--:|--:|\n";
  for (const SimulatedGate& gate : gates())
    for (const std::size_t n : kSizes) {
      const auto passes = [&](double beyond) { return share_passed(gate, n, beyond); };
      std::cout << fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", gate.kind, gate.rule, n,
                               percent(1 - passes(-0.3)), percent(1 - passes(-0.1)),
                               percent(passes(0.1)), percent(passes(0.3)));
      std::cerr << gate.kind << " " << gate.rule << " " << n << "\n";
    }
}

}  // namespace sluice::ml
