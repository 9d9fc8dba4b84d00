#include "ml/data/row_rule_check.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::ml {

using expectations::Cell;

RowRuleCheck::RowRuleCheck(const RowRule& rule, Bound check, std::vector<Bound> where,
                           const NullSpellings& nulls, const std::vector<GroupColumn>& groups,
                           std::size_t max_samples)
    : rule_(rule),
      check_(std::move(check)),
      where_(std::move(where)),
      nulls_(nulls),
      broken_(groups, max_samples) {}

Result<RowRuleCheck::Bound> RowRuleCheck::bind(const std::string& text,
                                               const std::vector<std::string>& header) {
  Bound bound{TRY(expectations::RowExpression::parse(text))};
  for (const std::string& name : bound.expression.columns()) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end())
      return Error(ErrorCode::NotFound, cat("the file has no column '", name, "'"));
    bound.fields.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  return bound;
}

Result<RowRuleCheck> RowRuleCheck::create(const RowRule& rule,
                                          const std::vector<std::string>& header,
                                          const NullSpellings& nulls,
                                          const std::vector<GroupColumn>& groups,
                                          std::size_t max_samples) {
  Bound check = TRY(bind(rule.check, header));
  std::vector<Bound> where;
  if (!rule.where.empty()) where.push_back(TRY(bind(rule.where, header)));
  return RowRuleCheck(rule, std::move(check), std::move(where), nulls, groups, max_samples);
}

Cell RowRuleCheck::evaluate(const Bound& bound, const CsvBlock& block, std::size_t row) {
  values_.clear();
  for (const std::size_t field : bound.fields) {
    const std::string_view text = block.fields[row * block.columns + field];
    values_.push_back(nulls_.contains(text) ? Cell() : expectations::cell_of_field(text));
  }
  return bound.expression.evaluate(values_);
}

// "price = 3, list_price = 2".
std::string RowRuleCheck::row_text(const CsvBlock& block, std::size_t row) const {
  std::string text;
  for (std::size_t i = 0; i < check_.fields.size(); ++i)
    text += cat(i == 0 ? "" : ", ", check_.expression.columns()[i], " = ",
                block.fields[row * block.columns + check_.fields[i]]);
  return text;
}

// Apart: `where` does not hold, or the rule is unknown.
RowRuleCheck::Verdict RowRuleCheck::judge(const CsvBlock& block, std::size_t row) {
  if (!where_.empty()) {
    const Cell applies = evaluate(where_[0], block, row);
    if (!applies.is_numeric() || applies.number == 0) return Verdict::Apart;
  }
  const Cell kept = evaluate(check_, block, row);
  if (kept.is_null()) return Verdict::Apart;
  return kept.is_numeric() && kept.number != 0 ? Verdict::Kept : Verdict::Broken;
}

KnownRows::Key RowRuleCheck::key(const CsvBlock& block, std::size_t row) const {
  KnownRows::Key key;
  const std::string_view* fields = &block.fields[row * block.columns];
  for (const std::size_t field : check_.fields) KnownRows::add_field(key, fields[field]);
  for (const Bound& bound : where_)
    for (const std::size_t field : bound.fields) KnownRows::add_field(key, fields[field]);
  return key;
}

void RowRuleCheck::check(const CsvBlock& block, std::size_t begin, std::size_t end) {
  for (std::size_t row = begin; row < end; ++row) {
    const KnownRows::Key asked = key(block, row);
    int found = known_.find(asked);
    if (found == 0) {
      found = static_cast<int>(judge(block, row));
      known_.insert(asked, found);
    }
    const auto verdict = static_cast<Verdict>(found);
    if (verdict != Verdict::Apart) ++judged_;
    if (verdict == Verdict::Broken) broken_.add(block, row, row_text(block, row));
  }
}

std::string RowRuleCheck::note(std::uint64_t total_rows) const {
  if (judged_ > 0 || total_rows == 0) return {};
  const std::string where =
      rule_.where.empty() ? "" : cat("no row has ", rule_.where, " and values for it, or ");
  return cat("the rule ", rule_.check, " was judged in none of ", rows_text(total_rows), ": ",
             where.empty() ? "its columns have no values, or " : where,
             "texts are compared with numbers");
}

void RowRuleCheck::report(std::vector<Violation>& violations, std::uint64_t total_rows) const {
  if (broken_.is_tolerated(rule_.mostly, judged_)) return;
  Violation violation{.rule = Rule::Rule, .columns = check_.expression.columns()};
  violation.severity = rule_.severity;
  violation.check = rule_.name;
  const std::string name = rule_.name == rule_.check ? "" : cat(" (", rule_.name, ")");
  const std::string where = rule_.where.empty() ? "" : cat(" where ", rule_.where);
  violation.message = cat("not so in ", rows_text(broken_.count()), " of ", grouped(judged_), where,
                          ": ", rule_.check, name);
  broken_.fill(violation, total_rows);
  violations.push_back(std::move(violation));
}

}  // namespace sluice::ml
