// A gate: what a model must prove before it may go on. `gates/NAME.yml`, read strictly; the format
// is in docs/formats/gate.md. Values; errors name file, line and column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ml/evaluate/metric.h"
#include "ml/statistics/block_bootstrap.h"

namespace sluice::ml {

struct Bounds {
  std::optional<double> min;
  std::optional<double> max;
};

// The metric over all rows lies within bounds.
struct ValueCheck {
  const Metric* metric = nullptr;
  Bounds bounds;
};

enum class Scale { Relative, Absolute };

// From here on the interval of `change` keeps its promise, measured in docs/statistics.md.
inline constexpr std::uint32_t kLeastBlocks = 12;

// The model is, with the given confidence, not worse than the champion by more than `max_worse`, on
// the same rows.
struct ChangeCheck {
  const Metric* metric = nullptr;
  Scale scale = Scale::Relative;
  double max_worse = 0;
  std::string block;  // the column whose values are the blocks of the resampling
  std::uint32_t min_blocks = kLeastBlocks;
  BootstrapPlan plan;
};

// No slice of these columns lies outside the bounds, or is worse than the champion's same slice by
// more than `max_worse` (a share).
struct WorstSliceCheck {
  const Metric* metric = nullptr;
  std::vector<std::string> columns;
  Bounds bounds;
  std::optional<double> max_worse;
  std::size_t min_rows = 30;  // slices with fewer are left out; `min_n` in the file
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
};

enum class WithoutChampion { Fail, Pass };  // `allow_first: true` is Pass

struct GateCheck {
  std::string name;
  std::string why;  // added to the sentence when the check fails
  WithoutChampion without_champion = WithoutChampion::Fail;
  std::variant<ValueCheck, ChangeCheck, WorstSliceCheck, BehaviourCheck> rule;
};

struct GateFile {
  Digest digest;         // of the text
  std::string model;     // registered name whose champion is compared with; may be empty
  std::string target;    // may be empty: then the caller says it
  std::string predicts;  // what a prediction is called in sentences: "demand"; else the target
  std::vector<GateCheck> checks;
};

Result<GateFile> parse_gate_file(std::string_view text, std::string_view file_name);

std::string_view kind_of(const GateCheck& check);  // "value", "change", "worst_slice", "behaviour"

}  // namespace sluice::ml
