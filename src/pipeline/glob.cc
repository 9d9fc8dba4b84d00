#include "pipeline/glob.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/expression/case_mapping.h"

namespace sluice::pipeline {
namespace {

class FilterParser {
 public:
  FilterParser(std::string_view text, FilterKind kind) : text_(text), kind_(kind) {}

  ParsedFilterPattern run() {
    bool negated = text_.starts_with('!');
    at_ = negated ? 1 : 0;
    if (text_.empty()) add(0, "the pattern is empty");
    if (text_ == "!") add(0, "at least one character must follow '!'");
    check_ends();
    while (at_ < text_.size()) read();
    ParsedFilterPattern result;
    result.problems = std::move(problems_);
    if (result.problems.empty())
      result.pattern.emplace(std::string(text_),
                             negated ? PatternSign::Negative : PatternSign::Positive,
                             std::move(tokens_));
    return result;
  }

 private:
  void add(std::size_t offset, std::string message) {
    problems_.push_back({offset, std::move(message)});
  }

  void check_ends() {
    std::string_view name = text_.substr(at_);
    if (name.empty()) return;
    if (kind_ == FilterKind::Ref) {
      if (name.starts_with('/')) add(at_, "the name of a branch or tag does not begin with '/'");
      if (name.ends_with('/') || name.ends_with('.'))
        add(text_.size() - 1, "the name of a branch or tag does not end with '/' or '.'");
      if (std::size_t twice = name.find("//"); twice != name.npos)
        add(at_ + twice, "the name of a branch or tag does not contain '//'");
      return;
    }
    if (name.front() == ' ') add(at_, "a path pattern does not begin with a space");
    if (name.back() == ' ') add(text_.size() - 1, "a path pattern does not end with a space");
    std::size_t begin = at_;
    for (std::string_view part : split(name, '/')) {
      if (part == "." || part == "..")
        add(begin, cat("'", part, "' never matches: paths are relative to the repository root"));
      begin += part.size() + 1;
    }
  }

  void read() {
    char c = text_[at_];
    switch (c) {
      case '*':
        return read_stars();
      case '?':
      case '+':
        return read_quantifier(c == '?' ? GlobCount::ZeroOrOne : GlobCount::OneOrMore);
      case '[':
        return read_set();
      case '\\':
        return read_escape();
      default:
        check_character(c);
        push_repeatable(glob_character(next_character(text_, at_)));
    }
  }

  void push_repeatable(GlobToken token) {
    tokens_.push_back(std::move(token));
    repeatable_ = true;
  }

  void check_character(char c) {
    if (kind_ != FilterKind::Ref) return;
    bool forbidden = std::string_view(" ~^:").find(c) != std::string_view::npos ||
                     static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (forbidden)
      add(at_, cat("the character ", c < 0x20 ? cat("number ", int{c}) : cat("'", c, "'"),
                   " cannot occur in the name of a branch or tag"));
  }

  void read_stars() {
    std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] == '*') ++at_;
    GlobToken token;
    token.kind = GlobTokenKind::Segment;
    if (at_ - start >= 2) {
      bool segment_start = tokens_.empty() || text_[start - 1] == '/';
      token.kind = GlobTokenKind::Anything;
      if (segment_start && at_ < text_.size() && text_[at_] == '/') {
        token.kind = GlobTokenKind::Directories;
        ++at_;
      }
    }
    tokens_.push_back(std::move(token));
    repeatable_ = false;
  }

  void read_quantifier(GlobCount count) {
    if (!repeatable_) {
      add(at_, cat("'", text_[at_],
                   "' repeats the character before it, and there is none here; "
                   "write '\\",
                   text_[at_], "' for the character itself"));
    } else {
      tokens_.back().count = count;
    }
    repeatable_ = false;
    ++at_;
  }

  void read_escape() {
    static constexpr std::string_view kSpecial = "[?+*\\!";
    std::size_t start = at_++;
    if (at_ == text_.size() || kSpecial.find(text_[at_]) == std::string_view::npos) {
      add(start, "'\\' must be followed by one of the special characters [ ? + * \\ !");
      return;
    }
    if (kind_ == FilterKind::Ref && std::string_view("[?*\\").find(text_[at_]) != kNone)
      add(at_, cat("the character '", text_[at_], "' cannot occur in the name of a branch or tag"));
    push_repeatable(glob_character(static_cast<char32_t>(text_[at_++])));
  }

  // `[…]`: characters and ranges.
  void read_set() {
    std::size_t start = at_++;
    GlobToken token;
    while (at_ < text_.size() && text_[at_] != ']') {
      std::size_t first_at = at_;
      char32_t first = next_character(text_, at_);
      char32_t last = first;
      bool range = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
      if (range) {
        ++at_;
        last = next_character(text_, at_);
      }
      if (last < first)
        add(first_at,
            cat("the range '", text_.substr(first_at, at_ - first_at), "' ends before it starts"));
      token.ranges.emplace_back(first, last);
    }
    if (at_ == text_.size()) {
      add(start, "the character set has no closing ']'");
      return;
    }
    ++at_;
    if (token.ranges.empty()) add(start, "the character set is empty");
    push_repeatable(std::move(token));
  }

  static constexpr std::size_t kNone = std::string_view::npos;

  std::string_view text_;
  FilterKind kind_;
  std::size_t at_ = 0;
  bool repeatable_ = false;
  std::vector<GlobToken> tokens_;
  std::vector<GlobProblem> problems_;
};

}  // namespace

ParsedFilterPattern parse_filter_pattern(std::string_view text, FilterKind kind) {
  return FilterParser(text, kind).run();
}

const FilterPattern* deciding_pattern(std::span<const FilterPattern> patterns,
                                      std::string_view name) {
  auto found = std::find_if(patterns.rbegin(), patterns.rend(),
                            [&](const FilterPattern& p) { return p.matches(name); });
  return found == patterns.rend() ? nullptr : &*found;
}

bool filter_selects(std::span<const FilterPattern> patterns, std::string_view name) {
  const FilterPattern* pattern = deciding_pattern(patterns, name);
  return pattern != nullptr && !pattern->negated();
}

}  // namespace sluice::pipeline
