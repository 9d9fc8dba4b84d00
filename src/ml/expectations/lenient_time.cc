#include "ml/expectations/lenient_time.h"

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/data/value.h"

namespace sluice::ml::expectations {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 12> kFillers = {"at", "on", "and", "ad", "of", "st",
                                                       "nd", "rd", "th",  "t",  "m",  "z"};
constexpr std::array<std::string_view, 4> kZones = {"utc", "gmt", "z", "est"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  for (const std::string_view known : words)
    if (known == word) return true;
  return false;
}

// 1-based place of a name or of its first three letters; 0 where it is none.
template <std::size_t N>
int named(const std::array<std::string_view, N>& names, std::string_view word) {
  if (word == "sept") word = "sep";
  for (std::size_t i = 0; i < N; ++i)
    if (word == names[i] || word == names[i].substr(0, 3)) return static_cast<int>(i) + 1;
  return 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Token {
  enum class Kind { Number, Word, Sign } kind;
  std::string text;  // words in lower case
};

std::optional<std::vector<Token>> tokens_of(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  if (text.size() > kLongest) return std::nullopt;
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (is_digit(text[at])) {
      while (at < text.size() && is_digit(text[at])) ++at;
      tokens.push_back({Token::Kind::Number, std::string(text.substr(start, at - start))});
    } else if (is_letter(text[at])) {
      while (at < text.size() && is_letter(text[at])) ++at;
      tokens.push_back({Token::Kind::Word, to_lower(text.substr(start, at - start))});
    } else {
      tokens.push_back({Token::Kind::Sign, std::string(1, text[at++])});
    }
  }
  return tokens;
}

struct Clock {
  int hour = 0;
  int minute = 0;
  double second = 0;
  double offset = 0;
  bool given = false;
};

// Day, month and year in the order in which they came, until it is clear which is which.
struct Parts {
  std::vector<long> numbers;
  int month_at = -1;  // the one that was a name
  int year_at = -1;   // the one that can only be a year
};

std::optional<double> moment(long year, long month, long day, const Clock& clock) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || clock.hour > 23 || clock.minute > 59 || clock.second >= 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * 86400 + clock.hour * 3600 + clock.minute * 60 + clock.second -
         clock.offset;
}

enum class YearForm { TwoDigits, Full };

long full_year(long year, YearForm form) {
  if (form == YearForm::Full || year > 99) return year;
  return year < 75 ? 2000 + year : 1900 + year;
}

class LenientParser {
 public:
  explicit LenientParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::optional<double> parse() {
    while (at_ < tokens_.size())
      if (!step()) return std::nullopt;
    return resolve();
  }

 private:
  const Token* peek(std::size_t ahead) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool is_sign(std::size_t ahead, std::string_view sign) const {
    const Token* token = peek(ahead);
    return token != nullptr && token->kind == Token::Kind::Sign && token->text == sign;
  }
  bool is_number(std::size_t ahead) const {
    const Token* token = peek(ahead);
    return token != nullptr && token->kind == Token::Kind::Number;
  }

  bool step() {
    const Token& token = tokens_[at_];
    if (token.kind == Token::Kind::Number) return number(token.text);
    if (token.kind == Token::Kind::Word) return word(token.text);
    if (clock_.given && (token.text == "+" || token.text == "-") && is_number(1)) return offset();
    ++at_;
    return std::string_view(" ,.;-/'T").find(token.text) != std::string_view::npos;
  }

  bool word(const std::string& text) {
    ++at_;
    if (const int month = named(kMonths, text); month > 0) {
      if (parts_.month_at >= 0) return false;
      parts_.month_at = static_cast<int>(parts_.numbers.size());
      parts_.numbers.push_back(month);
      return true;
    }
    if (named(kDays, text) > 0) return true;
    if (text == "am" || text == "pm" || text == "a" || text == "p") return half_day(text[0]);
    return among(kFillers, text) || (clock_.given && among(kZones, text));
  }

  bool half_day(char half) {
    if (!clock_.given || clock_.hour > 12) return false;
    clock_.hour = clock_.hour % 12 + (half == 'p' ? 12 : 0);
    return true;
  }

  bool offset() {
    const double sign = tokens_[at_].text == "+" ? 1 : -1;
    const std::string digits = tokens_[at_ + 1].text;
    at_ += 2;
    if (digits.size() > 4) return false;
    const long value = std::stol(digits);
    double hours = static_cast<double>(digits.size() == 4 ? value / 100 : value);
    double minutes = static_cast<double>(digits.size() == 4 ? value % 100 : 0);
    if (digits.size() <= 2 && is_sign(0, ":") && is_number(1)) {
      if (tokens_[at_ + 1].text.size() > 2) return false;
      minutes = static_cast<double>(std::stol(tokens_[at_ + 1].text));
      at_ += 2;
    }
    clock_.offset = sign * (hours * 3600 + minutes * 60);
    return true;
  }

