// What one field of a data file is. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::ml {

// What a value looks like by itself. Digits after a leading zero ("007") are Text: they are codes,
// and reading them as numbers would change them.
// A timestamp is a day with a time of day.
enum class ValueType : std::uint8_t { Integer, Number, Boolean, Date, Timestamp, Text };
inline constexpr std::size_t kValueTypes = 6;
inline constexpr std::array kEveryValueType = {ValueType::Integer,   ValueType::Number,
                                               ValueType::Boolean,   ValueType::Date,
                                               ValueType::Timestamp, ValueType::Text};

std::string_view to_string(ValueType type);  // "integer" …

struct Value {
  ValueType type = ValueType::Text;
  double number = 0;  // Integer, Number: the value; Date, Timestamp: seconds since 1970-01-01 UTC
};

Value classify(std::string_view text);

// "2026-11-21", or with a time after 'T' or a blank: "2026-11-21 08:40", ":25", ".123", "Z" or an
// offset "+01:00", "+0100" or "+01". Days that the calendar does not have are refused, offsets of a
// day and more, and moments that are not of the years 0 to 9999 in UTC. Seconds since 1970 UTC.
std::optional<double> parse_date(std::string_view text);
// Of a text that parse_date() reads: whether it has a time of day.
inline bool has_time_of_day(std::string_view date) {
  return date.size() > 10;
}
// The same as the clock on the wall shows it: the offset is read and left out.
std::optional<double> parse_wall_time(std::string_view text);

// "2026-11-21", with the time when it is not midnight.
std::string date_text(double seconds);

// true, false, yes, no, 1, 0 in any case.
bool is_boolean(std::string_view text);

}  // namespace sluice::ml
