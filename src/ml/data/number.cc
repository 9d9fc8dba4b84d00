#include "ml/data/number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace sluice::ml {

namespace {

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<double> parse_any(const char* begin, const char* end, bool negative) {
  // from_chars also takes "inf" and "nan", and no second sign may follow the first.
  if (begin == end || !(is_digit(*begin) || *begin == '.')) return std::nullopt;
  double value = 0;
  const auto [after, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || after != end) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace

// Up to 15 digits and a small scale are exact in one division (Clinger 1990, the fast path).
std::optional<double> parse_number(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  const char* const begin = at;
  std::uint64_t mantissa = 0;
  while (at != end && is_digit(*at)) mantissa = mantissa * 10 + static_cast<unsigned>(*at++ - '0');
  auto digits = static_cast<std::size_t>(at - begin);
  std::size_t scale = 0;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    while (at != end && is_digit(*at))
      mantissa = mantissa * 10 + static_cast<unsigned>(*at++ - '0');
    scale = static_cast<std::size_t>(at - fraction);
    digits += scale;
  }
  if (at != end || digits == 0 || digits > 15) return parse_any(begin, end, negative);
  const double value = static_cast<double>(mantissa) / kPowersOfTen[scale];
  return negative ? -value : value;
}

std::string number_text(double value) {
  if (std::isnan(value)) return {};
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), end);
}

std::string rough_text(double value, int digits) {
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::scientific, digits - 1);
  double rounded = value;
  std::from_chars(buffer.data(), end, rounded);
  return number_text(rounded);
}

}  // namespace sluice::ml
