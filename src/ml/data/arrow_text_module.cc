#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>

#include <charconv>
#include <cmath>

#include "ml/data/arrow_text.h"

namespace sluice::ml {

namespace {

using Append = void (*)(const arrow::Array&, std::int64_t, std::string&);

constexpr std::int64_t kSecondsPerDay = 86'400;

template <class Number>
void append_chars(Number value, std::string& out) {
  char text[40];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

template <class ArrayType>
void append_integer(const arrow::Array& array, std::int64_t row, std::string& out) {
  append_chars(static_cast<const ArrayType&>(array).Value(row), out);
}

// As Python and pandas write it: with an exponent from 1e16 on and below 0.0001. A whole number
// keeps ".0", so that the column stays one of numbers.
template <class Number>
void append_floating(Number value, std::string& out) {
  const Number size = std::abs(value);
  const bool is_usual = size == 0 || (size >= Number(1e-4) && size < Number(1e16));
  const std::size_t start = out.size();
  char text[40];
  out.append(text,
             std::to_chars(text, text + sizeof text, value,
                           is_usual ? std::chars_format::fixed : std::chars_format::scientific)
                 .ptr);
  if (out.find_first_not_of("-0123456789", start) == std::string::npos) out += ".0";
}

template <class ArrayType>
void append_number(const arrow::Array& array, std::int64_t row, std::string& out) {
  append_floating(static_cast<const ArrayType&>(array).Value(row), out);
}

void append_half(const arrow::Array& array, std::int64_t row, std::string& out) {
  const auto bits = static_cast<const arrow::HalfFloatArray&>(array).Value(row);
  append_floating(arrow::util::Float16::FromBits(bits).ToFloat(), out);
}

void append_boolean(const arrow::Array& array, std::int64_t row, std::string& out) {
  out += static_cast<const arrow::BooleanArray&>(array).Value(row) ? "true" : "false";
}

template <class ArrayType>
void append_string(const arrow::Array& array, std::int64_t row, std::string& out) {
  out += static_cast<const ArrayType&>(array).GetView(row);
}

void append_padded(std::int64_t value, std::size_t digits, std::string& out) {
  char text[24];
  const char* const end = std::to_chars(text, text + sizeof text, value).ptr;
  const auto size = static_cast<std::size_t>(end - text);
  if (size < digits) out.append(digits - size, '0');
  out.append(text, size);
}

// Rounds towards the past, also before 1970.
std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

// https://howardhinnant.github.io/date_algorithms.html#civil_from_days, for years that std::chrono
// does not reach.
void append_day(std::int64_t days, std::string& out) {
  days += 719'468;
  const std::int64_t era = floor_divide(days, 146'097);
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 0) out.push_back('-');
  append_padded(year < 0 ? -year : year, 4, out);
  out.push_back('-');
  append_padded(month, 2, out);
  out.push_back('-');
  append_padded(day_of_year - (153 * shifted + 2) / 5 + 1, 2, out);
}

struct Unit {
  std::int64_t per_second;
  std::size_t digits;
};

Unit unit_of(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return {1, 0};
    case arrow::TimeUnit::MILLI:
      return {1'000, 3};
    case arrow::TimeUnit::MICRO:
      return {1'000'000, 6};
    case arrow::TimeUnit::NANO:
      break;
  }
  return {1'000'000'000, 9};
}

// "08:40:00", with the fraction where there is one, without zeros at its end.
void append_time(std::int64_t second_of_day, std::int64_t fraction, std::size_t digits,
                 std::string& out) {
  append_padded(second_of_day / 3'600, 2, out);
  out.push_back(':');
  append_padded(second_of_day / 60 % 60, 2, out);
  out.push_back(':');
  append_padded(second_of_day % 60, 2, out);
  if (fraction == 0) return;
  out.push_back('.');
  append_padded(fraction, digits, out);
  out.resize(out.find_last_not_of('0') + 1);
}

void append_date32(const arrow::Array& array, std::int64_t row, std::string& out) {
  append_day(static_cast<const arrow::Date32Array&>(array).Value(row), out);
}

void append_date64(const arrow::Array& array, std::int64_t row, std::string& out) {
  const std::int64_t milliseconds = static_cast<const arrow::Date64Array&>(array).Value(row);
  append_day(floor_divide(milliseconds, 1'000 * kSecondsPerDay), out);
}

void append_timestamp(const arrow::Array& array, std::int64_t row, std::string& out) {
  const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
  const Unit unit = unit_of(type.unit());
  const std::int64_t value = static_cast<const arrow::TimestampArray&>(array).Value(row);
  const std::int64_t seconds = floor_divide(value, unit.per_second);
  const std::int64_t days = floor_divide(seconds, kSecondsPerDay);
  append_day(days, out);
  out.push_back('T');
  append_time(seconds - days * kSecondsPerDay, value - seconds * unit.per_second, unit.digits, out);
  if (!type.timezone().empty()) out.push_back('Z');
}

// A time that no day has is given as the number that stands in the file.
template <class ArrayType, class Type>
void append_time_of_day(const arrow::Array& array, std::int64_t row, std::string& out) {
  const Unit unit = unit_of(static_cast<const Type&>(*array.type()).unit());
  const std::int64_t value = static_cast<const ArrayType&>(array).Value(row);
  if (value < 0 || value / unit.per_second >= kSecondsPerDay) return append_chars(value, out);
  append_time(value / unit.per_second, value % unit.per_second, unit.digits, out);
}

template <class Decimal, class ArrayType>
void append_decimal(const arrow::Array& array, std::int64_t row, std::string& out) {
  const auto& type = static_cast<const arrow::DecimalType&>(*array.type());
  std::string digits =
      Decimal(static_cast<const ArrayType&>(array).GetValue(row)).ToIntegerString();
  if (digits.starts_with('-')) {
    out.push_back('-');
    digits.erase(0, 1);
  }
  const auto scale = static_cast<std::size_t>(type.scale());
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  out.append(digits, 0, digits.size() - scale);
  if (scale == 0) return;
  out.push_back('.');
  out.append(digits, digits.size() - scale);
}

void append_nothing(const arrow::Array&, std::int64_t, std::string&) {}

void append_of_dictionary(const arrow::Array& array, std::int64_t row, std::string& out) {
  const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
  ArrowText(*coded.dictionary()).append(coded.GetValueIndex(row), out);
}

void append_of_extension(const arrow::Array& array, std::int64_t row, std::string& out) {
  ArrowText(*static_cast<const arrow::ExtensionArray&>(array).storage()).append(row, out);
}

// style: long table because it has a line for each type. Null for types that are not read.
Append append_of(const arrow::DataType& type) {
  using arrow::Type;
  switch (type.id()) {
    case Type::BOOL:
      return append_boolean;
    case Type::INT8:
      return append_integer<arrow::Int8Array>;
    case Type::INT16:
      return append_integer<arrow::Int16Array>;
    case Type::INT32:
      return append_integer<arrow::Int32Array>;
    case Type::INT64:
      return append_integer<arrow::Int64Array>;
    case Type::UINT8:
      return append_integer<arrow::UInt8Array>;
    case Type::UINT16:
      return append_integer<arrow::UInt16Array>;
    case Type::UINT32:
      return append_integer<arrow::UInt32Array>;
    case Type::UINT64:
      return append_integer<arrow::UInt64Array>;
    case Type::HALF_FLOAT:
      return append_half;
    case Type::FLOAT:
      return append_number<arrow::FloatArray>;
    case Type::DOUBLE:
      return append_number<arrow::DoubleArray>;
    case Type::STRING:
    case Type::BINARY:
      return append_string<arrow::BinaryArray>;
    case Type::LARGE_STRING:
    case Type::LARGE_BINARY:
      return append_string<arrow::LargeBinaryArray>;
    case Type::STRING_VIEW:
    case Type::BINARY_VIEW:
      return append_string<arrow::BinaryViewArray>;
    case Type::DATE32:
      return append_date32;
    case Type::DATE64:
      return append_date64;
    case Type::TIMESTAMP:
      return append_timestamp;
    case Type::TIME32:
      return append_time_of_day<arrow::Time32Array, arrow::Time32Type>;
    case Type::TIME64:
      return append_time_of_day<arrow::Time64Array, arrow::Time64Type>;
    case Type::DECIMAL32:
      return append_decimal<arrow::Decimal32, arrow::Decimal32Array>;
    case Type::DECIMAL64:
      return append_decimal<arrow::Decimal64, arrow::Decimal64Array>;
    case Type::DECIMAL128:
      return append_decimal<arrow::Decimal128, arrow::Decimal128Array>;
    case Type::DECIMAL256:
      return append_decimal<arrow::Decimal256, arrow::Decimal256Array>;
    case Type::DICTIONARY:
      return append_of_dictionary;
    case Type::EXTENSION:
      return append_of_extension;
    case Type::NA:
      return append_nothing;
    default:
      return nullptr;
  }
}

std::string refused(std::string_view what, const arrow::DataType& type, std::string_view remedy) {
  return std::string(what) + " (" + type.ToString().substr(0, 80) + "); " + std::string(remedy);
}

}  // namespace

std::string refused_type(const arrow::DataType& type) {
  if (arrow::is_nested(type.id()) || type.id() == arrow::Type::RUN_END_ENCODED)
    return refused("nested", type,
                   "write its parts as columns of their own (pyarrow: table.flatten(), pandas: "
                   "json_normalize or explode)");
  switch (type.id()) {
    case arrow::Type::DICTIONARY:
      return refused_type(*static_cast<const arrow::DictionaryType&>(type).value_type());
    case arrow::Type::EXTENSION:
      return refused_type(*static_cast<const arrow::ExtensionType&>(type).storage_type());
    case arrow::Type::DURATION:
    case arrow::Type::INTERVAL_MONTHS:
    case arrow::Type::INTERVAL_DAY_TIME:
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return refused("a span of time", type, "write it as a number of seconds or days");
    case arrow::Type::FIXED_SIZE_BINARY:
      return refused("of raw bytes", type, "write it as text, such as hexadecimal digits");
    default:
      break;
  }
  if (append_of(type) != nullptr) return {};
  return refused("of a type that is not read", type, "write it as numbers or text");
}

ArrowText::ArrowText(const arrow::Array& array)
    : array_(&array), append_(append_of(*array.type())) {}

void ArrowText::append(std::int64_t row, std::string& out) const {
  if (!array_->IsNull(row)) append_(*array_, row, out);
}

}  // namespace sluice::ml
