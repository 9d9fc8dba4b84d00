// Regular expressions (RE2, so that no pattern takes longer than linear time) and patterns of SQL's
// LIKE.
#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "base/strings.h"
#include "ml/expectations/cell_tests.h"

namespace sluice::ml::expectations {
namespace {

enum class Alphabet { Ascii, Unicode };

// What a class of Python is within brackets; nothing for other letters.
std::string_view class_of(char letter) {
  switch (letter) {
    case 'w':
      return "\\p{L}\\p{N}_";
    case 'd':
      return "\\p{Nd}";
    case 's':
      return "\\s\\v\\p{Z}\\x{85}";
    default:
      return {};
  }
}

// Python's \Z, and its \w, \d and \s, which know all alphabets.
std::string translated(std::string_view text, Alphabet alphabet) {
  std::string source;
  bool in_brackets = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '\\' || i + 1 == text.size()) {
      if (c == '[') in_brackets = true;
      if (c == ']') in_brackets = false;
      source += c;
      continue;
    }
    const char letter = text[++i];
    const bool negated = letter == 'W' || letter == 'D' || letter == 'S';
    const std::string_view inside = class_of(negated ? static_cast<char>(letter + 32) : letter);
    if (letter == 'Z')
      source += "\\z";
    else if (alphabet == Alphabet::Ascii || inside.empty() || (negated && in_brackets))
      source += {c, letter};
    else if (in_brackets)
      source += inside;
    else
      source += cat(negated ? "[^" : "[", inside, "]");
  }
  return source;
}

// A regular expression as Python has it. For texts of ASCII alone the plain one, which is faster.
class Regex {
 public:
  explicit Regex(std::string_view text)
      : ascii_(translated(text, Alphabet::Ascii), RE2::Quiet),
        unicode_(translated(text, Alphabet::Unicode), RE2::Quiet) {}

  const RE2& plain() const { return ascii_; }
  bool found_in(std::string_view text) const {
    const bool plain = !unicode_.ok() || std::all_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x80;
    });
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), plain ? ascii_ : unicode_);
  }

 private:
  RE2 ascii_;
  RE2 unicode_;
};

using Pattern = std::shared_ptr<const Regex>;  // shared by the copies that std::function makes

Result<Pattern> compile(std::string_view text) {
  auto pattern = std::make_shared<Regex>(text);
  if (pattern->plain().ok()) return Pattern(std::move(pattern));
  return value_error(cat("re.error: the regular expression '", text, "' cannot be used (",
                         pattern->plain().error(),
                         "); look-around and back references are not supported"));
}

bool found(const Regex& pattern, std::string_view text) {
  return pattern.found_in(text);
}

bool found(const Regex& pattern, const Cell& cell) {
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