  bool number(const std::string& text) {
    if (text.size() > 14) return false;
    if (is_sign(1, ":") && is_number(2)) return time(text);
    const Token* next = peek(1);
    if (next != nullptr && next->kind == Token::Kind::Word &&
        (next->text == "am" || next->text == "pm") && !clock_.given && text.size() <= 2) {
      clock_ = {std::stoi(text), 0, 0, 0, true};
      ++at_;
      return clock_.hour <= 12;
    }
    ++at_;
    if (text.size() == 8 || text.size() == 14) return packed(text);
    return add(text);
  }

  // 20160109, with a time 20160109084025.
  bool packed(const std::string& text) {
    if (!parts_.numbers.empty()) return false;
    parts_.numbers = {std::stol(text.substr(0, 4)), std::stol(text.substr(4, 2)),
                      std::stol(text.substr(6, 2))};
    parts_.year_at = 0;
    parts_.month_at = 1;
    if (text.size() == 14)
      clock_ = {std::stoi(text.substr(8, 2)), std::stoi(text.substr(10, 2)),
                static_cast<double>(std::stol(text.substr(12, 2))), 0, true};
    return true;
  }

  bool add(const std::string& text) {
    if (parts_.numbers.size() >= 3) return false;
    const long value = std::stol(text);
    if (text.size() > 2 || value > 31) {
      if (parts_.year_at >= 0) return false;
      parts_.year_at = static_cast<int>(parts_.numbers.size());
      year_form_ = text.size() > 2 ? YearForm::Full : YearForm::TwoDigits;
    }
    parts_.numbers.push_back(value);
    return true;
  }

  bool time(const std::string& text) {
    if (clock_.given || text.size() > 2) return false;
    clock_ = {std::stoi(text), 0, 0, 0, true};
    if (tokens_[at_ + 2].text.size() > 2) return false;
    clock_.minute = std::stoi(tokens_[at_ + 2].text);
    at_ += 3;
    if (!is_sign(0, ":") || !is_number(1)) return true;
    std::string seconds = tokens_[at_ + 1].text;
    at_ += 2;
    if ((is_sign(0, ".") || is_sign(0, ",")) && is_number(1)) {
      seconds += cat(".", tokens_[at_ + 1].text);
      at_ += 2;
    }
    const auto exact = parse_number(seconds);
    if (!exact) return false;
    clock_.second = *exact;
    return true;
  }

  std::optional<double> resolve() const {
    const auto& n = parts_.numbers;
    if (n.empty()) return clock_.given ? moment(2000, 1, 1, clock_) : std::nullopt;
    if (parts_.month_at >= 0) return with_month();
    if (n.size() == 1)
      return parts_.year_at == 0 ? moment(full_year(n[0], year_form_), 1, 1, clock_)
                                 : moment(2000, 1, n[0], clock_);
    if (n.size() == 2) return two();
    if (parts_.year_at == 0) return n[1] > 12 ? in_order(0, 2, 1) : in_order(0, 1, 2);
    if (parts_.year_at == 1) return in_order(1, 0, 2);
    return n[0] > 12 ? in_order(2, 1, 0) : in_order(2, 0, 1);
  }

  std::optional<double> in_order(std::size_t year, std::size_t month, std::size_t day) const {
    const auto& n = parts_.numbers;
    const bool known = parts_.year_at == static_cast<int>(year);
    return moment(full_year(n[year], known ? year_form_ : YearForm::TwoDigits), n[month], n[day],
                  clock_);
  }

  std::optional<double> two() const {
    const auto& n = parts_.numbers;
    if (parts_.year_at == 0) return moment(full_year(n[0], year_form_), n[1], 1, clock_);
    if (parts_.year_at == 1) return moment(full_year(n[1], year_form_), n[0], 1, clock_);
    return n[0] > 12 ? moment(2000, n[1], n[0], clock_) : moment(2000, n[0], n[1], clock_);
  }

  std::optional<double> with_month() const {
    std::vector<std::size_t> others;
    const auto month = static_cast<std::size_t>(parts_.month_at);
    for (std::size_t i = 0; i < parts_.numbers.size(); ++i)
      if (i != month) others.push_back(i);
    const auto& n = parts_.numbers;
    if (others.empty()) return moment(2000, n[month], 1, clock_);
    const bool first_is_year = parts_.year_at == static_cast<int>(others[0]);
    if (others.size() == 1)
      return first_is_year ? moment(full_year(n[others[0]], year_form_), n[month], 1, clock_)
                           : moment(2000, n[month], n[others[0]], clock_);
    return first_is_year ? in_order(others[0], month, others[1])
                         : in_order(others[1], month, others[0]);
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Parts parts_;
  Clock clock_;
  YearForm year_form_ = YearForm::TwoDigits;
};

enum class NameForm { Short, Full };

// Reading by a strptime format.
class FormatMatch {
 public:
  FormatMatch(std::string_view text, std::string_view format) : text_(text), format_(format) {}

