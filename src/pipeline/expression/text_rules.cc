#include <algorithm>
#include <string>

#include "pipeline/expression/case_mapping.h"
#include "pipeline/expression/value.h"

namespace sluice::pipeline {
namespace {

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
}

bool same_ascii(char a, char b) {
  return ascii_upper(a) == ascii_upper(b);
}

std::u32string upper_text(std::string_view text) {
  std::u32string upper;
  upper.reserve(text.size());
  for (std::size_t at = 0; at < text.size();)
    upper.push_back(to_upper_character(next_character(text, at)));
  return upper;
}

// UTF-16 order, which puts characters beyond U+FFFF (surrogates there) before U+E000 … U+FFFF.
char32_t utf16_order(char32_t c) {
  return c >= 0xe000 && c <= 0xffff ? c + 0x200000 : c;
}

}  // namespace

int compare_ignoring_case(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < a.size() && k < b.size()) {
    char32_t x = to_upper_character(next_character(a, i));
    char32_t y = to_upper_character(next_character(b, k));
    if (x != y) return utf16_order(x) < utf16_order(y) ? -1 : 1;
  }
  if (i < a.size()) return 1;
  return k < b.size() ? -1 : 0;
}

bool equal_text(std::string_view a, std::string_view b) {
  std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (((a[i] | b[i]) & 0x80) != 0) return compare_ignoring_case(a.substr(i), b.substr(i)) == 0;
    if (!same_ascii(a[i], b[i])) return false;
  }
  return a.size() == b.size();
}

bool starts_with_text(std::string_view text, std::string_view prefix) {
  std::size_t i = 0;
  std::size_t k = 0;
  while (k < prefix.size()) {
    if (i == text.size()) return false;
    if (to_upper_character(next_character(text, i)) !=
        to_upper_character(next_character(prefix, k)))
      return false;
  }
  return true;
}

bool ends_with_text(std::string_view text, std::string_view suffix) {
  if (is_ascii(text) && is_ascii(suffix))
    return text.size() >= suffix.size() &&
           equal_text(text.substr(text.size() - suffix.size()), suffix);
  return upper_text(text).ends_with(upper_text(suffix));
}

bool contains_text(std::string_view text, std::string_view part) {
  if (is_ascii(text) && is_ascii(part))
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same_ascii) !=
               text.end() ||
           part.empty();
  return upper_text(text).find(upper_text(part)) != std::u32string::npos;
}

}  // namespace sluice::pipeline
