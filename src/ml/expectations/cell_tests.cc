#include "ml/expectations/cell_tests.h"

#include <cmath>
#include <unordered_set>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/expectations/json_schema.h"
#include "ml/expectations/lenient_time.h"
#include "ml/expectations/python_json.h"

namespace sluice::ml::expectations {
namespace {

// Cells that are the same, found by hash.
class CellSet {
 public:
  explicit CellSet(const JsonArray& list) {
    for (const Json& item : list) {
      const Cell cell = cell_of(item);
      hashes_.insert(hash(cell));
      if (cell.is_text())
        if (const auto time = parse_lenient_time(cell.text))
          times_.insert(hash(Cell{CellKind::Time, *time, {}}));
    }
  }

  bool contains(const Cell& cell) const {
    if (hashes_.contains(hash(cell))) return true;
    if (cell.is_time()) return times_.contains(hash(cell));
    // A field of a text file is also the text that it was spelled as.
    return cell.is_numeric() && !cell.text.empty() &&
           hashes_.contains(hash(Cell{CellKind::Text, 0, cell.text}));
  }

  bool contains_time(const Cell& cell) const {
    if (!cell.is_text()) return contains(cell);
    const auto time = parse_lenient_time(cell.text);
    return time && times_.contains(hash(Cell{CellKind::Time, *time, {}}));
  }

 private:
  std::unordered_set<std::uint64_t> hashes_;
  std::unordered_set<std::uint64_t> times_;
};

Result<std::optional<CellSet>> read_set(const Setup& setup) {
  if (setup.arguments.find("value_set") == nullptr) return std::optional<CellSet>();
  return std::optional<CellSet>(*TRY(setup.arguments.list("value_set")));
}

enum class Membership { In, NotIn };

Result<CellTest> set_test(const Setup& setup, Membership wanted) {
  auto set = TRY(read_set(setup));
  const bool dates = setup.arguments.flag("parse_strings_as_datetimes");
  if (!set) return CellTest{[](const Cell&) { return CellVerdict::Expected; }};
  return CellTest{[set = std::move(*set), dates, wanted](const Cell& cell) {
    const bool inside = dates ? set.contains_time(cell) : set.contains(cell);
    return verdict_of(inside == (wanted == Membership::In));
  }};
}

// Bounds that are texts become moments where the values are.
Bounds as_times(Bounds bounds) {
  for (KeptCell* end : {&bounds.low, &bounds.high})
    if (end->get().is_text())
      if (const auto time = parse_lenient_time(end->get().text))
        *end = KeptCell(Cell{CellKind::Time, *time, {}});
  return bounds;
}

// Bounds that are numbers in quotes become numbers where the values are.
Bounds as_numbers(Bounds bounds) {
  for (KeptCell* end : {&bounds.low, &bounds.high})
    if (end->get().is_text())
      if (const auto number = parse_number(end->get().text))
        *end = KeptCell(Cell{CellKind::Number, *number, {}});
  return bounds;
}

constexpr std::string_view kMixedTypes =
    "TypeError: Column values, min_value, and max_value must either be None or of the same type.";

class BetweenTest {
 public:
  BetweenTest(Bounds bounds, bool dates, bool mixed)  // style: bool because they are values
      : bounds_(std::move(bounds)),
        times_(as_times(bounds_)),
        numbers_(as_numbers(bounds_)),
        dates_(dates),
        mixed_(mixed) {
    has_time_ = bounds_.low.get().is_time() || bounds_.high.get().is_time();
  }

  CellVerdict operator()(const Cell& cell) const {
    Bounds::Side side = Bounds::Side::NoOrder;
    if (cell.is_text() && (dates_ || has_time_)) {
      const auto time = parse_lenient_time(cell.text);
      if (!time) return CellVerdict::Unexpected;
      side = times_.side_of(Cell{CellKind::Time, *time, {}});
    } else {
      side = (cell.is_time() ? times_ : cell.is_numeric() ? numbers_ : bounds_).side_of(cell);
    }
    if (side == Bounds::Side::NoOrder)
      return mixed_ ? CellVerdict::Unexpected : CellVerdict::Impossible;
    return verdict_of(side == Bounds::Side::Inside);
  }

