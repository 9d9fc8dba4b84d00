// One number of a column (largest, smallest, mean, sum, deviation, median, quantiles) between
// bounds.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/data/quantile_sketch.h"
#include "ml/expectations/lenient_time.h"
#include "ml/expectations/makers.h"
#include "ml/expectations/moments.h"

namespace sluice::ml::expectations {
namespace {

Cell as_time(const Cell& cell) {
  if (!cell.is_text()) return cell;
  const auto time = parse_lenient_time(cell.text);
  return time ? Cell{CellKind::Time, *time, {}} : cell;
}

Cell as_number(const Cell& cell) {
  const auto number = cell.is_text() ? parse_number(cell.text) : std::nullopt;
  return number ? Cell{CellKind::Number, *number, {}} : cell;
}

// A text with a time of day, not a day alone.
bool is_moment_text(const Cell& cell) {
  return cell.is_text() && cell.text.find(':') != std::string_view::npos &&
         parse_lenient_time(cell.text).has_value();
}

Result<Outcome> judged(const Bounds& bounds, const Cell& measured) {
  const bool moments = is_moment_text(bounds.low.get()) || is_moment_text(bounds.high.get());
  const Cell observed = moments ? as_time(measured) : measured;
  JsonObject result{{"observed_value", to_json(observed)}};
  if (observed.is_null()) return Outcome{false, std::move(result)};
  Bounds::Side side = bounds.side_of(observed);
  if (side == Bounds::Side::NoOrder && observed.is_numeric()) {
    Bounds numbers = bounds;
    numbers.low = KeptCell(as_number(bounds.low.get()));
    numbers.high = KeptCell(as_number(bounds.high.get()));
    side = numbers.side_of(observed);
  }
  if (side == Bounds::Side::NoOrder) {
    Bounds times = bounds;
    times.low = KeptCell(as_time(bounds.low.get()));
    times.high = KeptCell(as_time(bounds.high.get()));
    side = times.side_of(as_time(observed));
  }
  if (side == Bounds::Side::NoOrder)
    return type_error(
        "'>=' not supported between the observed value and the bounds: they are of "
        "different types");
  return Outcome{side == Bounds::Side::Inside, std::move(result)};
}

enum class Extreme { Max, Min };

class ExtremeExpectation final : public Expectation {
 public:
  ExtremeExpectation(const Setup& setup, std::size_t field, Extreme extreme, Bounds bounds)
      : field_(field),
        extreme_(extreme),
        dates_(setup.arguments.flag("parse_strings_as_datetimes")),
        bounds_(std::move(bounds)) {}

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      const Cell& cell = batch.columns[field_][row];
      if (cell.is_null()) continue;
      const Cell value = dates_ ? as_time(cell) : cell;
      if (best_.get().is_null()) {
        best_ = KeptCell(value);
        continue;
      }
      const auto order = compare(value, best_.get());
      if (!order)
        mixed_ = true;
      else if (*order == (extreme_ == Extreme::Max ? std::partial_ordering::greater
                                                   : std::partial_ordering::less))
        best_ = KeptCell(value);
    }
  }

  Result<Outcome> outcome() override {
    if (mixed_) return type_error("'>=' not supported between instances of 'str' and 'float'");
    return judged(bounds_, best_.get());
  }

 private:
  std::size_t field_;
  Extreme extreme_;
  bool dates_;
  Bounds bounds_;
  KeptCell best_;
  bool mixed_ = false;
};

enum class Measure { Mean, Sum, Deviation };