  bool matches() {
    for (std::size_t i = 0; i < format_.size(); ++i) {
      const char c = format_[i];
      if (c == '%' && i + 1 < format_.size()) {
        if (!directive(format_[++i])) return false;
      } else if (c == ' ') {
        if (!blanks()) return false;
      } else if (at_ >= text_.size() || text_[at_++] != c) {
        return false;
      }
    }
    return at_ == text_.size() && calendar_has_it();
  }

 private:
  bool blanks() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return at_ > start;
  }

  // Up to `digits` digits within the limits; fewer where all would be too much.
  bool number(std::size_t digits, int low, int high, int* value = nullptr) {
    std::size_t taken = 0;
    while (taken < digits && at_ + taken < text_.size() && is_digit(text_[at_ + taken])) ++taken;
    for (; taken > 0; --taken) {
      int read = 0;
      for (std::size_t i = 0; i < taken; ++i) read = read * 10 + (text_[at_ + i] - '0');
      if (read < low || read > high) continue;
      at_ += taken;
      if (value != nullptr) *value = read;
      return true;
    }
    return false;
  }

  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names, NameForm form, int* value = nullptr) {
    for (std::size_t i = 0; i < N; ++i) {
      const std::string_view word = form == NameForm::Full ? names[i] : names[i].substr(0, 3);
      if (!equal_ignoring_case(text_.substr(at_, word.size()), word)) continue;
      at_ += word.size();
      if (value != nullptr) *value = static_cast<int>(i) + 1;
      return true;
    }
    return false;
  }

  bool zone() {
    if (at_ < text_.size() && text_[at_] == 'Z') return ++at_, true;
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return false;
    ++at_;
    if (!number(2, 0, 23)) return false;
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    return number(2, 0, 59);
  }

  bool literal(std::string_view wanted) {
    if (!equal_ignoring_case(text_.substr(at_, wanted.size()), wanted)) return false;
    at_ += wanted.size();
    return true;
  }

  bool four_digit_year() {
    const std::size_t start = at_;
    return number(4, 1, 9999, &year_) && at_ - start == 4;
  }

  bool directive(char c);
  bool calendar_has_it() const {
    const std::chrono::year_month_day date{std::chrono::year(year_),
                                           std::chrono::month(static_cast<unsigned>(month_)),
                                           std::chrono::day(static_cast<unsigned>(day_))};
    return date.ok();
  }

  std::string_view text_;
  std::string_view format_;
  std::size_t at_ = 0;
  int year_ = 1900;
  int month_ = 1;
  int day_ = 1;
};

constexpr std::string_view kDirectives = "YymdHIMSfjbBaApzZwUWcxXGuV%";

bool FormatMatch::directive(char c) {
  switch (c) {
    case 'Y':
    case 'G':
      return four_digit_year();
    case 'y':
      return number(2, 0, 99);
    case 'm':
      return number(2, 1, 12, &month_);
    case 'd':
      return number(2, 1, 31, &day_);
    case 'H':
      return number(2, 0, 23);
    case 'I':
      return number(2, 1, 12);
    case 'M':
      return number(2, 0, 59);
    case 'S':
      return number(2, 0, 61);
    case 'f':
      return number(6, 0, 999999);
    case 'j':
      return number(3, 1, 366);
    case 'w':
      return number(1, 0, 6);
    case 'u':
      return number(1, 1, 7);
    case 'U':
    case 'W':
    case 'V':
      return number(2, 0, 53);
    case 'b':
      return name(kMonths, NameForm::Short, &month_);
    case 'B':
      return name(kMonths, NameForm::Full, &month_);
    case 'a':
      return name(kDays, NameForm::Short);
    case 'A':
      return name(kDays, NameForm::Full);
    case 'p':
      return literal("am") || literal("pm");
    case 'z':
      return zone();
    case 'Z':
      return literal("utc") || literal("gmt") || literal("est");
    case '%':
      return literal("%");
    default:
      return false;
  }
}

// The directives that stand for several others, in the C locale.
std::string expanded(std::string_view format) {
  std::string text = replace_all(std::string(format), "%c", "%a %b %d %H:%M:%S %Y");
  text = replace_all(std::move(text), "%x", "%m/%d/%y");
  return replace_all(std::move(text), "%X", "%H:%M:%S");
}

}  // namespace

std::optional<double> parse_lenient_time(std::string_view text) {
  if (const auto exact = parse_date(text)) return exact;
  auto tokens = tokens_of(trim(text));
  if (!tokens || tokens->empty()) return std::nullopt;
  return LenientParser(std::move(*tokens)).parse();
}

Result<void> check_strptime_format(std::string_view format) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size()) return invalid_input(cat("stray % in format '", format, "'"));
    if (kDirectives.find(format[i]) == std::string_view::npos)
      return invalid_input(cat("'", format[i], "' is a bad directive in format '", format, "'"));
  }
  return success();
}

bool matches_strptime(std::string_view text, std::string_view format) {
  return FormatMatch(text, expanded(format)).matches();
}

}  // namespace sluice::ml::expectations
