#include "ml/data/column_check.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/data/value.h"
#include "ml/expectations/cell.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kShownAllowed = 8;

// What a factor between the offending and the usual values may come from.
std::string unit_guess(double ratio) {
  constexpr double kNear = 0.4;  // decades
  const double decades = std::log10(ratio);
  if (std::abs(decades - 2) < kNear) return ": cents instead of dollars?";
  if (std::abs(decades + 2) < kNear) return ": dollars instead of cents?";
  if (std::abs(decades - 3) < kNear) return ": thousandths (grams for kilograms)?";
  if (std::abs(decades + 3) < kNear) return ": thousands (kilograms for grams)?";
  return {};
}

// Empty where there is nothing to compare.
std::string unit_remark(const QuantileSketch& offending, const QuantileSketch& usual) {
  if (offending.count() == 0 || usual.count() == 0) return {};
  const double theirs = offending.quantile(0.5);
  const double others = usual.quantile(0.5);
  if (!(theirs > 0 && others > 0)) return {};
  const double ratio = theirs / others;
  const std::string guess = unit_guess(ratio);
  std::string times;
  if (ratio >= 10) times = cat(", some ", rough_text(ratio, 2), " times as much");
  if (ratio <= 0.1) times = cat(", some 1/", rough_text(1 / ratio, 2), " of it");
  return cat("their median is about ", rough_text(theirs, 2), ", that of the rows in range about ",
             rough_text(others, 2), times, guess);
}

std::string expectation(const ColumnRule& rule) {
  switch (rule.type) {
    case ColumnType::Integer:
      return "a whole number";
    case ColumnType::Number:
      return "a number";
    case ColumnType::Boolean:
      return "true or false";
    case ColumnType::Date:
      return "a date (YYYY-MM-DD)";
    case ColumnType::Timestamp:
      return "a timestamp (YYYY-MM-DDThh:mm)";
    case ColumnType::Text:
    case ColumnType::Category:
      return "text";
  }
  UNREACHABLE();
}

std::string allowed_text(const ColumnRule& rule) {
  std::string text;
  for (std::size_t i = 0; i < std::min(rule.allowed.size(), kShownAllowed); ++i)
    text += cat(i == 0 ? "" : ", ", shortened(rule.allowed[i]));
  if (rule.allowed.size() > kShownAllowed) text += cat(", … (", rule.allowed.size(), " values)");
  return text;
}

}  // namespace

ColumnCheck::ColumnCheck(const ColumnRule& rule, std::size_t field, const NullSpellings& nulls,
                         const std::vector<GroupColumn>& groups, std::size_t max_samples,
                         Values values)
    : rule_(rule),
      field_(field),
      nulls_(nulls),
      values_(values),
      allowed_(rule.allowed.begin(), rule.allowed.end()),
      wrong_type_(groups, max_samples),
      missing_(groups, max_samples),
      below_(groups, max_samples),
      above_(groups, max_samples),
      not_allowed_(groups, max_samples),
      no_match_(groups, max_samples),
      bad_length_(groups, max_samples),
      out_of_order_(groups, max_samples) {
  if (!rule.pattern.empty()) pattern_ = std::make_unique<re2::RE2>(rule.pattern, RE2::Quiet);
  has_spelling_ = pattern_ != nullptr || rule.min_length || rule.max_length;
}

ColumnCheck::ColumnCheck(ColumnCheck&&) noexcept = default;
ColumnCheck::~ColumnCheck() = default;

void ColumnCheck::check(const CsvBlock& block, std::size_t begin, std::size_t end) {
  // In order or not depends on the row before, too.
  const bool by_itself = rule_.order == ValueOrder::Any;
  const std::string_view* field = &block.fields[field_];
  for (std::size_t row = begin; row < end; ++row) {
    const std::string_view text = field[row * block.columns];
    const bool cached = by_itself && !text.empty();
    if (cached && known_.contains(text)) continue;
    const std::uint64_t before = broken();
    check_field(block, row, text);
    if (cached && broken() == before) known_.insert(text);
  }
}

std::uint64_t ColumnCheck::broken() const {
  return wrong_type_.count() + missing_.count() + below_.count() + above_.count() +
         not_allowed_.count() + no_match_.count() + bad_length_.count() + out_of_order_.count();
}

