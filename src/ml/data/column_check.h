// The rules of one column, applied block by block. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "ml/data/csv.h"
#include "ml/data/known_fields.h"
#include "ml/data/nulls.h"
#include "ml/data/quantile_sketch.h"
#include "ml/data/schema.h"
#include "ml/data/violation_tally.h"

namespace re2 {
class RE2;
}

namespace sluice::ml {

class ColumnCheck {
 public:
  // Borrows the rule, the spellings and the groups.
  ColumnCheck(const ColumnRule& rule, std::size_t field, const NullSpellings& nulls,
              const std::vector<GroupColumn>& groups, std::size_t max_samples,
              Values values = Values::Shown);
  ColumnCheck(ColumnCheck&&) noexcept;
  ~ColumnCheck();

  const std::string& name() const { return rule_.name; }
  // The rows from `begin` up to `end`.
  void check(const CsvBlock& block, std::size_t begin, std::size_t end);
  // The rules that are looked at, whatever came out.
  std::vector<Rule> rules() const;
  void report(std::vector<Violation>& violations, std::uint64_t total_rows) const;

 private:
  void check_field(const CsvBlock& block, std::size_t row, std::string_view text);
  std::uint64_t broken() const;  // of all rules
  void check_number(const CsvBlock& block, std::size_t row, std::string_view text);
  void check_date(const CsvBlock& block, std::size_t row, std::string_view text);
  void check_text(const CsvBlock& block, std::size_t row, std::string_view text);
  // Pattern and length, of any type.
  void check_spelling(const CsvBlock& block, std::size_t row, std::string_view text);
  void check_order(const CsvBlock& block, std::size_t row, std::string_view text, double value);
  bool is_in_order(int comparison) const;  // of a value with the one before it: <0, 0, >0
  // The bounds; true when the value is within them.
  bool check_bounds(const CsvBlock& block, std::size_t row, std::string_view text, double value);
  void report_bound(std::vector<Violation>& violations, Rule rule, std::uint64_t total_rows) const;
  void report_missing(std::vector<Violation>& violations, std::uint64_t total_rows) const;
  void report_spelling(std::vector<Violation>& violations, std::uint64_t total_rows) const;
  bool is_tolerated(const ViolationTally& tally, std::uint64_t total_rows) const;
  void report_rule(std::vector<Violation>& violations, Rule rule, const ViolationTally& tally,
                   std::string_view what, std::uint64_t total_rows) const;

  const ColumnRule& rule_;
  std::size_t field_;
  const NullSpellings& nulls_;
  Values values_;
  std::unordered_set<std::string_view> allowed_;  // of rule_
  ViolationTally wrong_type_;
  ViolationTally missing_;
  ViolationTally below_;
  ViolationTally above_;
  ViolationTally not_allowed_;
  ViolationTally no_match_;
  ViolationTally bad_length_;
  ViolationTally out_of_order_;
  std::unique_ptr<re2::RE2> pattern_;  // null: none
  bool has_spelling_ = false;          // a pattern or a length
  std::optional<double> last_number_;  // of order
  std::optional<std::string> last_text_;
  KnownFields known_;  // that break no rule
  // Of numbers with bounds: what is typical inside (of the values that were not known), and on
  // either side.
  QuantileSketch inside_;
  QuantileSketch too_small_;
  QuantileSketch too_large_;
};

}  // namespace sluice::ml
