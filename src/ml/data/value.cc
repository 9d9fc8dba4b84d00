#include "ml/data/value.h"

#include <chrono>
#include <cmath>

#include "base/check.h"
#include "base/strings.h"
#include "base/time.h"
#include "ml/data/number.h"

namespace sluice::ml {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// `count` digits at `at`, as a number; -1 where there are other characters.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<double> parse_day(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits_at(text, 0, 4);
  const int month = digits_at(text, 5, 2);
  const int day = digits_at(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) * 86400;
}

// Seconds of "", "Z", "+01:00", "-0530" or "+01" before UTC.
std::optional<double> parse_offset(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  const std::size_t minutes_at = text.size() > 3 && text[3] == ':' ? 4 : 3;
  const int hours = digits_at(text, 1, 2);
  const int minutes = text.size() == 3 ? 0 : digits_at(text, minutes_at, 2);
  if (text.size() != 3 && text.size() != minutes_at + 2) return std::nullopt;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const double offset = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -offset : offset;
}

struct TimeOfDay {
  double wall = 0;    // seconds since midnight
  double offset = 0;  // seconds before UTC
};

// "08:40", "08:40:25", "08:40:25.123", each with or without an offset.
std::optional<TimeOfDay> parse_time(std::string_view text) {
  const int hours = digits_at(text, 0, 2);
  const int minutes = digits_at(text, 3, 2);
  if (hours < 0 || hours > 23 || text[2] != ':' || minutes < 0 || minutes > 59) return std::nullopt;
  double seconds = 0;
  std::size_t at = 5;
  if (at < text.size() && text[at] == ':') {
    const int whole = digits_at(text, at + 1, 2);
    if (whole < 0 || whole > 60) return std::nullopt;
    const std::size_t start = at + 1;
    at += 3;
    if (at < text.size() && text[at] == '.')
      for (++at; at < text.size() && is_digit(text[at]);) ++at;
    const auto exact = parse_number(text.substr(start, at - start));
    if (!exact) return std::nullopt;
    seconds = *exact;
  }
  const auto offset = parse_offset(text.substr(at));
  if (!offset) return std::nullopt;
  return TimeOfDay{hours * 3600 + minutes * 60 + seconds, *offset};
}

struct Moment {
  double day = 0;  // seconds since 1970
  TimeOfDay time;
};

std::optional<Moment> parse_moment(std::string_view text) {
  const auto day = parse_day(text);
  if (!day) return std::nullopt;
  if (text.size() == 10) return Moment{*day, {}};
  if (text.size() < 16 || (text[10] != 'T' && text[10] != ' ')) return std::nullopt;
  const auto time = parse_time(text.substr(11));
  if (!time) return std::nullopt;
  return Moment{*day, *time};
}

bool is_truth_word(std::string_view text) {
  return equal_ignoring_case(text, "true") || equal_ignoring_case(text, "false");
}

// A number by its spelling; a code such as "007" is none.
bool is_code(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

bool all_digits(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  for (const char c : text)
    if (!is_digit(c)) return false;
  return text.size() <= 18;
}

}  // namespace

std::string_view to_string(ValueType type) {
  switch (type) {
    case ValueType::Integer:
      return "integer";
    case ValueType::Number:
      return "number";
    case ValueType::Boolean:
      return "boolean";
    case ValueType::Date:
      return "date";
    case ValueType::Timestamp:
      return "timestamp";
    case ValueType::Text:
      return "text";
  }
  UNREACHABLE();
}

Value classify(std::string_view text) {
  const char first = text.empty() ? '\0' : text[0];
  if (is_digit(first) || first == '-' || first == '+' || first == '.') {
    if (const auto number = parse_number(text)) {
      if (is_code(text)) return {ValueType::Text, 0};
      return {all_digits(text) ? ValueType::Integer : ValueType::Number, *number};
    }
    if (const auto date = parse_date(text))
      return {has_time_of_day(text) ? ValueType::Timestamp : ValueType::Date, *date};
    return {ValueType::Text, 0};
  }
  if (is_truth_word(text)) return {ValueType::Boolean, 0};
  return {ValueType::Text, 0};
}

std::optional<double> parse_date(std::string_view text) {
  constexpr double kYearZero = -62'167'219'200;
  constexpr double kYearTenThousand = 253'402'300'800;
  const auto moment = parse_moment(text);
  if (!moment) return std::nullopt;
  const double seconds = moment->day + (moment->time.wall - moment->time.offset);
  if (seconds < kYearZero || seconds >= kYearTenThousand) return std::nullopt;
  return seconds;
}

std::optional<double> parse_wall_time(std::string_view text) {
  const auto moment = parse_moment(text);
  if (!moment) return std::nullopt;
  return moment->day + moment->time.wall;
}

std::string date_text(double seconds) {
  const Timestamp time{Duration(std::llround(seconds * 1e6))};
  std::string text = to_rfc3339(time);
  if (text.ends_with("T00:00:00Z")) text.resize(10);
  return text;
}

bool is_boolean(std::string_view text) {
  return text == "0" || text == "1" || is_truth_word(text) || equal_ignoring_case(text, "yes") ||
         equal_ignoring_case(text, "no");
}

}  // namespace sluice::ml