void ColumnCheck::check_field(const CsvBlock& block, std::size_t row, std::string_view text) {
  if (nulls_.contains(text)) return missing_.add(block, row, text);
  if (rule_.is_numeric())
    check_number(block, row, text);
  else if (rule_.is_dated())
    check_date(block, row, text);
  else
    check_text(block, row, text);
  if (has_spelling_) check_spelling(block, row, text);
}

void ColumnCheck::check_spelling(const CsvBlock& block, std::size_t row, std::string_view text) {
  if (pattern_ != nullptr &&
      !RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *pattern_))
    no_match_.add(block, row, text);
  if (!rule_.min_length && !rule_.max_length) return;
  const std::size_t length = expectations::length_of(text);
  if ((rule_.min_length && length < *rule_.min_length) ||
      (rule_.max_length && length > *rule_.max_length))
    bad_length_.add(block, row, text);
}

bool ColumnCheck::is_in_order(int comparison) const {
  switch (rule_.order) {
    case ValueOrder::Any:
      return true;
    case ValueOrder::Increasing:
      return comparison >= 0;
    case ValueOrder::StrictlyIncreasing:
      return comparison > 0;
    case ValueOrder::Decreasing:
      return comparison <= 0;
    case ValueOrder::StrictlyDecreasing:
      return comparison < 0;
  }
  UNREACHABLE();
}

void ColumnCheck::check_order(const CsvBlock& block, std::size_t row, std::string_view text,
                              double value) {
  if (rule_.order == ValueOrder::Any) return;
  const double last = last_number_.value_or(value);
  const int comparison = value < last ? -1 : value > last ? 1 : 0;
  if (last_number_ && !is_in_order(comparison)) out_of_order_.add(block, row, text);
  last_number_ = value;
}

bool ColumnCheck::check_bounds(const CsvBlock& block, std::size_t row, std::string_view text,
                               double value) {
  if (rule_.min && value < *rule_.min) {
    below_.add(block, row, text);
    if (rule_.is_numeric()) too_small_.add(value);
    return false;
  }
  if (rule_.max && value > *rule_.max) {
    above_.add(block, row, text);
    if (rule_.is_numeric()) too_large_.add(value);
    return false;
  }
  return true;
}

void ColumnCheck::check_number(const CsvBlock& block, std::size_t row, std::string_view text) {
  const std::optional<double> number = parse_number(text);
  if (!number || (rule_.type == ColumnType::Integer && *number != std::trunc(*number))) {
    wrong_type_.add(block, row, text);
    return;
  }
  const bool inside = check_bounds(block, row, text, *number);
  check_order(block, row, text, *number);
  if (inside && (rule_.min || rule_.max)) inside_.add(*number);
  const auto& allowed = rule_.allowed_values;
  if (!allowed.empty() && !std::binary_search(allowed.begin(), allowed.end(), *number))
    not_allowed_.add(block, row, text);
}

void ColumnCheck::check_date(const CsvBlock& block, std::size_t row, std::string_view text) {
  const std::optional<double> date = parse_date(text);
  if (!date || (rule_.type == ColumnType::Date && has_time_of_day(text))) {
    wrong_type_.add(block, row, text);
    return;
  }
  check_bounds(block, row, text, *date);
  check_order(block, row, text, *date);
  if (!allowed_.empty() && !allowed_.contains(text)) not_allowed_.add(block, row, text);
}

void ColumnCheck::check_text(const CsvBlock& block, std::size_t row, std::string_view text) {
  if (rule_.type == ColumnType::Boolean && !is_boolean(text)) {
    wrong_type_.add(block, row, text);
    return;
  }
  if (!allowed_.empty() && !allowed_.contains(text)) not_allowed_.add(block, row, text);
  if (rule_.order == ValueOrder::Any) return;
  if (last_text_ && !is_in_order(text.compare(*last_text_))) out_of_order_.add(block, row, text);
  last_text_ = text;
}