class MomentExpectation final : public Expectation {
 public:
  MomentExpectation(std::size_t field, Measure measure, Bounds bounds)
      : field_(field), measure_(measure), bounds_(std::move(bounds)) {}

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      const Cell& cell = batch.columns[field_][row];
      if (cell.is_numeric())
        moments_.add(cell.number);
      else if (!cell.is_null() && text_.empty())
        text_ = to_text(cell);
    }
  }

  Result<Outcome> outcome() override {
    if (!text_.empty())
      return type_error(cat("could not convert '", text_,
                            "' to numeric: the column must be "
                            "numeric"));
    return judged(bounds_, observed());
  }

 private:
  Cell observed() const {
    if (measure_ == Measure::Sum) return {CellKind::Number, moments_.sum(), {}};
    if (moments_.count() == 0) return {};
    if (measure_ == Measure::Mean) return {CellKind::Number, moments_.mean(), {}};
    const double deviation = moments_.deviation();
    if (std::isnan(deviation)) return {};
    return {CellKind::Number, deviation, {}};
  }

  std::size_t field_;
  Measure measure_;
  Bounds bounds_;
  Moments moments_;
  std::string text_;
};

// Numbers of a column: all of them up to a budget, then a sketch.
class NumberPool {
 public:
  explicit NumberPool(std::size_t budget) : budget_(budget) {}

  void add(double value) {
    if (!std::isfinite(value)) return;
    ++count_;
    if (exact()) {
      values_.push_back(value);
      if (values_.size() > budget_) spill();
    } else {
      sketch_.add(value);
    }
  }

  void add_all(const std::vector<Cell>& column, RowIndexes rows) {
    for (const std::uint32_t row : rows) {
      if (column[row].is_numeric())
        add(column[row].number);
      else if (!column[row].is_null())
        has_text_ = true;
    }
  }

  std::uint64_t count() const { return count_; }
  bool has_text() const { return has_text_; }
  bool exact() const { return sketch_.count() == 0; }

  enum class Between { Linear, Lower, Higher, Midpoint, Nearest };
  double quantile(double q, Between between) {
    if (!exact()) return sketch_.quantile(q);
    if (!sorted_) std::sort(values_.begin(), values_.end());
    sorted_ = true;
    const double place = q * static_cast<double>(values_.size() - 1);
    const auto low = static_cast<std::size_t>(std::floor(place));
    const auto high = static_cast<std::size_t>(std::ceil(place));
    const double part = place - std::floor(place);
    switch (between) {
      case Between::Linear:
        return values_[low] + (values_[high] - values_[low]) * part;
      case Between::Lower:
        return values_[low];
      case Between::Higher:
        return values_[high];
      case Between::Midpoint:
        return (values_[low] + values_[high]) / 2;
      case Between::Nearest:
        if (part == 0.5) return values_[low % 2 == 0 ? low : high];
        return values_[part < 0.5 ? low : high];
    }
    UNREACHABLE();
  }

  void say_if_estimated(JsonObject& result) const {
    if (exact()) return;
    JsonObject details;
    if (const Json* given = find(result, "details"); given != nullptr && given->is_object())
      details = given->get_object();
    details["estimated"] =
        cat("more than ", budget_, " values: from a sketch, within 0.8 % of a value of that rank");
    result["details"] = std::move(details);
  }

 private:
  void spill() {
    for (const double value : values_) sketch_.add(value);
    values_ = {};
  }

  std::size_t budget_;
  std::uint64_t count_ = 0;
  std::vector<double> values_;
  bool has_text_ = false;
  bool sorted_ = false;
  QuantileSketch sketch_;
};

class MedianExpectation final : public Expectation {
 public:
  MedianExpectation(std::size_t field, Bounds bounds, std::size_t budget)
      : field_(field), bounds_(std::move(bounds)), pool_(budget) {}

  void add(const Batch& batch, RowIndexes rows) override {
    pool_.add_all(batch.columns[field_], rows);
  }

  Result<Outcome> outcome() override {
    if (pool_.has_text())
      return type_error("could not convert the column to numeric: it holds text");
    if (pool_.count() == 0) return judged(bounds_, Cell());
    const double median = pool_.quantile(0.5, NumberPool::Between::Midpoint);
    Outcome outcome = TRY(judged(bounds_, Cell{CellKind::Number, median, {}}));
    pool_.say_if_estimated(outcome.result);
    return outcome;
  }

