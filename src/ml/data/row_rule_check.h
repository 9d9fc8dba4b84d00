// A rule over several columns, row by row. One thread.
#pragma once

#include <memory>
#include <vector>

#include "ml/data/known_fields.h"
#include "ml/data/nulls.h"
#include "ml/data/schema.h"
#include "ml/data/violation_tally.h"
#include "ml/expectations/row_expression.h"

namespace sluice::ml {

class RowRuleCheck {
 public:
  // Borrows the rule, the spellings and the groups; the rule's expressions are valid (schema.h).
  // NotFound for a column that the file does not have.
  static Result<RowRuleCheck> create(const RowRule& rule, const std::vector<std::string>& header,
                                     const NullSpellings& nulls,
                                     const std::vector<GroupColumn>& groups,
                                     std::size_t max_samples);

  // The rows from `begin` up to `end`.
  void check(const CsvBlock& block, std::size_t begin, std::size_t end);
  void report(std::vector<Violation>& violations, std::uint64_t total_rows) const;
  // When it said nothing about any row; else empty.
  std::string note(std::uint64_t total_rows) const;
  const std::vector<std::string>& columns() const { return check_.expression.columns(); }

 private:
  // An expression and where its columns are in a row.
  struct Bound {
    expectations::RowExpression expression;
    std::vector<std::size_t> fields = {};
  };

  RowRuleCheck(const RowRule& rule, Bound check, std::vector<Bound> where,
               const NullSpellings& nulls, const std::vector<GroupColumn>& groups,
               std::size_t max_samples);
  static Result<Bound> bind(const std::string& text, const std::vector<std::string>& header);
  expectations::Cell evaluate(const Bound& bound, const CsvBlock& block, std::size_t row);
  enum class Verdict { Apart = 1, Kept, Broken };
  Verdict judge(const CsvBlock& block, std::size_t row);
  KnownRows::Key key(const CsvBlock& block, std::size_t row) const;
  std::string row_text(const CsvBlock& block, std::size_t row) const;

  const RowRule& rule_;
  Bound check_;
  std::vector<Bound> where_;  // none, or one
  const NullSpellings& nulls_;
  std::vector<expectations::Cell> values_;
  KnownRows known_;
  std::uint64_t judged_ = 0;
  ViolationTally broken_;
};

}  // namespace sluice::ml