std::vector<Rule> ColumnCheck::rules() const {
  std::vector<Rule> rules = {Rule::Type, Rule::MissingValues};
  if (rule_.min) rules.push_back(Rule::Min);
  if (rule_.max) rules.push_back(Rule::Max);
  if (!rule_.allowed.empty()) rules.push_back(Rule::Allowed);
  if (pattern_ != nullptr) rules.push_back(Rule::Pattern);
  if (rule_.min_length || rule_.max_length) rules.push_back(Rule::Length);
  if (rule_.order != ValueOrder::Any) rules.push_back(Rule::Order);
  return rules;
}

// Whether few enough of the values that are there break a rule.
bool ColumnCheck::is_tolerated(const ViolationTally& tally, std::uint64_t total_rows) const {
  return tally.is_tolerated(rule_.mostly, total_rows - missing_.count());
}

void ColumnCheck::report_rule(std::vector<Violation>& violations, Rule rule,
                              const ViolationTally& tally, std::string_view what,
                              std::uint64_t total_rows) const {
  if (tally.count() == 0) return;
  if (rule != Rule::MissingValues && is_tolerated(tally, total_rows)) return;
  Violation violation{.rule = rule, .columns = {rule_.name}};
  violation.severity = rule_.severities.of(rule);
  violation.message = cat("'", rule_.name, "' ", what, " in ", rows_text(tally.count()));
  tally.fill(violation, total_rows);
  violations.push_back(std::move(violation));
}

void ColumnCheck::report_bound(std::vector<Violation>& violations, Rule rule,
                               std::uint64_t total_rows) const {
  const bool below = rule == Rule::Min;
  const ViolationTally& tally = below ? below_ : above_;
  if (tally.count() == 0 || is_tolerated(tally, total_rows)) return;
  const double bound = below ? *rule_.min : *rule_.max;
  const std::string what = cat("is ", below ? "below " : "above ", bound_text(rule_.type, bound));
  report_rule(violations, rule, tally, what, total_rows);
  if (values_ == Values::Hidden) return;
  const std::string unit = unit_remark(below ? too_small_ : too_large_, inside_);
  if (!unit.empty()) violations.back().remarks.push_back(unit);
}

void ColumnCheck::report_missing(std::vector<Violation>& violations,
                                 std::uint64_t total_rows) const {
  const double share = static_cast<double>(missing_.count()) /
                       static_cast<double>(std::max<std::uint64_t>(total_rows, 1));
  if (share <= rule_.max_null_share) return;
  const std::string what =
      rule_.max_null_share == 0
          ? "has no value"
          : fmt::format("has no value ({:.3g} %, at most {:.3g} % are allowed)", share * 100,
                        rule_.max_null_share * 100);
  report_rule(violations, Rule::MissingValues, missing_, what, total_rows);
}

void ColumnCheck::report_spelling(std::vector<Violation>& violations,
                                  std::uint64_t total_rows) const {
  report_rule(violations, Rule::Pattern, no_match_,
              cat("does not match ", shortened(rule_.pattern)), total_rows);
  const std::string least = rule_.min_length ? cat(" at least ", *rule_.min_length) : "";
  const std::string most = rule_.max_length ? cat(" at most ", *rule_.max_length) : "";
  report_rule(
      violations, Rule::Length, bad_length_,
      cat("is not", least, least.empty() || most.empty() ? "" : " and", most, " characters long"),
      total_rows);
  constexpr std::array<std::string_view, 5> kWords = {
      "", "is less than the value before it", "is not more than the value before it",
      "is more than the value before it", "is not less than the value before it"};
  report_rule(violations, Rule::Order, out_of_order_, kWords[static_cast<std::size_t>(rule_.order)],
              total_rows);
}

void ColumnCheck::report(std::vector<Violation>& violations, std::uint64_t total_rows) const {
  report_rule(violations, Rule::Type, wrong_type_, cat("is not ", expectation(rule_)), total_rows);
  report_missing(violations, total_rows);
  report_bound(violations, Rule::Min, total_rows);
  report_bound(violations, Rule::Max, total_rows);
  report_rule(violations, Rule::Allowed, not_allowed_, cat("is none of ", allowed_text(rule_)),
              total_rows);
  report_spelling(violations, total_rows);
}

}  // namespace sluice::ml