 private:
  std::size_t field_;
  Bounds bounds_;
  NumberPool pool_;
};

// As Great Expectations compares a quantile with its bounds.
bool is_close(double value, double bound) {
  return std::abs(value - bound) <= 1e-8 + 1e-4 * std::abs(bound);
}

struct QuantileRange {
  double quantile = 0;
  std::optional<double> low;
  std::optional<double> high;

  bool has(double value) const {
    if (low && is_close(value, *low)) return true;
    if (high && is_close(value, *high)) return true;
    return (!low || value >= *low) && (!high || value <= *high);
  }
};

struct BetweenName {
  std::string_view word;
  NumberPool::Between between;
};
constexpr std::array<BetweenName, 5> kBetween = {{{"linear", NumberPool::Between::Linear},
                                                  {"lower", NumberPool::Between::Lower},
                                                  {"higher", NumberPool::Between::Higher},
                                                  {"midpoint", NumberPool::Between::Midpoint},
                                                  {"nearest", NumberPool::Between::Nearest}}};

class QuantileExpectation final : public Expectation {
 public:
  QuantileExpectation(std::size_t field, std::vector<QuantileRange> ranges,
                      NumberPool::Between between, std::size_t budget)
      : field_(field), ranges_(std::move(ranges)), between_(between), pool_(budget) {}

  void add(const Batch& batch, RowIndexes rows) override {
    pool_.add_all(batch.columns[field_], rows);
  }

  Result<Outcome> outcome() override {
    if (pool_.has_text()) return type_error("quantiles need a numeric column: it holds text");
    JsonArray quantiles;
    JsonArray values;
    JsonArray details;
    bool all = true;
    for (const QuantileRange& range : ranges_) {
      const Json value =
          pool_.count() == 0 ? Json(nullptr) : Json(pool_.quantile(range.quantile, between_));
      const bool inside = !value.is_null() && range.has(value.get_double());
      all = all && inside;
      quantiles.push_back(range.quantile);
      values.push_back(value);
      details.push_back(inside);
    }
    JsonObject observed{{"quantiles", std::move(quantiles)}, {"values", std::move(values)}};
    JsonObject result{{"observed_value", std::move(observed)},
                      {"details", JsonObject{{"success_details", std::move(details)}}}};
    pool_.say_if_estimated(result);
    return Outcome{all, std::move(result)};
  }

 private:
  std::size_t field_;
  std::vector<QuantileRange> ranges_;
  NumberPool::Between between_;
  NumberPool pool_;
};

Result<std::optional<double>> end_of_range(const Json& value) {
  if (value.is_null()) return std::optional<double>();
  const Cell cell = cell_of(value);
  if (!cell.is_numeric()) return value_error("quantile_ranges must hold numbers");
  return std::optional(cell.number);
}

Result<QuantileRange> read_range(const Json& quantile, const Json& range) {
  const Cell at = cell_of(quantile);
  if (!at.is_numeric() || !(at.number >= 0 && at.number <= 1))
    return value_error("quantiles must be between 0 and 1");
  if (!range.is_array() || range.get_array().size() != 2)
    return value_error("quantile_ranges must consist of ordered pairs");
  QuantileRange read;
  read.quantile = at.number;
  read.low = TRY(end_of_range(range.get_array()[0]));
  read.high = TRY(end_of_range(range.get_array()[1]));
  if (read.low && read.high && *read.low > *read.high)
    return value_error("quantile_ranges must consist of ordered pairs");
  return read;
}

