// What the checks of a gate ask for: one struct for each kind, in the words of
// docs/formats/gate.md. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "ml/evaluate/metric.h"
#include "ml/evaluate/model_comparison.h"

namespace sluice::ml {

struct Bounds {
  std::optional<double> min;
  std::optional<double> max;
};

// What has to lie within the bounds: the number itself, or the whole of its interval.
enum class Certainty { Estimate, Interval };

// Fewer say nothing about a model, wherever the file does not say otherwise.
inline constexpr std::size_t kLeastRows = 30;

// The metric over all rows lies within bounds.
struct ValueCheck {
  const Metric* metric = nullptr;
  Bounds bounds;
  Certainty certainty = Certainty::Estimate;
  std::string block;                  // of the interval; empty: rows are independent
  std::size_t min_rows = kLeastRows;  // that must be judged; `min_n` in the file
};

// From here on the interval of `change` keeps its promise, measured in docs/statistics.md.
inline constexpr std::uint32_t kLeastBlocks = 12;

// The model is, with the given confidence, not worse than the champion by more than `max_worse`, on
// the same rows.
struct ChangeCheck {
  const Metric* metric = nullptr;
  Scale scale = Scale::Relative;
  double max_worse = 0;
  ChangeTest test = ChangeTest::Bootstrap;
  std::string block;  // the column whose values are the blocks of the resampling
  std::string time;   // the column of periods, of DieboldMariano
  std::uint32_t horizon = 1;
  double margin = 0;  // differences below it do not matter
  std::uint32_t min_blocks = kLeastBlocks;
  BootstrapPlan plan;
};

// No slice of these columns lies outside the bounds, or is worse than the champion's same slice by
// more than `max_worse` (a share).
struct WorstSliceCheck {
  const Metric* metric = nullptr;
  std::vector<std::string> columns;  // slice_spec.h
  Bounds bounds;
  std::optional<double> max_worse;
  std::size_t min_rows = kLeastRows;  // slices with fewer are left out; `min_n` in the file
};

enum class Perturbation { Multiply, Add, Set };
enum class Expectation { Increases, NotDecreases, Unchanged, NotIncreases, Decreases };

// How predictions move when features are changed, row by row.
struct BehaviourCheck {
  std::vector<std::string> features;  // all changed the same way
  Perturbation perturbation = Perturbation::Multiply;
  double amount = 1;
  Expectation expectation = Expectation::NotIncreases;
  double tolerance = 0;  // in the unit of the prediction
  double max_violation_share = 0;
  std::size_t min_rows =
      kLeastRows;  // that must be changed, or all if there are fewer; `min_n` in the file
};

// The same rows in another order get the same predictions.
struct RowOrderCheck {
  double tolerance = 0;
};

// Predictions mean what they say (calibration.h).
struct CalibrationCheck {
  std::optional<double> max_error;  // ece
  Bounds slope;
  Bounds intercept;
  std::size_t min_rows = kLeastRows;
};

// Groups are treated alike (fairness.h).
struct FairnessCheck {
  std::string group;  // slice_spec.h
  std::optional<double> min_selection_ratio;
  std::optional<double> max_opportunity_difference;
  std::optional<double> max_odds_difference;
  std::optional<double> max_error_ratio;
  std::size_t min_rows = kLeastRows;
};

// Scoring one row takes no longer, in so many of a hundred cases.
struct LatencyCheck {
  double max_microseconds = 0;
  double percentile = 95;
};

// Bytes of the model folder.
struct SizeCheck {
  std::uint64_t max_bytes = 0;
};

// Reports that other tools wrote, by path. One that was written longer than `max_age` ago fails: it
// is of another run.
struct TestsCheck {
  std::string file;  // JUnit XML
  std::optional<Duration> max_age;
  std::uint64_t max_failures = 0;
  std::uint64_t min_tests = 1;
};
struct CoverageCheck {
  std::string file;  // Cobertura XML
  std::optional<Duration> max_age;
  double min = 0;  // share of lines
};
struct ScanCheck {
  std::string file;  // SARIF
  std::optional<Duration> max_age;
  std::uint64_t max_errors = 0;
  std::optional<std::uint64_t> max_warnings;
};

// Nothing of what is judged was learnt from (leakage.h).
struct LeakageCheck {
  std::string train;  // the file that was learnt from
  std::vector<std::string> keys;
  std::string time;
};

using GateRule = std::variant<ValueCheck, ChangeCheck, WorstSliceCheck, BehaviourCheck,
                              RowOrderCheck, CalibrationCheck, FairnessCheck, LatencyCheck,
                              SizeCheck, TestsCheck, CoverageCheck, ScanCheck, LeakageCheck>;

std::string_view kind_of(const GateRule& rule);  // "value", "change" …
// The path of the report that a rule asks for; empty for other rules.
std::string report_of(const GateRule& rule);

}  // namespace sluice::ml
