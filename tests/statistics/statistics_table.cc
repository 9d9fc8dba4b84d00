// Writes docs/statistics.md: how often each test, gate rule and drift verdict is wrong, and how
// often it sees what is there, by simulation with fixed start numbers. `./dev statistics` runs it.
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "ml/data/number.h"
#include "ml/drift/column_drift.h"
#include "ml/evaluate/metric_values.h"
#include "ml/evaluate/model_comparison.h"
#include "ml/statistics/block_sums.h"
#include "ml/statistics/delong.h"
#include "ml/statistics/diebold_mariano.h"
#include "ml/statistics/mcnemar.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"
#include "ml/statistics/sample_size.h"
#include "simulation.h"

namespace {

using namespace sluice::ml;

constexpr double kGains[] = {0, 1, 2, 2.8, 4};  // in standard errors

std::uint64_t trials_of(std::size_t n) {
  return n <= 1'000 ? 2'000 : n <= 10'000 ? 800 : 300;
}

// One comparison of n rows whose true gain is this many standard errors; the margin likewise.
struct Trial {
  RandomStream& random;
  std::size_t n;
  double gain;
  double margin;
};

struct Test {
  const char* name;
  const char* data;
  std::function<Evidence(const Trial&)> run;
};

// 20 % of the rows are judged differently by the two models.
Evidence mcnemar(const Trial& trial) {
  const double error = std::sqrt(0.2 / static_cast<double>(trial.n));
  DiscordantRows rows{trial.n, 0, 0};
  const double won = 0.1 + trial.gain * error / 2;
  for (std::size_t i = 0; i < trial.n; ++i) {
    const double u = trial.random.uniform();
    if (u < won)
      ++rows.challenger_only;
    else if (u < 0.2)
      ++rows.champion_only;
  }
  return mcnemar_test(rows, {.margin = trial.margin * error, .alpha = 0.05});
}

// 30 % positives, binormal scores that share a part, so that the two models agree on much. The
// error of equal models, found by simulation, is 0.534 / sqrt(n).
Evidence delong(const Trial& trial) {
  const double error = 0.534 / std::sqrt(static_cast<double>(trial.n));
  // Of scores with deviation 1, so far apart, the area is the normal cdf at separation / sqrt(2).
  const double area = normal_cdf(std::sqrt(0.5)) + trial.gain * error;
  const double separation = std::sqrt(2) * normal_quantile(area);
  std::vector<std::uint8_t> labels(trial.n);
  std::vector<double> champion(trial.n);
  std::vector<double> challenger(trial.n);
  for (std::size_t i = 0; i < trial.n; ++i) {
    labels[i] = trial.random.uniform() < 0.3 ? 1 : 0;
    const double shared = normal(trial.random);
    champion[i] = labels[i] + (shared + normal(trial.random)) * std::sqrt(0.5);
    challenger[i] = separation * labels[i] + (shared + normal(trial.random)) * std::sqrt(0.5);
  }
  const auto test =
      delong_test(labels, champion, challenger, {.margin = trial.margin * error, .alpha = 0.05});
  return test->evidence;
}

// Loss differences of 4-step forecasts: moving averages of 4 shocks.
Evidence diebold_mariano(const Trial& trial) {
  const double error = 4 / std::sqrt(static_cast<double>(trial.n));
  std::vector<double> gains(trial.n);
  double shocks[4] = {};
  for (std::size_t t = 0; t < trial.n + 3; ++t) {
    shocks[t % 4] = normal(trial.random);
    if (t >= 3) gains[t - 3] = trial.gain * error + shocks[0] + shocks[1] + shocks[2] + shocks[3];
  }
  const std::vector<double> zeros(trial.n);
  return diebold_mariano_test(gains, zeros, 4, {.margin = trial.margin * error, .alpha = 0.05})
      .evidence;
}

// Mean absolute errors that differ by a skewed number (a square of a normal) and a shock that the
// rows of a block share.
Evidence block_bootstrap(const Trial& trial) {
  constexpr std::size_t kBlocks = 100;
  const auto n = static_cast<double>(trial.n);
  const double error = std::sqrt(1.0 / kBlocks + 2 / n);
  constexpr double kLevel = 20;  // keeps every error positive
  std::vector<double> champion;
  Groups blocks{"block", {}, std::vector<std::string>(kBlocks)};
  double shock = 0;
  for (std::size_t i = 0; i < trial.n; ++i) {
    if (i % (trial.n / kBlocks) == 0) shock = normal(trial.random);
    blocks.of_row.push_back(static_cast<std::uint32_t>(i * kBlocks / trial.n));
    champion.push_back(kLevel + trial.gain * error + shock + std::pow(normal(trial.random), 2) - 1);
  }
  const auto rows_of = [&](std::vector<double> predictions) {
    return judged_numbers(Task::Regression, std::vector<double>(trial.n), std::move(predictions));
  };
  ChangeQuestion question;
  question.metric = find_metric("mae", Task::Regression).value();
  question.scale = Scale::Absolute;
  question.margin = trial.margin * error;
  question.blocks = &blocks;
  question.plan.resamples = 400;
  question.plan.seed = trial.random.next();
  return test_change(ChangeTest::Bootstrap, question, rows_of(std::move(champion)),
                     rows_of(std::vector<double>(trial.n, kLevel)))
      ->evidence;
}

// Areas of two correlated scores; 10 rows of a block share a shift of both, the blocks are left out
// one part at a time. The error of equal models, found by simulation, is 0.534 / sqrt(n).
Evidence block_jackknife(const Trial& trial) {
  const double error = 0.534 / std::sqrt(static_cast<double>(trial.n));
  const double area = normal_cdf(std::sqrt(0.5)) + trial.gain * error;
  const double separation = std::sqrt(2) * normal_quantile(area);
  JudgedRows champion;
  champion.task = Task::Classification;
  champion.classes = {"0", "1"};
  Groups blocks{"block", {}, std::vector<std::string>(trial.n / 10)};
  JudgedRows challenger = champion;
  for (std::size_t i = 0; i < trial.n; ++i) {
    const ClassIndex label = trial.random.uniform() < 0.3 ? 1 : 0;
    const double shared = normal(trial.random);
    champion.true_class.push_back(label);
    champion.probability.push_back(label + (shared + normal(trial.random)) * std::sqrt(0.5));
    challenger.probability.push_back(separation * label +
                                     (shared + normal(trial.random)) * std::sqrt(0.5));
    blocks.of_row.push_back(static_cast<std::uint32_t>(i / 10));
  }
  challenger.true_class = champion.true_class;
  champion.predicted_class = challenger.predicted_class = champion.true_class;
  ChangeQuestion question;
  question.metric = find_metric("roc_auc", Task::Classification).value();
  question.scale = Scale::Absolute;
  question.margin = trial.margin * error;
  question.blocks = &blocks;
  return test_change(ChangeTest::Jackknife, question, champion, challenger)->evidence;
}

std::vector<Test> tests() {
  return {
      {"McNemar, mid-p", "accuracy; models differ on 20 % of the rows", mcnemar},
      {"DeLong", "area under ROC; 30 % positives, correlated scores", delong},
      {"Diebold-Mariano", "4-step forecasts, losses hang together", diebold_mariano},
      {"Jackknife, blocks", "area under ROC; 30 % positives, correlated scores", block_jackknife},
      {"Bootstrap, blocks", "100 blocks of rows that share a shock, skewed differences",
       block_bootstrap}};
}

using Shares = std::map<ComparisonVerdict, double>;

Shares shares_of(const Test& test, std::size_t n, double gain, double margin) {
  RandomStream random(seed_of(test.name, n) + static_cast<std::uint64_t>(gain * 1000 + margin));
  const std::uint64_t trials = trials_of(n);
  Shares shares;
  for (std::uint64_t i = 0; i < trials; ++i) {
    const Evidence evidence = test.run({random, n, gain, margin});
    const std::vector<std::pair<std::string, Evidence>> one{{"", evidence}};
    shares[judge_comparisons(one, {.margin = 0, .alpha = 0.05})[0].verdict] +=
        1 / static_cast<double>(trials);
  }
  return shares;
}

void write_false_alarms() {
  std::cout << "| test | data | n | called better | called worse | called equivalent |\n"
               "|---|---|--:|--:|--:|--:|\n";
  for (const Test& test : tests())
    for (const std::size_t n : kSizes) {
      Shares equal = shares_of(test, n, 0, 0);
      Shares border = shares_of(test, n, -3.5, 3.5);
      std::cout << fmt::format("| {} | {} | {} | {} | {} | {} |\n", test.name, test.data, n,
                               percent(equal[ComparisonVerdict::Better]),
                               percent(equal[ComparisonVerdict::Worse]),
                               percent(border[ComparisonVerdict::Equivalent]));
      std::cerr << test.name << " " << n << "\n";
    }
}

void write_power() {
  std::cout << "| test | n |";
  for (const double gain : kGains) std::cout << fmt::format(" {:g} |", gain);
  std::cout << "\n|---|--:|";
  for (std::size_t i = 0; i < std::size(kGains); ++i) std::cout << "--:|";
  std::cout << "\n| expected | |";
  for (const double gain : kGains)
    std::cout << fmt::format(" {} |", percent(normal_cdf(gain - normal_quantile(0.975))));
  std::cout << "\n";
  for (const Test& test : tests())
    for (const std::size_t n : {1'000u}) {
      std::cout << fmt::format("| {} | {} |", test.name, n);
      for (const double gain : kGains)
        std::cout << fmt::format(" {} |",
                                 percent(shares_of(test, n, gain, 0)[ComparisonVerdict::Better]));
      std::cout << "\n";
      std::cerr << "power " << test.name << " " << n << "\n";
    }
}

struct GateBlocks {
  const char* name;
  double degrees;  // of chi-squared differences; 0: normal ones
};

constexpr GateBlocks kGateBlocks[] = {
    {"normal", 0}, {"skewed (chi-squared, 5 degrees)", 5}, {"very skewed (1 degree)", 1}};

// Of mean 0 and deviation 1.
double block_difference(RandomStream& random, double degrees) {
  if (degrees == 0) return normal(random);
  double sum = 0;
  for (double i = 0; i < degrees; ++i) sum += std::pow(normal(random), 2);
  return (sum - degrees) / std::sqrt(2 * degrees);
}

// The gate's rule: the interval's upper end of "how much worse" must not exceed what is allowed.
// The allowance is `allowed` standard errors.
double gate_passes(std::uint32_t blocks, double degrees, double worse, double allowed) {
  RandomStream random(seed_of("gate", blocks) + static_cast<std::uint64_t>(worse * 10 + degrees));
  const std::uint64_t trials = blocks <= 200 ? 2'000 : 400;
  const double error = 1 / std::sqrt(static_cast<double>(blocks));
  const auto mean = [](std::span<const double> sums) -> std::optional<double> {
    return sums[0] / sums[1];
  };
  std::uint64_t passed = 0;
  for (std::uint64_t i = 0; i < trials; ++i) {
    BlockSums sums(blocks, 2);
    for (std::uint32_t b = 0; b < blocks; ++b) {
      sums.block(b)[0] = worse * error + block_difference(random, degrees);
      sums.block(b)[1] = 1;
    }
    BootstrapPlan plan;
    plan.resamples = 500;
    plan.seed = i;
    if (interval_of(sums, mean, plan).high <= allowed * error) ++passed;
  }
  return static_cast<double>(passed) / static_cast<double>(trials);
}

void write_gate() {
  std::cout << "| differences of blocks | blocks | passes although worse by just what is allowed | "
               "blocks although equal, allowed 2 errors | 4 errors | 6 errors |\n"
               "|---|--:|--:|--:|--:|--:|\n";
  for (const GateBlocks& kind : kGateBlocks)
    for (const std::uint32_t blocks : {12u, 20u, 60u, 200u, 1'000u, 2'000u}) {
      const auto blocked = [&](double allowed) {
        return percent(1 - gate_passes(blocks, kind.degrees, 0, allowed));
      };
      std::cout << fmt::format("| {} | {} | {} | {} | {} | {} |\n", kind.name, blocks,
                               percent(gate_passes(blocks, kind.degrees, 4, 4)), blocked(2),
                               blocked(4), blocked(6));
      std::cerr << "gate " << kind.name << " " << blocks << "\n";
    }
}

// A metric whose true value is known.
struct KnownMetric {
  const char* name;
  const char* data;
  double truth;
  std::function<JudgedRows(RandomStream&, std::size_t n)> draw;
};

JudgedRows exponential_rows(RandomStream& random, std::size_t n) {
  std::vector<double> truth;
  std::vector<double> prediction;
  for (std::size_t i = 0; i < n; ++i) {
    truth.push_back(-std::log(random.uniform()));
    prediction.push_back(truth.back() + normal(random));
  }
  return judged_numbers(Task::Regression, std::move(truth), std::move(prediction));
}

// Right in 90 % of the rows, by a probability that means what it says.
JudgedRows class_rows(RandomStream& random, std::size_t n) {
  std::vector<double> truth;
  std::vector<double> probability;
  for (std::size_t i = 0; i < n; ++i) {
    const bool yes = random.uniform() < 0.5;
    const bool right = random.uniform() < 0.9;
    truth.push_back(yes ? 1 : 0);
    probability.push_back(yes == right ? 0.9 : 0.1);
  }
  return judged_probabilities(truth, std::move(probability), 0.5).value();
}

JudgedRows score_rows(RandomStream& random, std::size_t n) {
  std::vector<double> truth;
  std::vector<double> probability;
  for (std::size_t i = 0; i < n; ++i) {
    truth.push_back(random.uniform() < 0.3 ? 1 : 0);
    probability.push_back(normal_cdf(truth.back() + normal(random)));
  }
  return judged_probabilities(truth, std::move(probability), 0.5).value();
}

std::vector<KnownMetric> known_metrics() {
  return {{"rmse", "normal errors", 1, exponential_rows},
          {"mae", "normal errors", std::sqrt(2 / 3.14159265358979), exponential_rows},
          {"wape", "normal errors, exponential truth", std::sqrt(2 / 3.14159265358979),
           exponential_rows},
          {"bias", "normal errors", 0, exponential_rows},
          {"accuracy", "90 % right", 0.9, class_rows},
          {"brier", "90 % right, sure to 90 %", 0.09, class_rows},
          {"roc_auc", "30 % positives, normal scores", normal_cdf(std::sqrt(0.5)), score_rows}};
}

std::uint64_t interval_trials(std::size_t n) {
  return n <= 1'000 ? 2'000 : n <= 10'000 ? 500 : 100;
}

void write_intervals() {
  std::cout
      << "| metric | data | n | interval lies below the truth | above it | single number passes |\n"
         "|---|---|--:|--:|--:|--:|\n";
  for (const KnownMetric& known : known_metrics())
    for (const std::size_t n : kSizes) {
      RandomStream random(seed_of(known.name, n));
      double below = 0, above = 0, better = 0;
      const double share = 1 / static_cast<double>(interval_trials(n));
      for (std::uint64_t i = 0; i < interval_trials(n); ++i) {
        const JudgedRows rows = known.draw(random, n);
        const Metric& metric = *find_metric(known.name, rows.task).value();
        const auto found = MetricValues(rows, nullptr, nullptr).with_interval(metric, 0);
        if (found.interval->high < known.truth) below += share;
        if (found.interval->low > known.truth) above += share;
        if (badness(metric, *found.value) <= badness(metric, known.truth)) better += share;
      }
      std::cout << fmt::format("| {} | {} | {} | {} | {} | {} |\n", known.name, known.data, n,
                               percent(below), percent(above), percent(better));
      std::cerr << "interval " << known.name << " " << n << "\n";
    }
}

// A column's profile as one pass over a file would make it.
class ColumnMaker {
 public:
  void add(const std::string& text) {
    profile_.count_value(text, 1);
    ++counts_[text];
  }
  void add_missing() { ++profile_.missing; }

  ColumnProfile finish() {
    profile_.name = "column";
    profile_.distinct = counts_.size();
    profile_.distinct_exact = counts_.size() <= ColumnProfile::kMaxDistinct;
    if (profile_.distinct_exact) profile_.values.assign(counts_.begin(), counts_.end());
    profile_.finish();
    return std::move(profile_);
  }

 private:
  ColumnProfile profile_;
  std::map<std::string, std::uint64_t> counts_;
};

struct Source {
  const char* name;
  // A value when the source has changed by `change`, 0 for not at all.
  std::function<std::string(RandomStream&, double change)> draw;
};

std::vector<Source> sources() {
  return {
      {"normal", [](RandomStream& random,
                    double change) { return fmt::format("{:.4f}", 10 + change + normal(random)); }},
      {"log-normal",
       [](RandomStream& random, double change) {
         return fmt::format("{:.2f}", std::exp(3 + change + normal(random)));
       }},
      {"counts with many zeros",
       [](RandomStream& random, double change) {
         const double u = random.uniform();
         return u < 0.6 - change / 4 ? std::string("0") : fmt::format("{}", 1 + random.below(20));
       }},
      {"5 categories",
       [](RandomStream& random, double change) {
         return random.uniform() < change / 2 ? std::string("c0")
                                              : fmt::format("c{}", random.below(5));
       }},
      {"400 categories, most of them rare",
       [](RandomStream& random, double change) {
         const double rank = std::pow(400.0, random.uniform() * (1 - change / 2));
         return fmt::format("c{}", static_cast<int>(rank));
       }},
      {"5 % missing, 3 values", [](RandomStream& random, double change) {
         return random.uniform() < 0.05 + change / 4 ? std::string()
                                                     : fmt::format("c{}", random.below(3));
       }}};
}

ColumnProfile column_of(const Source& source, RandomStream& random, std::size_t n, double change) {
  ColumnMaker maker;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string text = source.draw(random, change);
    if (text.empty())
      maker.add_missing();
    else
      maker.add(text);
  }
  return maker.finish();
}

struct DriftShares {
  double verdict = 0;
  double effect_alone = 0;
  double p_alone = 0;
};

bool drifted(ColumnDrift column, const DriftOptions& options) {
  ColumnDrift* const one[] = {&column};
  decide_drift(one, options);
  return column.verdict == DriftVerdict::Drifted;
}

std::uint64_t drift_trials_of(std::size_t n, double change) {
  if (change > 0) return n <= 1'000 ? 300 : 60;
  return n <= 1'000 ? 1'000 : n <= 10'000 ? 200 : 40;
}

DriftShares drift_shares(const Source& source, std::size_t n, double change) {
  RandomStream random(seed_of(source.name, n) + static_cast<std::uint64_t>(change * 1000));
  const std::uint64_t trials = drift_trials_of(n, change);
  const DriftOptions options;
  DriftOptions effect = options;
  effect.chance = 1.01;
  DriftShares shares;
  for (std::uint64_t i = 0; i < trials; ++i) {
    const auto reference = column_of(source, random, n, 0);
    const auto current = column_of(source, random, n, change);
    const ColumnDrift column = measure_column(reference, current, options);
    const double weight = 1 / static_cast<double>(trials);
    if (drifted(column, options)) shares.verdict += weight;
    if (drifted(column, effect)) shares.effect_alone += weight;
    if (column.numbers[0].p_value < 0.05) shares.p_alone += weight;
  }
  return shares;
}

void write_drift_alarms() {
  std::cout << "| column | n on each side | drifted | if thresholds alone decided | if p < 0.05 "
               "alone decided |\n|---|--:|--:|--:|--:|\n";
  for (const Source& source : sources())
    for (const std::size_t n : kSizes) {
      const DriftShares shares = drift_shares(source, n, 0);
      std::cout << fmt::format("| {} | {} | {} | {} | {} |\n", source.name, n,
                               percent(shares.verdict), percent(shares.effect_alone),
                               percent(shares.p_alone));
      std::cerr << "drift " << source.name << " " << n << "\n";
    }
}

void write_drift_power() {
  constexpr double kChanges[] = {0.02, 0.05, 0.1, 0.2, 0.4};
  std::cout << "| column | n on each side |";
  for (const double change : kChanges) std::cout << fmt::format(" {:g} |", change);
  std::cout << "\n|---|--:|--:|--:|--:|--:|--:|\n";
  for (const Source& source : sources())
    for (const std::size_t n : {1'000u, 10'000u}) {
      std::cout << fmt::format("| {} | {} |", source.name, n);
      for (const double change : kChanges)
        std::cout << fmt::format(" {} |", percent(drift_shares(source, n, change).verdict));
      std::cout << "\n";
      std::cerr << "drift power " << source.name << " " << n << "\n";
    }
}

}  // namespace

