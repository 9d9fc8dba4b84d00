#include "base/time.h"

#include <charconv>
#include <cstdio>

namespace sluice {
namespace {

using namespace std::chrono;

// Reads exactly `digits` decimal digits at `*pos` and moves on.
std::optional<int> take_number(std::string_view text, std::size_t* pos, std::size_t digits) {
  if (*pos + digits > text.size()) return std::nullopt;
  int value = 0;
  auto [end, error] = std::from_chars(text.data() + *pos, text.data() + *pos + digits, value);
  if (error != std::errc() || end != text.data() + *pos + digits || value < 0) return std::nullopt;
  *pos += digits;
  return value;
}

bool take_char(std::string_view text, std::size_t* pos, char c) {
  if (*pos >= text.size() || text[*pos] != c) return false;
  ++*pos;
  return true;
}

std::optional<Duration> take_fraction(std::string_view text, std::size_t* pos) {
  if (!take_char(text, pos, '.')) return Duration(0);
  std::int64_t value = 0;
  std::int64_t scale = 1'000'000;
  const std::size_t start = *pos;
  while (*pos < text.size() && text[*pos] >= '0' && text[*pos] <= '9') {
    if (scale > 1) value += (text[*pos] - '0') * (scale /= 10);
    ++*pos;
  }
  if (*pos == start) return std::nullopt;
  return Duration(value);
}

std::optional<Duration> take_offset(std::string_view text, std::size_t* pos) {
  if (take_char(text, pos, 'Z')) return Duration(0);
  const bool east = take_char(text, pos, '+');
  if (!east && !take_char(text, pos, '-')) return std::nullopt;
  auto h = take_number(text, pos, 2);
  if (!h || !take_char(text, pos, ':')) return std::nullopt;
  auto m = take_number(text, pos, 2);
  if (!m) return std::nullopt;
  const Duration offset = hours(*h) + minutes(*m);
  return east ? offset : -offset;
}

}  // namespace

std::string to_rfc3339(Timestamp t) {
  const auto day = floor<days>(t);
  const year_month_day date(day);
  const hh_mm_ss<Duration> clock(t - day);
  char text[64];
  int n = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", int(date.year()),
                        unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                        int(clock.minutes().count()), int(clock.seconds().count()));
  std::string result(text, static_cast<std::size_t>(n));
  if (clock.subseconds().count() != 0) {
    n = std::snprintf(text, sizeof text, ".%06d", int(clock.subseconds().count()));
    result.append(text, static_cast<std::size_t>(n));
  }
  return result + "Z";
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  std::size_t pos = 0;
  auto y = take_number(text, &pos, 4);
  if (!y || !take_char(text, &pos, '-')) return std::nullopt;
  auto mo = take_number(text, &pos, 2);
  if (!mo || !take_char(text, &pos, '-')) return std::nullopt;
  auto d = take_number(text, &pos, 2);
  if (!d || !(take_char(text, &pos, 'T') || take_char(text, &pos, ' '))) return std::nullopt;
  auto h = take_number(text, &pos, 2);
  if (!h || !take_char(text, &pos, ':')) return std::nullopt;
  auto mi = take_number(text, &pos, 2);
  if (!mi || !take_char(text, &pos, ':')) return std::nullopt;
  auto s = take_number(text, &pos, 2);
  if (!s) return std::nullopt;
  auto fraction = take_fraction(text, &pos);
  if (!fraction) return std::nullopt;
  auto offset = take_offset(text, &pos);
  const year_month_day date{year(*y), month(unsigned(*mo)), day(unsigned(*d))};
  if (!offset || pos != text.size() || !date.ok() || *h > 23 || *mi > 59 || *s > 60)
    return std::nullopt;
  return Timestamp(sys_days(date)) + hours(*h) + minutes(*mi) + seconds(*s) + *fraction - *offset;
}

std::string to_human(Duration d) {
  char text[64];
  const double s = static_cast<double>(d.count()) / 1e6;
  if (s < 0.9995) {
    std::snprintf(text, sizeof text, "%.0f ms", s * 1e3);
  } else if (s < 59.95) {
    std::snprintf(text, sizeof text, "%.1f s", s);
  } else if (s < 3600) {
    const long whole = static_cast<long>(s + 0.5);
    std::snprintf(text, sizeof text, "%ld min %ld s", whole / 60, whole % 60);
  } else {
    const long whole = static_cast<long>(s / 60);
    std::snprintf(text, sizeof text, "%ld h %ld min", whole / 60, whole % 60);
  }
  return text;
}

std::optional<Duration> parse_duration(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !(value >= 0)) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  double micros = 0;
  if (unit == "ms")
    micros = 1e3;
  else if (unit == "s" || unit.empty())
    micros = 1e6;
  else if (unit == "m" || unit == "min")
    micros = 60e6;
  else if (unit == "h")
    micros = 3600e6;
  else if (unit == "d")
    micros = 86400e6;
  else
    return std::nullopt;
  if (value * micros > 9e17) return std::nullopt;
  return Duration(static_cast<std::int64_t>(value * micros));
}

}  // namespace sluice