 private:
  Bounds bounds_;
  Bounds times_;
  Bounds numbers_;
  bool dates_;
  bool mixed_;
  bool has_time_ = false;
};

std::optional<std::size_t> length_of_cell(const Cell& cell) {
  return length_of(cell.is_text() ? std::string(cell.text) : to_text(cell));
}

// A number, also one in quotes, or nothing where absent.
Result<KeptCell> length_bound(const Setup& setup, std::string_view key, std::string_view message) {
  const Cell cell = setup.arguments.cell(key);
  if (cell.is_null()) return KeptCell();
  const auto number = cell.is_text() ? parse_number(cell.text) : std::optional(cell.number);
  if (!number || cell.is_time()) return value_error(message);
  return KeptCell(Cell{CellKind::Number, *number, {}});
}

constexpr std::string_view kTextOnly =
    " must be of type string.\nIf you want to validate a column "
    "of dates or timestamps, please call the expectation before "
    "converting from string format.";

}  // namespace

Result<CellTest> test_null(const Setup&) {
  return CellTest{[](const Cell& cell) { return verdict_of(cell.is_null()); }};
}

Result<CellTest> test_not_null(const Setup&) {
  return CellTest{[](const Cell& cell) { return verdict_of(!cell.is_null()); }};
}

Result<CellTest> test_in_set(const Setup& setup) {
  return set_test(setup, Membership::In);
}

Result<CellTest> test_not_in_set(const Setup& setup) {
  if (setup.arguments.find("value_set") == nullptr)
    return value_error("value_set: none is not an allowed value");
  return set_test(setup, Membership::NotIn);
}

Result<CellTest> test_between(const Setup& setup) {
  if (setup.arguments.find("min_value") == nullptr && setup.arguments.find("max_value") == nullptr)
    return value_error("min_value and max_value cannot both be None");
  const bool dates = setup.arguments.flag("parse_strings_as_datetimes");
  const bool mixed = setup.arguments.flag("allow_cross_type_comparisons");
  TRY(read_metric_bounds(setup));  // refuses texts that are neither numbers nor dates
  Bounds bounds = TRY(read_ordered_bounds(setup));
  return CellTest{BetweenTest(std::move(bounds), dates, mixed), std::string(kMixedTypes)};
}

Result<CellTest> test_length_equal(const Setup& setup) {
  constexpr std::string_view kMessage = "value must be an integer; it must be integers";
  const KeptCell value = TRY(length_bound(setup, "value", kMessage));
  if (value.get().is_null())
    return value_error(
        "value: field required, it must be an integer (none is not an allowed value)");
  return CellTest{[length = value.get().number](const Cell& cell) {
    return verdict_of(static_cast<double>(*length_of_cell(cell)) == length);
  }};
}

Result<CellTest> test_length_between(const Setup& setup) {
  constexpr std::string_view kMessage = "min_value and max_value must be integers";
  if (setup.arguments.find("min_value") == nullptr && setup.arguments.find("max_value") == nullptr)
    return value_error("min_value and max_value cannot both be None");
  Bounds bounds = TRY(read_bounds(setup));
  bounds.low = TRY(length_bound(setup, "min_value", kMessage));
  bounds.high = TRY(length_bound(setup, "max_value", kMessage));
  // Of fractions Great Expectations takes the whole part.
  for (KeptCell* end : {&bounds.low, &bounds.high})
    if (!end->get().is_null())
      *end = KeptCell(Cell{CellKind::Number, std::trunc(end->get().number), {}});
  return CellTest{[bounds = std::move(bounds)](const Cell& cell) {
    const Cell length{CellKind::Integer, static_cast<double>(*length_of_cell(cell)), {}};
    return verdict_of(bounds.side_of(length) == Bounds::Side::Inside);
  }};
}

Result<CellTest> test_strftime(const Setup& setup) {
  const std::string format = TRY(setup.arguments.text("strftime_format"));
  const auto known = check_strptime_format(format);
  if (!known.ok())
    return value_error(cat("Unable to use provided strftime_format. ", known.error().message()));
  return CellTest{
      [format](const Cell& cell) {
        if (!cell.is_text() && cell.text.empty()) return CellVerdict::Impossible;
        return verdict_of(matches_strptime(cell.text, format));
      },
      cat("TypeError: Values passed to expect_column_values_to_match_strftime_format", kTextOnly)};
}

Result<CellTest> test_date_parseable(const Setup&) {
  return CellTest{
      [](const Cell& cell) {
        if (!cell.is_text() && cell.text.empty()) return CellVerdict::Impossible;
        return verdict_of(parse_lenient_time(cell.text).has_value());
      },
      cat("TypeError: Values passed to expect_column_values_to_be_dateutil_parseable", kTextOnly)};
}

Result<CellTest> test_json_parseable(const Setup&) {
  return CellTest{[](const Cell& cell) {
    if (!cell.is_text() && cell.text.empty()) return CellVerdict::Unexpected;
    return verdict_of(parse_python_json(cell.text).ok());
  }};
}

Result<CellTest> test_json_schema(const Setup& setup) {
  const Json* given = TRY(setup.arguments.required("json_schema"));
  auto schema = std::make_shared<const JsonSchema>(TRY(JsonSchema::open(*given)));
  // Shared by the copies of the function, which std::function makes.
  return CellTest{[schema](const Cell& cell) {
                    if (!cell.is_text() && cell.text.empty()) return CellVerdict::Impossible;
                    const auto value = parse_python_json(to_text(cell));
                    if (!value.ok()) return CellVerdict::Impossible;
                    return verdict_of(schema->accepts(*value));
                  },
                  "JSONDecodeError: a value is no JSON text (the JSON object must be str)"};
}

}  // namespace sluice::ml::expectations
