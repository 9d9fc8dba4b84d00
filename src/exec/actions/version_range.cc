#include "exec/actions/version_range.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/strings.h"

namespace sluice::exec {
namespace {

// A version of which only the first `given` numbers are said.
struct Partial {
  Version version{0, 0, 0};
  std::size_t given = 0;
};

std::optional<Partial> parse_partial(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  Partial partial;
  for (const std::string_view part : split(text, '.')) {
    if (part == "x" || part == "X" || part == "*") return partial;
    if (partial.given == 3 || part.empty()) return std::nullopt;
    int& number = partial.version[partial.given++];
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    const bool suffix = end != part.data() + part.size();
    if (suffix && partial.given < 2) return std::nullopt;  // "lts", "3rd"
    if (suffix) return partial;
  }
  return partial;
}

// The first version after all those that begin with the first `given` numbers.
Version next_after(Version version, std::size_t given) {
  if (given == 0) return {1'000'000, 0, 0};
  ++version[given - 1];
  for (std::size_t i = given; i < 3; ++i) version[i] = 0;
  return version;
}

Version caret_end(const Partial& partial) {
  for (std::size_t i = 0; i < partial.given; ++i)
    if (partial.version[i] != 0) return next_after(partial.version, i + 1);
  return next_after(partial.version, partial.given);
}

std::string_view take_operator(std::string_view& text) {
  for (const std::string_view op : {">=", "<=", "==", "^", "~", ">", "<", "="}) {
    if (!text.starts_with(op)) continue;
    text = trim(text.substr(op.size()));
    return op;
  }
  return "=";
}

// Operators stand next to their versions: ">= 3.9" becomes ">=3.9".
std::string without_space_after_operators(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' || out.empty() ||
        std::string_view("<>=^~ ").find(out.back()) == std::string_view::npos)
      out += c;
  return out;
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  const std::optional<Partial> partial = parse_partial(trim(text));
  if (!partial || partial->given == 0) return std::nullopt;
  return partial->version;
}

Result<void> VersionRange::narrow(Span& span, std::string_view comparator) {
  std::string_view text = comparator;
  const std::string_view op = take_operator(text);
  const std::optional<Partial> partial = parse_partial(text);
  if (!partial) return invalid_input(cat("'", comparator, "' is not a version or a range"));
  const Version after = next_after(partial->version, partial->given);
  Span wanted{partial->version, after};
  if (op == ">=") wanted.high = Span{}.high;
  if (op == ">") wanted = {after, Span{}.high};
  if (op == "<=") wanted.low = Span{}.low;
  if (op == "<") wanted = {Span{}.low, partial->version};
  if (op == "^") wanted.high = caret_end(*partial);
  if (op == "~")
    wanted.high = next_after(partial->version, std::min<std::size_t>(partial->given, 2));
  span.low = std::max(span.low, wanted.low);
  span.high = std::min(span.high, wanted.high);
  return success();
}

Result<VersionRange::Span> VersionRange::parse_all(std::string_view text) {
  Span span;
  if (const std::size_t dash = text.find(" - "); dash != std::string_view::npos) {
    TRY(narrow(span, cat(">=", trim(text.substr(0, dash)))));
    TRY(narrow(span, cat("<=", trim(text.substr(dash + 3)))));
    return span;
  }
  const std::string joined = replace_all(without_space_after_operators(text), ",", " ");
  for (const std::string_view comparator : split(joined, ' '))
    if (!comparator.empty()) TRY(narrow(span, comparator));
  return span;
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  VersionRange range;
  const std::string alternatives = replace_all(std::string(trim(text)), "||", "|");
  for (const std::string_view part : split(alternatives, '|'))
    range.any_of_.push_back(TRY(parse_all(trim(part))));
  return range;
}

bool VersionRange::contains(const Version& version) const {
  return std::any_of(any_of_.begin(), any_of_.end(),
                     [&](const Span& span) { return span.low <= version && version < span.high; });
}

}  // namespace sluice::exec