int main() {
  std::cout << R"(# How often the statistics are wrong

Written by `./dev statistics` (about seven minutes on an idle core); do not edit. Everything is simulated with fixed start
numbers, so that the same program writes the same page.

## Champion and challenger

Level 5 % two-sided: equal models should be called better in at most 2.5 % of the cases and worse in 2.5 %. *Called equivalent* is
the worst case: a challenger that is worse by exactly the margin, which should pass in at most 5 %. Shares of 2,000, 800 and 300
trials (n = 1,000, 10,000, 100,000): 2.5 % is known to ±0.7, ±1.1 and ±1.8 points.

)";
  write_false_alarms();
  std::cout << R"(
How often a challenger is called better when its true gain is so many standard errors (2.8 is what
`rows_to_see_difference` plans for: 80 %):

)";
  write_power();
  std::cout << R"(
## Gate on change

The rule of `change` checks: the upper end of the 95 % interval of "how much worse" (studentized; BCa with more than 1,000 blocks)
must not exceed what is allowed. A challenger that is worse by just what is allowed should pass in at most 2.5 %, whatever the
number of rows: the blocks count. Gates ask for 12 blocks. Shares of 2,000 trials (400 with 1,000 blocks and more): 2.5 % is known to
±0.7 (±1.6) points. Very skewed differences of 12 blocks let about one point more through; BCa, with 8 blocks, let 15.5 % through.

)";
  write_gate();
  std::cout << R"(
