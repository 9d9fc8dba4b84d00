#include <array>
#include <charconv>
#include <span>

#include "base/strings.h"
#include "pipeline/cron.h"

namespace sluice::pipeline {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays = {"SUN", "MON", "TUE", "WED",
                                                       "THU", "FRI", "SAT"};

struct FieldRule {
  std::string_view name;
  std::string_view allowed;
  int low = 0;
  int high = 0;
  std::span<const std::string_view> names = {};  // the first one is `low`
};

constexpr std::array<FieldRule, 5> kFields = {{
    {"minute", "0-59", 0, 59},
    {"hour", "0-23", 0, 23},
    {"day of the month", "1-31", 1, 31},
    {"month", "1-12 or JAN-DEC", 1, 12, kMonths},
    {"day of the week", "0-6 or SUN-SAT", 0, 6, kWeekdays},
}};

struct Word {
  std::size_t offset = 0;
  std::string_view text;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t", begin), text.size());
    words.push_back({begin, text.substr(begin, at - begin)});
  }
  return words;
}

std::vector<Word> parts_of(const Word& word, char separator) {
  std::vector<Word> parts;
  for (std::string_view part : split(word.text, separator))
    parts.push_back({word.offset + static_cast<std::size_t>(part.data() - word.text.data()), part});
  return parts;
}

// A value that a hostile file makes long is quoted in part.
std::string quoted(std::string_view text) {
  return text.size() <= 40 ? cat("'", text, "'") : cat("'", text.substr(0, 40), "…'");
}

class FieldReader {
 public:
  FieldReader(const FieldRule& rule, std::vector<CronProblem>* problems)
      : rule_(rule), problems_(*problems) {}

  std::uint64_t read(const Word& field) {
    std::uint64_t bits = 0;
    for (const Word& item : parts_of(field, ',')) bits |= read_item(item);
    return bits;
  }

 private:
  std::uint64_t read_item(const Word& item) {
    const std::vector<Word> parts = parts_of(item, '/');
    if (parts.size() > 2) return problem(item, "has more than one '/'");
    const bool stepped = parts.size() == 2;
    std::optional<int> step = stepped ? read_step(parts[1]) : 1;
    const Word& range = parts[0];
    if (range.text == "*") return step ? bits(rule_.low, rule_.high, *step) : 0;
    const std::vector<Word> ends = parts_of(range, '-');
    if (ends.size() > 2) return problem(range, "has more than one '-'");
    const std::optional<int> first = read_value(ends.front());
    if (!first) return 0;
    const std::optional<int> last = ends.size() == 2 ? read_value(ends.back())
                                    : stepped        ? rule_.high
                                                     : first;
    if (!last || !step) return 0;
    if (*last < *first) return problem(range, "ends before it begins");
    return bits(*first, *last, *step);
  }

  std::optional<int> read_value(const Word& word) {
    for (std::size_t i = 0; i < rule_.names.size(); ++i)
      if (equal_ignoring_case(word.text, rule_.names[i])) return rule_.low + static_cast<int>(i);
    const std::optional<int> value = number(word.text);
    if (value && *value >= rule_.low && *value <= rule_.high) return value;
    problem(word, word.text.empty() ? "lacks a value" : "is not allowed");
    return std::nullopt;
  }

  std::optional<int> read_step(const Word& word) {
    const std::optional<int> value = number(word.text);
    if (value && *value >= 1 && *value <= rule_.high) return value;
    problems_.push_back(
        {word.offset, cat("in the field of the ", rule_.name, ", the step ", quoted(word.text),
                          " after '/' is not allowed; allowed are 1-", rule_.high)});
    return std::nullopt;
  }

  static std::optional<int> number(std::string_view text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || text.size() > 4 || text.front() == '-' || error != std::errc() ||
        end != text.data() + text.size())
      return std::nullopt;
    return value;
  }

  static std::uint64_t bits(int first, int last, int step) {
    std::uint64_t set = 0;
    for (int value = first; value <= last; value += step) set |= std::uint64_t{1} << value;
    return set;
  }

  std::uint64_t problem(const Word& word, std::string_view what) {
    problems_.push_back(
        {word.offset, cat("in the field of the ", rule_.name, ", ", quoted(word.text), " ", what,
                          "; allowed are ", rule_.allowed,
                          ", '*', ranges (a-b), steps (*/n) and "
                          "lists of these (a,b)")});
    return 0;
  }

  const FieldRule& rule_;
  std::vector<CronProblem>& problems_;
};

CronProblem wrong_count(std::string_view text, const std::vector<Word>& words) {
  constexpr std::string_view kShape =
      "a schedule has five fields: minute, hour, day of the month, month, day of the week";
  if (!words.empty() && words.front().text.starts_with('@'))
    return {words.front().offset, cat("short forms such as ", quoted(words.front().text),
                                      " are not allowed; ", kShape, ", for example '0 0 * * *'")};
  return {0, cat(quoted(trim(text)), " has ", plural(words.size(), "field"), "; ", kShape)};
}

// Only this way of taking every day leaves the choice to the other field.
bool is_any(std::string_view field) {
  return field == "*" || field == "*/1";
}

}  // namespace

ParsedCron parse_cron(std::string_view text) {
  const std::vector<Word> words = words_of(text);
  ParsedCron parsed;
  if (words.size() != kFields.size()) {
    parsed.problems.push_back(wrong_count(text, words));
    return parsed;
  }
  std::array<std::uint64_t, 5> bits{};
  for (std::size_t i = 0; i < kFields.size(); ++i)
    bits[i] = FieldReader(kFields[i], &parsed.problems).read(words[i]);
  if (!parsed.problems.empty()) return parsed;
  Cron::Fields fields;
  fields.minutes = bits[0];
  fields.hours = static_cast<std::uint32_t>(bits[1]);
  fields.days = static_cast<std::uint32_t>(bits[2]);
  fields.months = static_cast<std::uint32_t>(bits[3]);
  fields.weekdays = static_cast<std::uint32_t>(bits[4]);
  fields.any_day = is_any(words[2].text);
  fields.any_weekday = is_any(words[4].text);
  parsed.cron = Cron(fields);
  return parsed;
}

}  // namespace sluice::pipeline
