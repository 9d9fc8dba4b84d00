#include <cctype>
#include <optional>

#include "base/strings.h"
#include "base/tzif.h"

namespace sluice {
namespace {

using namespace std::chrono;

// A day of the year and the time on it at which the clocks change.
struct ChangeDay {
  enum class Kind { MonthWeekDay, JulianWithoutLeapDay, DayOfYear } kind = Kind::MonthWeekDay;
  int month = 1;
  int week = 1;  // 5: the last one
  int day = 0;   // weekday for MonthWeekDay
  seconds time = hours(2);
};

class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_name() {
    const bool quoted = take('<');
    std::size_t length = 0;
    while (length < text_.size() && is_name_char(text_[length], quoted)) ++length;
    text_.remove_prefix(length);
    return length >= 3 && (!quoted || take('>'));
  }
  std::optional<int> number(int low, int high) {
    std::size_t length = 0;
    int value = 0;
    while (length < text_.size() && length < 4 && text_[length] >= '0' && text_[length] <= '9')
      value = value * 10 + (text_[length++] - '0');
    text_.remove_prefix(length);
    if (length == 0 || value < low || value > high) return std::nullopt;
    return value;
  }
  // [+-]h[h[h]][:mm[:ss]]
  std::optional<seconds> time(int max_hours) {
    const bool negative = take('-');
    if (!negative) take('+');
    auto h = number(0, max_hours);
    if (!h) return std::nullopt;
    seconds value = hours(*h);
    for (seconds unit : {seconds(60), seconds(1)}) {
      if (!take(':')) break;
      auto part = number(0, 59);
      if (!part) return std::nullopt;
      value += *part * unit;
    }
    return negative ? -value : value;
  }
  std::optional<ChangeDay> change() {
    std::optional<ChangeDay> day = change_date();
    if (!day || !take('/')) return day;
    auto at = time(167);
    if (!at) return std::nullopt;
    day->time = *at;
    return day;
  }

 private:
  static bool is_name_char(char c, bool quoted) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) return true;
    return quoted && (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-');
  }

  std::optional<ChangeDay> change_date() {
    ChangeDay day;
    if (take('M')) {
      auto month = number(1, 12);
      if (!month || !take('.')) return std::nullopt;
      auto week = number(1, 5);
      if (!week || !take('.')) return std::nullopt;
      auto weekday = number(0, 6);
      if (!weekday) return std::nullopt;
      day.month = *month;
      day.week = *week;
      day.day = *weekday;
      return day;
    }
    day.kind = take('J') ? ChangeDay::Kind::JulianWithoutLeapDay : ChangeDay::Kind::DayOfYear;
    auto n = day.kind == ChangeDay::Kind::DayOfYear ? number(0, 365) : number(1, 365);
    if (!n) return std::nullopt;
    day.day = *n;
    return day;
  }

  std::string_view text_;
};

struct PosixRule {
  seconds standard{};
  seconds summer{};
  std::optional<ChangeDay> to_summer;
  std::optional<ChangeDay> to_standard;
};

std::optional<PosixRule> parse_rule(std::string_view text) {
  RuleReader in(text);
  PosixRule rule;
  if (!in.take_name()) return std::nullopt;
  auto west = in.time(24);
  if (!west) return std::nullopt;
  rule.standard = -*west;
  if (in.at_end()) return rule;
  if (!in.take_name()) return std::nullopt;
  rule.summer = rule.standard + hours(1);
  if (!in.take(',')) {
    west = in.time(24);
    if (!west || !in.take(',')) return std::nullopt;
    rule.summer = -*west;
  }
  rule.to_summer = in.change();
  if (!rule.to_summer || !in.take(',')) return std::nullopt;
  rule.to_standard = in.change();
  if (!rule.to_standard || !in.at_end()) return std::nullopt;
  return rule;
}

sys_days date_of(const ChangeDay& change, year y) {
  if (change.kind == ChangeDay::Kind::DayOfYear)
    return sys_days(y / January / 1) + days(change.day);
  if (change.kind == ChangeDay::Kind::JulianWithoutLeapDay) {
    const bool after_leap_day = y.is_leap() && change.day >= 60;
    return sys_days(y / January / 1) + days(change.day - (after_leap_day ? 0 : 1));
  }
  const month m(static_cast<unsigned>(change.month));
  const weekday wd(static_cast<unsigned>(change.day));
  if (change.week == 5) return sys_days(y / m / wd[last]);
  return sys_days(y / m / wd[static_cast<unsigned>(change.week)]);
}

}  // namespace

Result<std::vector<ZoneSpan>> expand_posix_rule(std::string_view text, year first, year last) {
  std::optional<PosixRule> rule = parse_rule(text);
  if (!rule) return corrupt(cat("'", text.substr(0, 80), "' is not a POSIX time zone rule"));
  std::vector<ZoneSpan> spans;
  if (!rule->to_summer) {
    spans.push_back({UtcSeconds(sys_days(first / January / 1)), rule->standard});
    return spans;
  }
  for (year y = first; y <= last; ++y) {
    // Each change is told in the time that holds before it.
    ZoneSpan summer{date_of(*rule->to_summer, y) + rule->to_summer->time - rule->standard,
                    rule->summer};
    ZoneSpan standard{date_of(*rule->to_standard, y) + rule->to_standard->time - rule->summer,
                      rule->standard};
    if (standard.begin < summer.begin) std::swap(summer, standard);
    spans.push_back(summer);
    spans.push_back(standard);
  }
  return spans;
}

}  // namespace sluice
