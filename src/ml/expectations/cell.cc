#include "ml/expectations/cell.h"

#include <cmath>

#include "base/check.h"
#include "base/strings.h"
#include "ml/data/hash64.h"
#include "ml/data/number.h"
#include "ml/data/value.h"

namespace sluice::ml::expectations {
namespace {

enum class Family { None, Number, Text, Time };

Family family_of(const Cell& cell) {
  if (cell.is_null()) return Family::None;
  if (cell.is_numeric()) return Family::Number;
  return cell.is_text() ? Family::Text : Family::Time;
}

// Whole numbers beyond this are not told apart by a double.
constexpr double kExactIntegers = 9007199254740992.0;

}  // namespace

std::optional<std::partial_ordering> compare(const Cell& a, const Cell& b) {
  const Family family = family_of(a);
  if (family == Family::None || family != family_of(b)) return std::nullopt;
  if (family == Family::Text) return a.text <=> b.text;
  return a.number <=> b.number;
}

bool same(const Cell& a, const Cell& b) {
  if (a.is_null() && b.is_null()) return true;
  const auto order = compare(a, b);
  return order && *order == std::partial_ordering::equivalent;
}

std::uint64_t hash(const Cell& cell, std::uint64_t seed) {
  const Family family = family_of(cell);
  seed ^= static_cast<std::uint64_t>(family) * 0x9e3779b97f4a7c15ull;
  if (family == Family::None) return hash64("null", seed);
  if (family == Family::Text) return hash64(cell.text, seed);
  const double number = cell.number == 0 ? 0 : cell.number;  // -0 is 0
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  return hash64({bytes, sizeof number}, seed);
}

Cell cell_of(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_bool()) return {CellKind::Boolean, value.get_bool() ? 1.0 : 0.0, {}};
  if (value.is_int64()) return {CellKind::Integer, static_cast<double>(value.get_int64()), {}};
  if (value.is_uint64()) return {CellKind::Integer, static_cast<double>(value.get_uint64()), {}};
  if (value.is_double()) {
    if (std::isnan(value.get_double())) return {};
    return {CellKind::Number, value.get_double(), {}};
  }
  if (value.is_string()) return {CellKind::Text, 0, view(value.get_string())};
  return {CellKind::Text, 0, {}};
}

Cell cell_of_field(std::string_view field) {
  const Value value = classify(field);
  switch (value.type) {
    case ValueType::Integer:
      return {CellKind::Integer, value.number, field};
    case ValueType::Number:
      return {CellKind::Number, value.number, field};
    case ValueType::Boolean:
      return {CellKind::Boolean, equal_ignoring_case(field, "true") ? 1.0 : 0.0, field};
    case ValueType::Date:
    case ValueType::Timestamp:
    case ValueType::Text:
      return {CellKind::Text, 0, field};
  }
  UNREACHABLE();
}

std::string time_text(double seconds) {
  std::string text = date_text(seconds);
  if (text.size() == 10) return text + "T00:00:00";
  if (text.ends_with("Z")) text.pop_back();
  return text;
}

Json to_json(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::Null:
      return nullptr;
    case CellKind::Boolean:
      return cell.number != 0;
    case CellKind::Integer:
      if (std::abs(cell.number) <= kExactIntegers) return static_cast<std::int64_t>(cell.number);
      if (!cell.text.empty()) return Json(cell.text);
      return cell.number;
    case CellKind::Number:
      return cell.number;
    case CellKind::Text:
      return Json(cell.text);
    case CellKind::Time:
      return Json(time_text(cell.number));
    case CellKind::Day:
      return Json(time_text(cell.number).substr(0, 10));
  }
  UNREACHABLE();
}

std::string to_text(const Cell& cell) {
  if (!cell.text.empty() || cell.is_text()) return std::string(cell.text);
  switch (cell.kind) {
    case CellKind::Null:
      return "None";
    case CellKind::Boolean:
      return cell.number != 0 ? "True" : "False";
    case CellKind::Integer:
      return cat(static_cast<std::int64_t>(cell.number));
    case CellKind::Number: {
      std::string text = number_text(cell.number);
      if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
      return text;
    }
    default:
      break;
  }
  if (cell.kind == CellKind::Day) return time_text(cell.number).substr(0, 10);
  return replace_all(time_text(cell.number), "T", " ");
}

std::size_t length_of(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++length;
  return length;
}

}  // namespace sluice::ml::expectations
