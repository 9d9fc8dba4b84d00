#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

#include "base/strings.h"
#include "pipeline/expression/value.h"

namespace sluice::pipeline {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// White space of .NET's String.Trim that is likely to occur.
std::string_view trim_space(std::string_view text) {
  static constexpr std::string_view kWide[] = {"\xC2\x85",     "\xC2\xA0",     "\xE2\x80\xA8",
                                               "\xE2\x80\xA9", "\xE3\x80\x80", "\xEF\xBB\xBF"};
  bool again = true;
  while (again) {
    again = false;
    text = trim(text);
    for (std::string_view space : kWide) {
      if (text.starts_with(space)) {
        text.remove_prefix(space.size());
        again = true;
      }
      if (text.ends_with(space)) {
        text.remove_suffix(space.size());
        again = true;
      }
    }
  }
  return text;
}

// 32 bits, two's complement; digits beyond that are no number.
double parse_radix(std::string_view digits, int radix) {
  std::uint32_t value = 0;
  auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value, radix);
  if (code != std::errc() || end != digits.data() + digits.size()) return kNan;
  return static_cast<double>(static_cast<std::int32_t>(value));
}

std::optional<double> parse_word(std::string_view text, double sign) {
  if (equal_ignoring_case(text, "infinity")) return sign * kInfinity;
  if (equal_ignoring_case(text, "nan")) return kNan;
  return std::nullopt;
}

double parse_decimal(std::string_view text, double sign) {
  if (text.empty() || !(text[0] == '.' || (text[0] >= '0' && text[0] <= '9'))) return kNan;
  double value = 0;
  const char* last = text.data() + text.size();
  auto [end, code] = std::from_chars(text.data(), last, value);
  if (end != last || code == std::errc::invalid_argument) return kNan;
  if (code == std::errc::result_out_of_range) {
    std::size_t exponent = text.find_first_of("eE");
    bool tiny = exponent != std::string_view::npos ? text[exponent + 1] == '-' : text[0] == '.';
    value = tiny ? 0 : kInfinity;
  }
  return sign * value;
}

}  // namespace

double parse_number(std::string_view text) {
  text = trim_space(text);
  if (text.empty()) return 0;
  if (text.starts_with("0x")) return parse_radix(text.substr(2), 16);
  if (text.starts_with("0o")) return parse_radix(text.substr(2), 8);
  double sign = text[0] == '-' ? -1 : 1;
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (auto word = parse_word(text, sign)) return *word;
  return parse_decimal(text, sign);
}

std::string number_to_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  if (number == 0) return "0";
  char buffer[40];
  int length = std::snprintf(buffer, sizeof(buffer), "%.15G", number);
  return std::string(buffer, static_cast<std::size_t>(length));
}

}  // namespace sluice::pipeline
