// Upper case of single characters as .NET's invariant culture has it: Unicode simple case mapping,
// but dotless i (U+0131) and long s (U+017F) stay themselves. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::pipeline {

char32_t to_upper_character(char32_t c);

// Decodes the UTF-8 character at `at` and moves `at` behind it. A byte that is no UTF-8 becomes a
// value above all characters, distinct per byte.
char32_t next_character(std::string_view text, std::size_t& at);

}  // namespace sluice::pipeline
