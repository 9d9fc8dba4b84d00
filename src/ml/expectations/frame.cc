#include "ml/expectations/frame.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/expectations/lenient_time.h"

namespace sluice::ml::expectations {
namespace {

bool is_moment_type(std::string_view type) {
  return type == "timestamp" || type.starts_with("datetime");
}

bool is_whole_type(std::string_view type) {
  return type.starts_with("int") || type.starts_with("Int") || type.starts_with("uint");
}

// Whole numbers among fractions or gaps are fractions too.
void widen_numbers(std::vector<Cell>& cells) {
  const auto numeric = [](const Cell& cell) {
    return cell.is_null() || cell.kind == CellKind::Integer || cell.kind == CellKind::Number;
  };
  if (!std::all_of(cells.begin(), cells.end(), numeric)) return;
  const auto is_whole = [](const Cell& cell) { return cell.kind == CellKind::Integer; };
  if (std::all_of(cells.begin(), cells.end(), is_whole)) return;
  for (Cell& cell : cells)
    if (is_whole(cell)) cell.kind = CellKind::Number;
}

}  // namespace

Cell Frame::converted(const Cell& cell, std::string_view type) {
  if (type == "str") {
    texts_.push_back(to_text(cell));
    return {CellKind::Text, 0, texts_.back()};
  }
  if (cell.is_null()) return cell;
  if (is_moment_type(to_lower(type)) || type == "date") {
    const auto time = cell.is_text() ? parse_lenient_time(cell.text) : std::nullopt;
    if (!time) return cell;
    if (type != "date") return {CellKind::Time, *time, {}};
    return {CellKind::Day, std::floor(*time / 86400) * 86400, {}};
  }
  const bool whole = is_whole_type(type);
  if (!whole && !type.starts_with("float")) return cell;
  const auto number = cell.is_text() ? parse_number(cell.text) : std::optional(cell.number);
  if (!number) return cell;
  return {whole ? CellKind::Integer : CellKind::Number, *number, {}};
}

Result<Frame> Frame::create(const JsonObject& columns,
                            const std::map<std::string, std::string>& types) {
  Frame frame;
  for (const auto& column : columns) {
    const std::string name(column.key());
    if (!column.value().is_array())
      return invalid_input(cat("column '", name, "' is not a list of values"));
    const auto type = types.find(name);
    std::vector<Cell> cells;
    for (const Json& value : column.value().get_array())
      cells.push_back(type == types.end() ? cell_of(value)
                                          : frame.converted(cell_of(value), type->second));
    if (type == types.end()) widen_numbers(cells);
    if (!frame.batch_.columns.empty() && cells.size() != frame.batch_.rows)
      return invalid_input(cat("column '", name, "' has ", cells.size(), " values, others have ",
                               frame.batch_.rows));
    frame.batch_.rows = cells.size();
    frame.batch_.columns.push_back(std::move(cells));
    frame.header_.columns.push_back(name);
    frame.header_.declared_types.push_back(type == types.end() ? "" : type->second);
  }
  return frame;
}

void Frame::number_rows(const std::string& name) {
  std::vector<Cell> numbers;
  for (std::size_t row = 0; row < batch_.rows; ++row)
    numbers.push_back({CellKind::Integer, static_cast<double>(row), {}});
  header_.columns.insert(header_.columns.begin(), name);
  header_.declared_types.insert(header_.declared_types.begin(), "");
  batch_.columns.insert(batch_.columns.begin(), std::move(numbers));
}

}  // namespace sluice::ml::expectations
