// Columns and rows of the table as a whole.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/expectations/makers.h"

namespace sluice::ml::expectations {
namespace {

// Known before the first row.
class FixedExpectation final : public Expectation {
 public:
  explicit FixedExpectation(Outcome outcome) : outcome_(std::move(outcome)) {}

  void add(const Batch&, RowIndexes) override {}
  Result<Outcome> outcome() override { return outcome_; }

 private:
  Outcome outcome_;
};

class RowCountExpectation final : public Expectation {
 public:
  explicit RowCountExpectation(Bounds bounds) : bounds_(std::move(bounds)) {}

  void add(const Batch&, RowIndexes rows) override { rows_ += rows.size(); }

  Result<Outcome> outcome() override {
    const Cell count{CellKind::Integer, static_cast<double>(rows_), {}};
    return Outcome{bounds_.side_of(count) == Bounds::Side::Inside, {{"observed_value", rows_}}};
  }

 private:
  Bounds bounds_;
  std::uint64_t rows_ = 0;
};

MadeExpectation fixed(bool success, JsonObject result) {  // style: bool because it is a value
  return std::unique_ptr<Expectation>(
      std::make_unique<FixedExpectation>(Outcome{success, std::move(result)}));
}

// A number, also in quotes as Great Expectations reads it.
Result<KeptCell> count_bound(const Setup& setup, std::string_view key, std::string_view message) {
  const Cell cell = setup.arguments.cell(key);
  if (cell.is_null()) return KeptCell();
  if (cell.is_numeric() && std::isfinite(cell.number))
    return KeptCell(Cell{CellKind::Number, cell.number, {}});
  const auto number = cell.is_text() ? parse_number(cell.text) : std::nullopt;
  if (!number || *number != std::trunc(*number)) return value_error(message);
  return KeptCell(Cell{CellKind::Integer, *number, {}});
}

Result<Bounds> read_count_bounds(const Setup& setup) {
  constexpr std::string_view kMessage =
      "min_value and max_value must be integers (value is not a valid integer)";
  Bounds bounds = TRY(read_bounds(setup));
  bounds.low = TRY(count_bound(setup, "min_value", kMessage));
  bounds.high = TRY(count_bound(setup, "max_value", kMessage));
  TRY(check_order(bounds));
  return bounds;
}

Result<Bounds> read_exact_count(const Setup& setup) {
  constexpr std::string_view kMessage =
      "Provided row count must be an integer: counts must be integers (value is not a valid "
      "integer)";
  if (setup.arguments.find("value") == nullptr)
    return value_error(
        "value must be provided; it must be an integer (none is not an allowed value)");
  Bounds bounds;
  bounds.low = TRY(count_bound(setup, "value", kMessage));
  const double value = bounds.low.get().number;
  if (value != std::trunc(value)) return value_error(kMessage);
  bounds.high = bounds.low;
  return bounds;
}

MadeExpectation column_count(const Setup& setup, const Bounds& bounds) {
  const std::size_t count = setup.header.columns.size();
  const Cell cell{CellKind::Integer, static_cast<double>(count), {}};
  return fixed(bounds.side_of(cell) == Bounds::Side::Inside, {{"observed_value", count}});
}

JsonArray names_json(const std::vector<std::string>& names) {
  return JsonArray(names.begin(), names.end());
}

// Where the two lists differ, place by place.
JsonArray mismatches(const std::vector<std::string>& expected,
                     const std::vector<std::string>& found) {
  JsonArray list;
  for (std::size_t i = 0; i < std::max(expected.size(), found.size()); ++i) {
    const Json wanted = i < expected.size() ? Json(expected[i]) : Json(nullptr);
    const Json there = i < found.size() ? Json(found[i]) : Json(nullptr);
    if (wanted != there)
      list.push_back(
          JsonObject{{"Expected Column Position", i}, {"Expected", wanted}, {"Found", there}});
  }
  return list;
}

// Names of `a` that `b` does not have, sorted.
JsonArray lacking(std::vector<std::string> a, const std::vector<std::string>& b) {
  std::sort(a.begin(), a.end());
  a.erase(std::unique(a.begin(), a.end()), a.end());
  JsonArray list;
  for (const std::string& name : a)
    if (std::find(b.begin(), b.end(), name) == b.end()) list.push_back(Json(name));
  return list;
}

}  // namespace

MadeExpectation make_column_exists(const Setup& setup) {
  const std::string name = TRY(setup.arguments.text("column"));
  const auto index = TRY(setup.arguments.number("column_index"));
  const auto field = setup.header.find(name);
  // Great Expectations does not look at the place where it is 0.
  if (!index || *index == 0) return fixed(field.has_value(), {});
  double place = *index;
  if (place < 0) place += static_cast<double>(setup.header.columns.size());
  return fixed(field && static_cast<double>(*field) == place, {});
}

MadeExpectation make_column_count_between(const Setup& setup) {
  return column_count(setup, TRY(read_count_bounds(setup)));
}

MadeExpectation make_column_count_equal(const Setup& setup) {
  return column_count(setup, TRY(read_exact_count(setup)));
}

MadeExpectation make_columns_ordered(const Setup& setup) {
  const std::vector<std::string>& found = setup.header.columns;
  JsonObject result{{"observed_value", names_json(found)}};
  if (setup.arguments.find("column_list") == nullptr) return fixed(true, std::move(result));
  const auto expected = TRY(setup.arguments.texts("column_list"));
  if (expected != found)
    result["details"] = JsonObject{{"mismatched", mismatches(expected, found)}};
  return fixed(expected == found, std::move(result));
}

MadeExpectation make_columns_set(const Setup& setup) {
  const Json* exact_match = setup.arguments.find("exact_match");
  const bool exact = exact_match == nullptr || !exact_match->is_bool() || exact_match->get_bool();
  std::vector<std::string> found = setup.header.columns;
  std::vector<std::string> expected;
  if (setup.arguments.find("column_set") != nullptr)
    expected = TRY(setup.arguments.texts("column_set"));
  const bool any = setup.arguments.find("column_set") == nullptr;
  const JsonArray missing = lacking(expected, found);
  const JsonArray unexpected = lacking(found, expected);
  if (any || !missing.empty() || !unexpected.empty()) std::sort(found.begin(), found.end());
  if (any && !exact) return fixed(true, {{"observed_value", names_json(found)}});
  JsonObject mismatched;
  if (!unexpected.empty()) mismatched["unexpected"] = unexpected;
  if (!missing.empty()) mismatched["missing"] = missing;
  const bool success = missing.empty() && (!exact || unexpected.empty());
  return fixed(success, {{"observed_value", names_json(found)},
                         {"details", JsonObject{{"mismatched", std::move(mismatched)}}}});
}

MadeExpectation make_row_count_between(const Setup& setup) {
  return std::unique_ptr<Expectation>(
      std::make_unique<RowCountExpectation>(TRY(read_count_bounds(setup))));
}

MadeExpectation make_row_count_equal(const Setup& setup) {
  return std::unique_ptr<Expectation>(
      std::make_unique<RowCountExpectation>(TRY(read_exact_count(setup))));
}

}  // namespace sluice::ml::expectations
