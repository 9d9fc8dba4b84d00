#include "ml/evaluate/wording.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "base/strings.h"

namespace sluice::ml {
namespace {

// Decimal places that leave three significant digits; whole numbers lose their zeros.
std::string three_digits(double value) {
  const double size = std::fabs(value);
  if (size >= 1000)
    return cat(value < 0 ? "-" : "", grouped(static_cast<std::uint64_t>(std::llround(size))));
  int places = size >= 100 ? 1 : size >= 10 ? 1 : size >= 0.1 || size == 0 ? 3 : 0;
  if (size > 0 && size < 0.1) places = 2 - static_cast<int>(std::floor(std::log10(size)));
  std::string text = fmt::format("{:.{}f}", value, places);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace

std::string short_number(double value) {
  if (std::isnan(value)) return "not defined";
  if (std::isinf(value)) return value < 0 ? "minus infinity" : "infinity";
  if (std::fabs(value) >= 1e15 || (value != 0 && std::fabs(value) < 1e-6))
    return fmt::format("{:.3g}", value);
  return three_digits(value);
}

std::string row_count(std::size_t rows) {
  return rows == 1 ? "1 row" : cat(grouped(rows), " rows");
}

std::string too_few_rows(std::size_t rows, std::size_t least) {
  return cat("Only ", row_count(rows), rows == 1 ? " is" : " are", " judged; fewer than ",
             grouped(least), " prove nothing ('min_n').");
}

std::string query_count(std::size_t queries) {
  return queries == 1 ? "1 query" : cat(grouped(queries), " queries");
}

std::string short_percent(double share) {
  if (!std::isfinite(share)) return short_number(share);
  const double percent = share * 100;
  if (std::fabs(percent) >= 1000) return cat(short_number(percent), " %");
  const int places = percent != 0 && std::fabs(percent) < 0.1 ? 3 : 1;
  std::string text = fmt::format("{:.{}f}", percent, places);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return cat(text == "-0" ? "0" : text, " %");
}

}  // namespace sluice::ml
