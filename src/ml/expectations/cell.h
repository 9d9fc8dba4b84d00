// One value of a table as expectations see it, and how two of them compare: a missing value, a
// boolean, a number, a text, a moment. A cell borrows its text. Pure.
//
// Booleans and numbers compare with each other (true is 1), moments and days too; a text only with
// a text. What is compared with something of another family has no order.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace sluice::ml::expectations {

enum class CellKind : std::uint8_t { Null, Boolean, Integer, Number, Text, Time, Day };
inline constexpr std::size_t kCellKinds = 7;

struct Cell {
  CellKind kind = CellKind::Null;
  double number = 0;      // Boolean: 0 or 1; Time, Day: seconds since 1970 UTC
  std::string_view text;  // Text; of a text file also the field as it stands

  bool is_null() const { return kind == CellKind::Null; }
  bool is_text() const { return kind == CellKind::Text; }
  bool is_numeric() const {
    return kind == CellKind::Boolean || kind == CellKind::Integer || kind == CellKind::Number;
  }
  bool is_time() const { return kind == CellKind::Time || kind == CellKind::Day; }
};

// Nothing where the two have no order; a missing value has none with anything.
std::optional<std::partial_ordering> compare(const Cell& a, const Cell& b);
// As compare() says, and two missing values are the same.
bool same(const Cell& a, const Cell& b);
// A number for hash tables: cells that are the same have the same.
std::uint64_t hash(const Cell& cell, std::uint64_t seed = 0);

// The cell of a JSON scalar, which it borrows; NaN is missing. Lists and objects are Text without
// text: nothing that a table holds.
Cell cell_of(const Json& value);
// The cell of a field of a text file: numbers by their spelling, "true" and "false", else text.
Cell cell_of_field(std::string_view field);
// What a result shows: moments as 2001-01-01T12:00:01.
Json to_json(const Cell& cell);
// As Python's str() has it: 1, 1.0, True, None.
std::string to_text(const Cell& cell);

// A cell that owns its text. Copies point into themselves.
class KeptCell {
 public:
  KeptCell() = default;
  explicit KeptCell(const Cell& cell) : cell_(cell), text_(cell.text) {}

  Cell get() const { return {cell_.kind, cell_.number, text_}; }

 private:
  Cell cell_;
  std::string text_;
};

std::string time_text(double seconds);  // 2001-01-01T12:00:01

// Characters of UTF-8.
std::size_t length_of(std::string_view text);

}  // namespace sluice::ml::expectations
