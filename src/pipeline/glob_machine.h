// Matches a text against a pattern in time proportional to the product of their lengths: the
// pattern as an automaton, all its states at once. Pure. Behind glob.h and file_glob.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::pipeline {

enum class GlobTokenKind : std::uint8_t {
  Set,          // one character of (or, inverted, outside) the ranges; never '/' when inverted
  Segment,      // any characters but '/'
  Anything,     // any characters
  Directories,  // nothing, or any characters up to and with a '/'
};
enum class GlobCount : std::uint8_t { One, ZeroOrOne, OneOrMore };  // of a Set

struct GlobToken {
  GlobTokenKind kind = GlobTokenKind::Set;
  GlobCount count = GlobCount::One;
  bool inverted = false;
  std::vector<std::pair<char32_t, char32_t>> ranges;

  bool accepts(char32_t c) const;
};

GlobToken glob_character(char32_t c);

bool glob_matches(const std::vector<GlobToken>& tokens, std::string_view text);

}  // namespace sluice::pipeline
