#include "exec/actions/artifact_pattern.h"

#include <fnmatch.h>

#include <vector>

#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr std::size_t kMostAlternatives = 1000;

// Where the group that opens at `open` closes; npos when it does not.
std::size_t closing(std::string_view pattern, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < pattern.size(); ++at) {
    if (pattern[at] == '{') ++depth;
    if (pattern[at] == '}' && --depth == 0) return at;
  }
  return std::string_view::npos;
}

std::vector<std::string_view> alternatives(std::string_view inside) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < inside.size(); ++at) {
    if (inside[at] == '{') ++depth;
    if (inside[at] == '}') --depth;
    if (inside[at] != ',' || depth > 0) continue;
    parts.push_back(inside.substr(begin, at - begin));
    begin = at + 1;
  }
  parts.push_back(inside.substr(begin));
  return parts;
}

// The pattern with its groups written out; a group of one part stays as it is.
void expand(const std::string& pattern, std::size_t from, std::vector<std::string>& out) {
  if (out.size() >= kMostAlternatives) return;
  const std::size_t open = pattern.find('{', from);
  const std::size_t close = open == std::string::npos ? open : closing(pattern, open);
  if (close == std::string::npos) {
    out.push_back(pattern);
    return;
  }
  const std::string_view inside = std::string_view(pattern).substr(open + 1, close - open - 1);
  const std::vector<std::string_view> parts = alternatives(inside);
  if (parts.size() == 1) return expand(pattern, close + 1, out);
  for (const std::string_view part : parts)
    expand(cat(pattern.substr(0, open), part, pattern.substr(close + 1)), open, out);
}

}  // namespace

bool fits_pattern(std::string_view pattern, const std::string& name) {
  const bool inverted = pattern.starts_with('!');
  if (inverted) pattern.remove_prefix(1);
  std::vector<std::string> all;
  expand(std::string(pattern), 0, all);
  for (const std::string& one : all)
    if (::fnmatch(one.c_str(), name.c_str(), FNM_PERIOD) == 0) return !inverted;
  return inverted;
}

}  // namespace sluice::exec