Result<std::vector<QuantileRange>> read_ranges(const Setup& setup) {
  const Json* given = TRY(setup.arguments.required("quantile_ranges"));
  if (!given->is_object()) return type_error("quantile_ranges must be an object");
  const Arguments inner(given->get_object());
  const JsonArray& quantiles = *TRY(inner.list("quantiles"));
  const JsonArray& ranges = *TRY(inner.list("value_ranges"));
  if (quantiles.size() != ranges.size())
    return value_error("quantile_values and quantiles must have the same number of elements");
  std::vector<QuantileRange> read;
  for (std::size_t i = 0; i < quantiles.size(); ++i)
    read.push_back(TRY(read_range(quantiles[i], ranges[i])));
  return read;
}

Result<NumberPool::Between> read_between(const Setup& setup) {
  const Json* given = setup.arguments.find("allow_relative_error");
  if (given == nullptr || given->is_bool()) return NumberPool::Between::Nearest;
  const std::string word = setup.arguments.text_or("allow_relative_error", "a number");
  for (const BetweenName& name : kBetween)
    if (name.word == word) return name.between;
  return value_error(
      "If specified for pandas, allow_relative_error must be one an allowed value "
      "for the 'interpolation' parameter of .quantile() (one of linear, lower, "
      "higher, midpoint, nearest)");
}

MadeExpectation extreme(const Setup& setup, Extreme which) {
  const std::size_t field = TRY(read_column(setup));
  TRY(read_metric_bounds(setup));  // refuses texts that are no dates
  Bounds bounds = TRY(read_bounds(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<ExtremeExpectation>(setup, field, which, std::move(bounds)));
}

MadeExpectation moment(const Setup& setup, Measure measure) {
  const std::size_t field = TRY(read_column(setup));
  Bounds bounds = TRY(read_metric_bounds(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<MomentExpectation>(field, measure, std::move(bounds)));
}

// Share of values that are there.
class PresenceExpectation final : public Expectation {
 public:
  PresenceExpectation(std::size_t field, Bounds bounds)
      : field_(field), bounds_(std::move(bounds)) {}

  void add(const Batch& batch, RowIndexes rows) override {
    all_ += rows.size();
    for (const std::uint32_t row : rows)
      if (!batch.columns[field_][row].is_null()) ++present_;
  }

  Result<Outcome> outcome() override {
    if (all_ == 0) return judged(bounds_, Cell());
    const double share = static_cast<double>(present_) / static_cast<double>(all_);
    return judged(bounds_, Cell{CellKind::Number, share, {}});
  }

 private:
  std::size_t field_;
  Bounds bounds_;
  std::uint64_t all_ = 0;
  std::uint64_t present_ = 0;
};

}  // namespace

MadeExpectation make_max(const Setup& setup) {
  return extreme(setup, Extreme::Max);
}

MadeExpectation make_min(const Setup& setup) {
  return extreme(setup, Extreme::Min);
}

MadeExpectation make_mean(const Setup& setup) {
  return moment(setup, Measure::Mean);
}

MadeExpectation make_sum(const Setup& setup) {
  return moment(setup, Measure::Sum);
}

MadeExpectation make_stdev(const Setup& setup) {
  return moment(setup, Measure::Deviation);
}

MadeExpectation make_median(const Setup& setup) {
  const std::size_t field = TRY(read_column(setup));
  Bounds bounds = TRY(read_metric_bounds(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<MedianExpectation>(field, std::move(bounds), setup.budget.values));
}

MadeExpectation make_quantiles(const Setup& setup) {
  const std::size_t field = TRY(read_column(setup));
  auto ranges = TRY(read_ranges(setup));
  const auto between = TRY(read_between(setup));
  return std::unique_ptr<Expectation>(std::make_unique<QuantileExpectation>(
      field, std::move(ranges), between, setup.budget.values));
}

MadeExpectation make_non_null_proportion(const Setup& setup) {
  const std::size_t field = TRY(read_column(setup));
  Bounds bounds = TRY(read_metric_bounds(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<PresenceExpectation>(field, std::move(bounds)));
}

}  // namespace sluice::ml::expectations
