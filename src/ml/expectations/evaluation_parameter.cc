#include "ml/expectations/evaluation_parameter.h"

#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/expectations/cell.h"

namespace sluice::ml::expectations {
namespace {

constexpr int kDeepest = 50;
constexpr std::string_view kKey = "$PARAMETER";

enum class Unit { Number, Moment, Span };

struct Quantity {
  double value = 0;
  Unit unit = Unit::Number;
};

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == ':';
}

struct SpanUnit {
  std::string_view word;
  double seconds;
};
constexpr SpanUnit kSpanUnits[] = {{"weeks", 604800},     {"days", 86400}, {"hours", 3600},
                                   {"minutes", 60},       {"seconds", 1},  {"milliseconds", 1e-3},
                                   {"microseconds", 1e-6}};

using Function = double (*)(double);
struct NamedFunction {
  std::string_view name;
  Function function;
};
constexpr NamedFunction kFunctions[] = {
    {"sin", [](double x) { return std::sin(x); }},
    {"cos", [](double x) { return std::cos(x); }},
    {"tan", [](double x) { return std::tan(x); }},
    {"exp", [](double x) { return std::exp(x); }},
    {"abs", [](double x) { return std::abs(x); }},
    {"trunc", [](double x) { return std::trunc(x); }},
    {"round", [](double x) { return std::nearbyint(x); }},
    {"sgn", [](double x) { return x > 0   ? 1.0
                                  : x < 0 ? -1.0
                                          : 0.0; }},
};

class Calculator {
 public:
  Calculator(std::string_view text, const Parameters& parameters)
      : text_(text), parameters_(parameters) {}

  Result<Quantity> whole() {
    const Quantity value = TRY(sum(0));
    skip();
    if (at_ < text_.size()) return mistake("unexpected text");
    return value;
  }

 private:
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Error mistake(std::string_view what) const {
    return invalid_input(
        cat("EvaluationParameterError: '", text_, "' at character ", at_ + 1, ": ", what));
  }

  Result<Quantity> sum(int depth) {
    if (depth > kDeepest) return mistake("too deeply nested");
    Quantity left = TRY(product(depth));
    while (true) {
      const bool plus = take('+');
      if (!plus && !take('-')) return left;
      const Quantity right = TRY(product(depth));
      const double value = plus ? left.value + right.value : left.value - right.value;
      const bool both = left.unit == Unit::Moment && right.unit == Unit::Moment;
      left = {value, both ? Unit::Span : std::max(left.unit, right.unit, moment_first)};
    }
  }

  static bool moment_first(Unit a, Unit b) {
    const auto rank = [](Unit unit) {
      return unit == Unit::Moment ? 2 : unit == Unit::Span ? 1 : 0;
    };
    return rank(a) < rank(b);
  }

  Result<Quantity> product(int depth) {
    Quantity left = TRY(power(depth));
    while (true) {
      const bool times = take('*');
      if (!times && !take('/')) return left;
      const Quantity right = TRY(power(depth));
      left = {times ? left.value * right.value : left.value / right.value,
              std::max(left.unit, right.unit, moment_first)};
    }
  }

  Result<Quantity> power(int depth) {
    Quantity base = TRY(single(depth + 1));
    if (!take('^')) return base;
    const Quantity exponent = TRY(power(depth + 1));
    return Quantity{std::pow(base.value, exponent.value), Unit::Number};
  }

  Result<Quantity> single(int depth) {
    if (depth > kDeepest) return mistake("too deeply nested");
    if (take('-')) {
      Quantity value = TRY(single(depth + 1));
      value.value = -value.value;
      return value;
    }
    if (take('(')) {
      const Quantity value = TRY(sum(depth + 1));
      if (!take(')')) return mistake("expected ')'");
      return value;
    }
    skip();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word.empty()) return mistake("expected a number or a name");
    if (const auto number = parse_number(word)) return Quantity{*number, Unit::Number};
    return named(word, depth);
  }

  Result<Quantity> named(std::string_view word, int depth) {
    if (const auto given = parameters_.values.find(std::string(word));
        given != parameters_.values.end())
      return given_value(word, given->second);
    if (word == "PI") return Quantity{std::numbers::pi, Unit::Number};
    if (word == "E") return Quantity{std::numbers::e, Unit::Number};
    if (!take('(')) return mistake(cat("No value found for $PARAMETER ", word));
    if (word == "now") return closed({parameters_.now, Unit::Moment});
    if (word == "datetime") return moment(depth);
    if (word == "timedelta") return span(depth);
    for (const NamedFunction& known : kFunctions) {
      if (known.name != word) continue;
      const Quantity inner = TRY(sum(depth + 1));
      return closed({known.function(inner.value), Unit::Number});
    }
    return mistake(cat("there is no function '", word, "'"));
  }

