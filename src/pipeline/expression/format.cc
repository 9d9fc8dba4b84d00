#include <charconv>
#include <optional>

#include "base/strings.h"
#include "pipeline/expression/evaluator.h"

namespace sluice::pipeline {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct Placeholder {
  std::size_t argument = 0;
  std::string specifiers;
  std::size_t end = 0;  // behind the closing brace
};

char character_at(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}

// `:specifiers}` from `at` on, where `}}` stands for a brace.
bool read_specifiers(std::string_view text, std::size_t at, Placeholder& placeholder) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '}') {
      if (character_at(text, at + 1) != '}') {
        placeholder.end = at + 1;
        return true;
      }
      ++at;
    }
    placeholder.specifiers += text[at];
  }
  return false;
}

// `{N}` or `{N:specifiers}` at the brace `at`.
std::optional<Placeholder> read_placeholder(std::string_view text, std::size_t at) {
  Placeholder placeholder;
  unsigned char number = 0;
  const char* first = text.data() + at + 1;
  auto [end, code] = std::from_chars(first, text.data() + text.size(), number);
  if (code != std::errc() || end == first) return std::nullopt;
  placeholder.argument = number;
  std::size_t next = static_cast<std::size_t>(end - text.data());
  if (character_at(text, next) == '}') {
    placeholder.end = next + 1;
    return placeholder;
  }
  if (character_at(text, next) != ':' || !read_specifiers(text, next, placeholder))
    return std::nullopt;
  return placeholder;
}

}  // namespace

bool Evaluator::append_argument(const ExpressionNode& node, std::size_t argument,
                                std::vector<std::optional<std::string>>& texts, std::string& text,
                                ExplainedPart* trace) {
  if (!texts[argument]) {
    Value slot;
    const Value* value = evaluate(node.children[argument], slot,
                                  trace == nullptr ? nullptr : &trace->children[argument]);
    if (value == nullptr) return false;
    texts[argument] = value->to_text();
  }
  text += *texts[argument];
  return fits(node, text.size());
}

// Arguments are evaluated only where the format uses them, and once.
const Value* Evaluator::format(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  Value format_slot;
  const Value* first =
      evaluate(node.children[0], format_slot, trace == nullptr ? nullptr : &trace->children[0]);
  if (first == nullptr) return nullptr;
  std::string format = first->to_text();
  std::string_view rest = format;
  std::vector<std::optional<std::string>> texts(node.children.size());
  std::string text;
  std::size_t at = 0;
  while (at < rest.size()) {
    std::size_t brace = rest.find_first_of("{}", at);
    text += rest.substr(at, brace == kNone ? kNone : brace - at);
    if (brace == kNone) break;
    if (character_at(rest, brace + 1) == rest[brace]) {
      text += rest[brace];
      at = brace + 2;
      continue;
    }
    auto placeholder = rest[brace] == '{' ? read_placeholder(rest, brace) : std::nullopt;
    if (!placeholder) return fail(node, cat("The following format string is invalid: ", format));
    if (placeholder->argument + 1 >= node.children.size())
      return fail(node, cat("The following format string references more arguments than were "
                            "supplied: ",
                            format));
    if (!placeholder->specifiers.empty())
      return fail(node, cat("The format specifiers '", placeholder->specifiers,
                            "' are not valid; only {N} can be used: ", format));
    if (!append_argument(node, placeholder->argument + 1, texts, text, trace)) return nullptr;
    at = placeholder->end;
  }
  return text_result(node, std::move(text), slot);
}

}  // namespace sluice::pipeline