## Gate on value, and intervals of metrics

The 95 % intervals that `sluice evaluate` shows and that a check of kind `value` with `judge: interval` asks for (jackknife over 20
parts, Student's t). A model just at the limit should get through in 2.5 % of the cases: where less is better, when its interval lies
below the truth, otherwise when it lies above. Judged by the single number (the default, `judge: estimate`) it is a matter of luck:
last column (of bias, which is best at 0, no number lies beyond it). Shares of 2,000, 500 and 100 trials.

)";
  write_intervals();
  std::cout << R"(
## Gates that judge one number

Checks of the other kinds compare the number that these rows give with a limit. A model that lies 10 % or 30 % of the limit on its
good side should pass, one that lies as far on its bad side should not. Where a share in the table is large, either the rows are too
few for such a limit or the limit is too near to what the model can do. Slices are 20, groups 5, of equal size; of the bad model one
slice or group alone is bad. Shares of 1,000, 200 and 50 trials. Tests, coverage, scan, leakage, size and row order count what is
there: they have no error of this kind; latency is measured on the machine that asks.

)";
  write_single_number_gates();
  std::cout << R"(
## Drift on data that does not change

Reference and current rows from the same source; one column, so that the correction over columns does not help. Goal: at most 1 %
are called drifted. The last two columns show why a verdict takes both: thresholds alone raise false alarms with few rows, and
p-values alone always. Shares of 1,000, 200 and 40 trials.

)";
  write_drift_alarms();
  std::cout << R"(
## Drift that is there

How often a column is called drifted, by the size of the change: of numbers the mean in standard deviations (of the logarithm for
log-normal values), of categories and zeros a share of rows that moves (see `sources()` in
`tests/statistics/statistics_table.cc`). Changes below the thresholds are not meant to be found.

)";
  write_drift_power();
}
