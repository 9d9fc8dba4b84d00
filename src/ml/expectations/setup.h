// What an expectation is made from, and a few things that many of them read from their arguments.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "ml/expectations/arguments.h"
#include "ml/expectations/expectation.h"
#include "ml/expectations/result_format.h"

namespace sluice::ml::expectations {

// How many values an expectation may keep; what would need more says so in its result.
struct Budget {
  std::size_t values = std::size_t{1} << 22;     // numbers, for medians and quantiles: 32 MB
  std::size_t distinct = 1'000'000;              // different values
  std::size_t key_slots = std::size_t{1} << 23;  // of KeySet: 64 MB
};

struct Setup {
  const Arguments& arguments;
  const Header& header;
  ResultFormat format;
  Budget budget = {};
};

// The column that an argument names.
Result<std::size_t> read_column(const Setup& setup, std::string_view key = "column");
Result<std::vector<std::size_t>> read_columns(const Setup& setup, std::string_view key);

// min_value and max_value with their strictness: numbers, texts or moments.
struct Bounds {
  KeptCell low;
  KeptCell high;
  enum class Edge { Inclusive, Strict } low_edge = Edge::Inclusive, high_edge = Edge::Inclusive;

  bool is_open() const { return low.get().is_null() && high.get().is_null(); }
  enum class Side { Inside, Below, Above, NoOrder };
  Side side_of(const Cell& value) const;
};
Result<Bounds> read_bounds(const Setup& setup);
// As above; the lower one must not be above the upper one.
Result<Bounds> read_ordered_bounds(const Setup& setup);
Result<void> check_order(const Bounds& bounds);
// As above, for a measured value: texts that are dates become moments, other texts are refused.
Result<Bounds> read_metric_bounds(const Setup& setup);

std::vector<KeptCell> kept_cells(const JsonArray& list);

}  // namespace sluice::ml::expectations
