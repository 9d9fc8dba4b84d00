// Regular expressions (RE2, so that no pattern takes longer than linear time) and patterns of SQL's
// LIKE.
#include <re2/re2.h>

#include <memory>

#include "base/strings.h"
#include "ml/expectations/cell_tests.h"

namespace sluice::ml::expectations {
namespace {

using Pattern = std::shared_ptr<const RE2>;  // shared by the copies that std::function makes

Result<Pattern> compile(std::string_view text) {
  // Python's end of text.
  const std::string source = replace_all(std::string(text), "\\Z", "\\z");
  auto pattern = std::make_shared<RE2>(source, RE2::Quiet);
  if (pattern->ok()) return Pattern(std::move(pattern));
  return value_error(cat("re.error: the regular expression '", text, "' cannot be used (",
                         pattern->error(), "); look-around and back references are not supported"));
}

bool found(const RE2& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool found(const RE2& pattern, const Cell& cell) {
  if (cell.is_text() || !cell.text.empty()) return found(pattern, cell.text);
  return found(pattern, to_text(cell));
}

// % is any text, _ any character, \ makes the next one ordinary.
std::string regex_of_like(std::string_view like) {
  std::string regex = "(?s)\\A";
  for (std::size_t i = 0; i < like.size(); ++i) {
    if (like[i] == '%') {
      regex += ".*";
    } else if (like[i] == '_') {
      regex += ".";
    } else {
      if (like[i] == '\\' && i + 1 < like.size()) ++i;
      regex += RE2::QuoteMeta(re2::StringPiece(&like[i], 1));
    }
  }
  return regex + "\\z";
}

enum class Syntax { Regex, Like };
enum class Wanted { Match, NoMatch };

Result<Pattern> read_pattern(const std::string& text, Syntax syntax) {
  return compile(syntax == Syntax::Like ? regex_of_like(text) : text);
}

Result<CellTest> one(const Setup& setup, std::string_view key, Syntax syntax, Wanted wanted) {
  Pattern pattern = TRY(read_pattern(TRY(setup.arguments.text(key)), syntax));
  return CellTest{[pattern = std::move(pattern), wanted](const Cell& cell) {
    return verdict_of(found(*pattern, cell) == (wanted == Wanted::Match));
  }};
}

Result<std::vector<Pattern>> read_patterns(const Setup& setup, std::string_view key,
                                           Syntax syntax) {
  std::vector<Pattern> patterns;
  for (const std::string& text : TRY(setup.arguments.texts(key)))
    patterns.push_back(TRY(read_pattern(text, syntax)));
  const std::string_view what = key.substr(0, key.size() - std::string_view("_list").size());
  if (patterns.empty())
    return value_error(cat("At least one ", what, " must be supplied in the ", key, ". (", key,
                           " must not be empty)"));
  return patterns;
}

Result<CellTest> any_or_all(const Setup& setup, std::string_view key, Syntax syntax) {
  auto patterns = TRY(read_patterns(setup, key, syntax));
  const std::string on = setup.arguments.text_or("match_on", "any");
  if (on != "any" && on != "all")
    return value_error("match_on must be either 'any' or 'all' (match_on must be any or all)");
  return CellTest{[patterns = std::move(patterns), all = on == "all"](const Cell& cell) {
    for (const Pattern& pattern : patterns)
      if (found(*pattern, cell) != all) return verdict_of(!all);
    return verdict_of(all);
  }};
}

Result<CellTest> none(const Setup& setup, std::string_view key, Syntax syntax) {
  auto patterns = TRY(read_patterns(setup, key, syntax));
  return CellTest{[patterns = std::move(patterns)](const Cell& cell) {
    for (const Pattern& pattern : patterns)
      if (found(*pattern, cell)) return CellVerdict::Unexpected;
    return CellVerdict::Expected;
  }};
}

}  // namespace

Result<CellTest> test_regex(const Setup& setup) {
  return one(setup, "regex", Syntax::Regex, Wanted::Match);
}

Result<CellTest> test_not_regex(const Setup& setup) {
  return one(setup, "regex", Syntax::Regex, Wanted::NoMatch);
}

Result<CellTest> test_regex_list(const Setup& setup) {
  return any_or_all(setup, "regex_list", Syntax::Regex);
}

Result<CellTest> test_not_regex_list(const Setup& setup) {
  return none(setup, "regex_list", Syntax::Regex);
}

Result<CellTest> test_like(const Setup& setup) {
  return one(setup, "like_pattern", Syntax::Like, Wanted::Match);
}

Result<CellTest> test_not_like(const Setup& setup) {
  return one(setup, "like_pattern", Syntax::Like, Wanted::NoMatch);
}

Result<CellTest> test_like_list(const Setup& setup) {
  return any_or_all(setup, "like_pattern_list", Syntax::Like);
}

Result<CellTest> test_not_like_list(const Setup& setup) {
  return none(setup, "like_pattern_list", Syntax::Like);
}

}  // namespace sluice::ml::expectations
