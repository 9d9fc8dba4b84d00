#include "ml/expectations/setup.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/expectations/lenient_time.h"

namespace sluice::ml::expectations {
namespace {

Result<std::size_t> field_of(const Setup& setup, std::string_view name) {
  if (const auto field = setup.header.find(name)) return *field;
  return Error(ErrorCode::InvalidInput,
               cat("InvalidMetricAccessorDomainKwargsKeyError: Error: The column \"", name,
                   "\" in BatchData does not exist", did_you_mean(name, setup.header.columns)));
}

Result<KeptCell> metric_bound(const Setup& setup, std::string_view key) {
  const Cell cell = setup.arguments.cell(key);
  if (!cell.is_text()) return KeptCell(cell);
  if (const auto number = parse_number(cell.text))
    return KeptCell(Cell{CellKind::Number, *number, {}});
  if (const auto time = parse_lenient_time(cell.text))
    return KeptCell(Cell{CellKind::Time, *time, {}});
  return type_error(cat(key, ": '", cell.text,
                        "' is no number (value is not a valid float) and no moment (invalid "
                        "datetime format): a bound must be a datetime (for datetime columns) or "
                        "number"));
}

void read_edges(const Setup& setup, Bounds& bounds) {
  if (setup.arguments.flag("strict_min")) bounds.low_edge = Bounds::Edge::Strict;
  if (setup.arguments.flag("strict_max")) bounds.high_edge = Bounds::Edge::Strict;
}

}  // namespace

bool Header::is_masked(std::string_view name) const {
  return std::find(masked.begin(), masked.end(), name) != masked.end();
}

std::optional<std::size_t> Header::find(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

Result<std::size_t> read_column(const Setup& setup, std::string_view key) {
  return field_of(setup, TRY(setup.arguments.text(key)));
}

Result<std::vector<std::size_t>> read_columns(const Setup& setup, std::string_view key) {
  std::vector<std::size_t> fields;
  for (const std::string& name : TRY(setup.arguments.texts(key)))
    fields.push_back(TRY(field_of(setup, name)));
  if (fields.empty()) return value_error(cat("'", key, "' names no column"));
  return fields;
}

Bounds::Side Bounds::side_of(const Cell& value) const {
  if (!low.get().is_null()) {
    const auto order = compare(value, low.get());
    if (!order) return Side::NoOrder;
    if (*order == std::partial_ordering::less) return Side::Below;
    if (low_edge == Edge::Strict && *order == std::partial_ordering::equivalent) return Side::Below;
  }
  if (!high.get().is_null()) {
    const auto order = compare(value, high.get());
    if (!order) return Side::NoOrder;
    if (*order == std::partial_ordering::greater) return Side::Above;
    if (high_edge == Edge::Strict && *order == std::partial_ordering::equivalent)
      return Side::Above;
  }
  return Side::Inside;
}

Result<Bounds> read_bounds(const Setup& setup) {
  Bounds bounds;
  bounds.low = KeptCell(setup.arguments.cell("min_value"));
  bounds.high = KeptCell(setup.arguments.cell("max_value"));
  read_edges(setup, bounds);
  return bounds;
}

Result<Bounds> read_ordered_bounds(const Setup& setup) {
  Bounds bounds = TRY(read_bounds(setup));
  TRY(check_order(bounds));
  return bounds;
}

Result<void> check_order(const Bounds& bounds) {
  const auto order = compare(bounds.low.get(), bounds.high.get());
  if (order && *order == std::partial_ordering::greater)
    return value_error("min_value cannot be greater than max_value");
  return success();
}

Result<Bounds> read_metric_bounds(const Setup& setup) {
  Bounds bounds;
  bounds.low = TRY(metric_bound(setup, "min_value"));
  bounds.high = TRY(metric_bound(setup, "max_value"));
  read_edges(setup, bounds);
  return bounds;
}

std::vector<KeptCell> kept_cells(const JsonArray& list) {
  std::vector<KeptCell> cells;
  cells.reserve(list.size());
  for (const Json& item : list) cells.emplace_back(cell_of(item));
  return cells;
}

}  // namespace sluice::ml::expectations
