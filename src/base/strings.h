// Small string helpers. Pure; views returned point into the argument.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

namespace detail {
inline std::string_view piece(std::string_view s) {
  return s;
}
inline std::string_view piece(const char* s) {
  return s;
}
inline std::string_view piece(const std::string& s) {
  return s;
}
template <class Number>
requires std::is_arithmetic_v<Number> std::string piece(Number n) {
  if constexpr (std::is_same_v<Number, char>)
    return std::string(1, n);
  else
    return std::to_string(n);
}
}  // namespace detail

// The pieces written one after another: cat("line ", 3, ": bad").
template <class... Pieces>
std::string cat(const Pieces&... pieces) {
  std::string text;
  (text.append(detail::piece(pieces)), ...);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator);
// Lines without their '\n' (and without a '\r' before it); no last empty line.
std::vector<std::string_view> split_lines(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string_view trim(std::string_view text);                      // ASCII white space
std::string to_lower(std::string_view text);                       // ASCII
std::string to_upper(std::string_view text);                       // ASCII
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII
std::string replace_all(std::string text, std::string_view from, std::string_view to);

// "1 file", "2 files".
std::string plural(std::size_t n, std::string_view noun);
// "1 234 567" with thin grouping for people.
std::string grouped(std::uint64_t n);
// "1.4 MB" (decimal units).
std::string human_bytes(std::uint64_t bytes);

// The candidate with the smallest edit distance to `word`, when that is small enough to be a likely
// slip (at most a third of the length); empty otherwise. Ties go to the earlier candidate.
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);
// ", did you mean 'x'?" or "".
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace sluice
