#include "pipeline/file_glob.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/expression/case_mapping.h"

namespace sluice::pipeline {
namespace {

bool is_special(std::string_view name) {
  return name.find_first_of("*?[\\") != std::string_view::npos;
}

GlobToken token_of(GlobTokenKind kind) {
  GlobToken token;
  token.kind = kind;
  return token;
}

// `[…]` at the bracket; moves `at` behind it. Without a closing bracket it is a plain character.
GlobToken read_set(std::string_view name, std::size_t& at) {
  std::size_t i = at + 1;
  GlobToken token;
  if (i < name.size() && (name[i] == '!' || name[i] == '^')) {
    token.inverted = true;
    ++i;
  }
  bool first = true;
  while (i < name.size() && (first || name[i] != ']')) {
    first = false;
    if (name[i] == '\\' && i + 1 < name.size()) ++i;
    char32_t low = next_character(name, i);
    char32_t high = low;
    if (i + 1 < name.size() && name[i] == '-' && name[i + 1] != ']') {
      ++i;
      high = next_character(name, i);
    }
    token.ranges.emplace_back(low, high);
  }
  if (i >= name.size()) {
    ++at;
    return glob_character('[');
  }
  at = i + 1;
  return token;
}

void append_name(std::string_view name, std::vector<GlobToken>& tokens) {
  for (std::size_t at = 0; at < name.size();) {
    if (name[at] == '*') {
      while (at < name.size() && name[at] == '*') ++at;
      tokens.push_back(token_of(GlobTokenKind::Segment));
    } else if (name[at] == '?') {
      ++at;
      GlobToken any;
      any.inverted = true;
      tokens.push_back(std::move(any));
    } else if (name[at] == '[') {
      tokens.push_back(read_set(name, at));
    } else {
      if (name[at] == '\\' && at + 1 < name.size()) ++at;
      tokens.push_back(glob_character(next_character(name, at)));
    }
  }
}

std::vector<GlobToken> compile(const std::vector<std::string_view>& names) {
  std::vector<GlobToken> tokens;
  for (std::size_t i = 0; i < names.size(); ++i) {
    bool last = i + 1 == names.size();
    if (names[i] == "**") {
      tokens.push_back(token_of(last ? GlobTokenKind::Anything : GlobTokenKind::Directories));
      continue;
    }
    append_name(names[i], tokens);
    if (!last) tokens.push_back(glob_character('/'));
  }
  return tokens;
}

// The names of a pattern relative to the root; "." and empty names are dropped.
Result<std::vector<std::string_view>> split_pattern(std::string_view line, std::string_view root) {
  std::string_view pattern = line;
  if (pattern.starts_with('/')) {
    while (root.ends_with('/')) root.remove_suffix(1);
    bool inside =
        pattern.starts_with(root) && (pattern.size() == root.size() || pattern[root.size()] == '/');
    if (!inside) return invalid_input(cat("'", line, "' lies outside of ", root));
    pattern.remove_prefix(root.size());
  }
  if (pattern.starts_with("~"))
    return invalid_input(cat("'", line, "': '~' is not supported here"));
  std::vector<std::string_view> names;
  for (std::string_view name : split(pattern, '/')) {
    if (name == "..") return invalid_input(cat("'", line, "': '..' is not allowed in a pattern"));
    if (!name.empty() && name != ".") names.push_back(name);
  }
  return names;
}

bool lies_below(std::string_view path, std::string_view directory) {
  if (directory.empty() || path == directory) return true;
  return path.size() > directory.size() && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

}  // namespace

Result<FileGlob::Pattern> FileGlob::parse_line(std::string_view line, std::string_view root) {
  Pattern pattern;
  std::string_view text = line;
  while (text.starts_with('!')) {
    pattern.excludes = !pattern.excludes;
    text = trim(text.substr(1));
  }
  if (text.empty()) return invalid_input(cat("'", line, "' has no pattern behind '!'"));
  std::vector<std::string_view> names = TRY(split_pattern(text, root));
  for (std::size_t i = 0; i + 1 < names.size() && !is_special(names[i]); ++i) {
    if (i > 0) pattern.literal_directory += '/';
    pattern.literal_directory += names[i];
  }
  pattern.tokens = compile(names);
  if (!names.empty()) names.push_back("**");
  pattern.descendants = names.empty() ? compile({"**"}) : compile(names);
  return pattern;
}

Result<FileGlob> FileGlob::parse(std::string_view patterns, std::string_view root) {
  FileGlob glob;
  int line_number = 0;
  for (std::string_view line : split_lines(patterns)) {
    ++line_number;
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    glob.patterns_.push_back(
        TRY_CONTEXT(parse_line(line, root), cat("pattern in line ", line_number)));
  }
  return glob;
}

bool FileGlob::matches(std::string_view relative_path) const {
  bool selected = false;
  for (const Pattern& pattern : patterns_) {
    if (selected != pattern.excludes) continue;
    bool hit = glob_matches(pattern.tokens, relative_path) ||
               glob_matches(pattern.descendants, relative_path);
    if (hit) selected = !pattern.excludes;
  }
  return selected;
}

std::vector<std::string> FileGlob::search_roots() const {
  std::vector<std::string> roots;
  for (const Pattern& pattern : patterns_)
    if (!pattern.excludes) roots.push_back(pattern.literal_directory);
  std::sort(roots.begin(), roots.end());
  std::vector<std::string> outermost;
  for (std::string& root : roots) {
    bool covered = std::any_of(outermost.begin(), outermost.end(),
                               [&](const std::string& o) { return lies_below(root, o); });
    if (!covered) outermost.push_back(std::move(root));
  }
  return outermost;
}

}  // namespace sluice::pipeline