  Result<Quantity> given_value(std::string_view word, const Json& value) const {
    const Cell cell = cell_of(value);
    if (!cell.is_numeric())
      return invalid_input(cat("EvaluationParameterError: ", word, " is not a number"));
    return Quantity{cell.number, Unit::Number};
  }

  Result<Quantity> closed(Quantity value) {
    if (!take(')')) return mistake("expected ')'");
    return value;
  }

  Result<Quantity> moment(int depth) {
    std::vector<double> parts;
    do {
      skip_keyword();
      const Quantity part = TRY(sum(depth + 1));
      parts.push_back(part.value);
    } while (take(','));
    parts.resize(std::max<std::size_t>(parts.size(), 7));
    for (const double part : parts)
      if (!(std::abs(part) < 1e7)) return mistake("this is no date");
    const std::chrono::year_month_day date{
        std::chrono::year(static_cast<int>(parts[0])),
        std::chrono::month(static_cast<unsigned>(std::abs(parts[1]))),
        std::chrono::day(static_cast<unsigned>(std::abs(parts[2])))};
    if (!date.ok()) return mistake("this is no date");
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return closed({static_cast<double>(days) * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5] +
                       parts[6] / 1e6,
                   Unit::Moment});
  }

  // The keyword before '=', empty where there is none.
  std::string_view skip_keyword() {
    skip();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (take('=')) return word;
    at_ = start;
    return {};
  }

  Result<Quantity> span(int depth) {
    double seconds = 0;
    if (take(')')) return Quantity{0, Unit::Span};
    do {
      const std::string_view keyword = skip_keyword();
      const Quantity amount = TRY(sum(depth + 1));
      const std::string_view wanted = keyword.empty() ? "days" : keyword;
      const SpanUnit* unit = nullptr;
      for (const SpanUnit& known : kSpanUnits)
        if (known.word == wanted) unit = &known;
      if (unit == nullptr) return mistake(cat("timedelta has no '", keyword, "'"));
      seconds += amount.value * unit->seconds;
    } while (take(','));
    return closed({seconds, Unit::Span});
  }

  std::string_view text_;
  const Parameters& parameters_;
  std::size_t at_ = 0;
};

Result<Json> resolve(const Json& value, const Parameters& parameters, int depth);

// {"$PARAMETER": "name", "$PARAMETER.name": 3} gives its own value along.
Result<Json> resolve_object(const JsonObject& object, const Parameters& parameters, int depth) {
  const Json* expression = find(object, kKey);
  if (expression == nullptr || !expression->is_string()) {
    JsonObject copy;
    for (const auto& member : object)
      copy[member.key()] = TRY(resolve(member.value(), parameters, depth + 1));
    return Json(std::move(copy));
  }
  const std::string_view text = view(expression->get_string());
  Parameters with = parameters;
  const std::string prefix = cat(kKey, ".");
  for (const auto& member : object)
    if (const std::string_view key = member.key(); key.starts_with(prefix))
      with.values.emplace(key.substr(prefix.size()), member.value());
  const auto given = with.values.find(std::string(text));
  if (given != with.values.end()) return given->second;
  return evaluate_parameter(text, with);
}

Result<Json> resolve(const Json& value, const Parameters& parameters, int depth) {
  if (depth > kDeepest) return invalid_input("the arguments are too deeply nested");
  if (value.is_object()) return resolve_object(value.get_object(), parameters, depth);
  if (!value.is_array()) return value;
  JsonArray copy;
  for (const Json& item : value.get_array())
    copy.push_back(TRY(resolve(item, parameters, depth + 1)));
  return Json(std::move(copy));
}

}  // namespace

Result<JsonObject> resolve_parameters(const JsonObject& kwargs, const Parameters& parameters) {
  JsonObject resolved;
  for (const auto& member : kwargs)
    resolved[member.key()] = TRY(resolve(member.value(), parameters, 0));
  return resolved;
}

Result<Json> evaluate_parameter(std::string_view expression, const Parameters& parameters) {
  const Quantity value = TRY(Calculator(expression, parameters).whole());
  if (!std::isfinite(value.value))
    return invalid_input(cat("EvaluationParameterError: '", expression, "' has no finite value"));
  if (value.unit == Unit::Moment) return Json(time_text(value.value));
  return Json(value.value);
}

}  // namespace sluice::ml::expectations
