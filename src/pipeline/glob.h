// GitHub's filter patterns for branches, tags and paths (`releases/**`, `v[12].[0-9]+`,
// `!docs/**`).
//
// `*` stays within a path segment, `**` does not, `**/` is zero or more directories; `?` and `+`
// repeat the character or the set before them; `[a-z0-9]` is a set; `\` takes the next character as
// it is; a leading `!` negates. Case counts. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/glob_machine.h"

namespace sluice::pipeline {

enum class FilterKind { Ref, Path };  // names of branches and tags have rules of their own

enum class PatternSign { Positive, Negative };

struct GlobProblem {
  std::size_t offset = 0;  // bytes from the start of the pattern
  std::string message;
};

class FilterPattern {
 public:
  FilterPattern(std::string text, PatternSign sign, std::vector<GlobToken> tokens)
      : text_(std::move(text)), sign_(sign), tokens_(std::move(tokens)) {}

  const std::string& text() const { return text_; }
  bool negated() const { return sign_ == PatternSign::Negative; }
  // Whether the pattern without its `!` matches the whole name.
  bool matches(std::string_view name) const { return glob_matches(tokens_, name); }

 private:
  std::string text_;
  PatternSign sign_;
  std::vector<GlobToken> tokens_;
};

struct ParsedFilterPattern {
  std::optional<FilterPattern> pattern;  // absent exactly when there are problems
  std::vector<GlobProblem> problems;
};

ParsedFilterPattern parse_filter_pattern(std::string_view text, FilterKind kind);

// Patterns in order, the last that matches decides; the pattern is returned for explanations. Null:
// none matched.
const FilterPattern* deciding_pattern(std::span<const FilterPattern> patterns,
                                      std::string_view name);
// Whether `name` is selected: the deciding pattern is a positive one.
bool filter_selects(std::span<const FilterPattern> patterns, std::string_view name);

}  // namespace sluice::pipeline
