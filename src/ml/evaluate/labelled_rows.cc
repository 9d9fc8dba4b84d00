#include "ml/evaluate/labelled_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/strings.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kShownRows = 5;

// Rows count from 1, without the header, as everywhere.
std::string row_list(const std::vector<std::size_t>& rows) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(rows.size(), kShownRows); ++i)
    texts.push_back(std::to_string(rows[i] + 1));
  return cat(rows.size() == 1 ? "row " : "rows ", join(texts, ", "),
             rows.size() > kShownRows ? ", …" : "");
}

// Equal for equal numbers, and for all that are missing.
std::uint64_t bits_of(double number) {
  if (std::isnan(number)) return ~std::uint64_t{0};
  return std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
}

}  // namespace

Result<std::vector<double>> complete_column(const Table& table, std::string_view name,
                                            std::string_view what, const RowPlace& place) {
  const Column* column = TRY_CONTEXT(table.number_column(name), what);
  if (table.row_count() == 0)
    return invalid_input("the data has no rows: there is nothing to judge");
  std::vector<std::size_t> bad;
  for (std::size_t row = 0; row < column->numbers.size(); ++row)
    if (!std::isfinite(column->numbers[row])) bad.push_back(row);
  if (!bad.empty())
    return invalid_input(cat(what, " '", name, "' is missing or not finite in ",
                             grouped(bad.size()), " of ", row_count(table.row_count()), " (",
                             row_list(bad), place ? cat("; the first is ", place(bad[0])) : "",
                             "); remove these rows or fill them in"));
  return column->numbers;
}

ValueNumbers::ValueNumbers(const Column& column) : column_(column) {
  if (column.kind == ColumnKind::Text)
    of_code_.assign(column.dictionary.size() + 1, kNone);
  else
    remembered_.resize(kRemembered);
}

std::uint32_t ValueNumbers::of(std::size_t row) {
  if (column_.kind == ColumnKind::Text) return of_text(row);
  const std::uint64_t bits = bits_of(column_.numbers[row]);
  Remembered& place = remembered_[(bits * 0x9e3779b97f4a7c15u) >> 56];
  if (place.number != kNone && place.bits == bits) return place.number;
  const auto [known, added] = of_bits_.try_emplace(bits, count_);
  if (added) ++count_;
  place = {bits, known->second};
  return known->second;
}

std::uint32_t ValueNumbers::of_text(std::size_t row) {
  const std::int32_t code = column_.codes[row];
  std::uint32_t& number = of_code_[code < 0 ? of_code_.size() - 1 : static_cast<std::size_t>(code)];
  if (number == kNone) number = count_++;
  return number;
}

Result<Groups> group_rows(const Table& table, std::string_view name) {
  const Column* column = TRY(table.column(name));
  Groups groups{std::string(name), {}, {}};
  groups.of_row.reserve(table.row_count());
  ValueNumbers numbers(*column);
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    groups.of_row.push_back(numbers.of(row));
    if (numbers.count() > groups.names.size())
      groups.names.push_back(column->missing(row) ? "(missing)" : column->text(row));
  }
  return groups;
}

Result<Groups> periods_of(const Table& table, std::string_view name) {
  const Column* column = TRY(table.column(name));
  const Groups groups = TRY(group_rows(table, name));
  std::vector<std::size_t> first(groups.names.size());
  for (std::size_t row = groups.of_row.size(); row-- > 0;) first[groups.of_row[row]] = row;
  std::vector<std::uint32_t> order(groups.names.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order[i] = i;
    if (column->missing(first[i]))
      return invalid_input(cat("the column '", name, "' is missing in row ", first[i] + 1));
  }
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return column->kind == ColumnKind::Number
               ? column->numbers[first[a]] < column->numbers[first[b]]
               : column->text(first[a]) < column->text(first[b]);
  });
  Groups sorted{groups.column, {}, {}};
  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted.names.push_back(groups.names[order[i]]);
  }
  for (const std::uint32_t group : groups.of_row) sorted.of_row.push_back(place[group]);
  return sorted;
}

}  // namespace sluice::ml
