// A small language over the columns of a row: what cross-column rules, "where" and the row
// conditions of suites are written in.
//
//   price <= list_price * 1.1 and (region in ["north", "south"] or deal is not null)
//
// Comparisons (= == != <> < <= > >=), + - * / %, and or not (also & | ~), in, not in, is null, is
// not null, and the methods of pandas and of Great Expectations for the same: x.isnull(),
// x.notnull(), x.isin([1, 2]), col("x"). Names with blanks stand between backticks. A comparison
// with a missing value is unknown, and so is what depends on it. Pure; immutable; thread-safe.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ml/expectations/cell.h"

namespace sluice::ml::expectations {

// What `x != 1` is where x is missing: unknown as in SQL, or true as in pandas.
enum class MissingDiffers { Unknown, True };

class RowExpression {
 public:
  // InvalidInput names the character: "at character 7: …". At most 10 000 characters, 64 levels.
  static Result<RowExpression> parse(std::string_view text,
                                     MissingDiffers missing = MissingDiffers::Unknown);
  RowExpression(RowExpression&&) noexcept;
  RowExpression& operator=(RowExpression&&) noexcept;
  ~RowExpression();

  // The columns it asks for, each once.
  const std::vector<std::string>& columns() const;
  // `values` by columns(). Null: unknown.
  Cell evaluate(std::span<const Cell> values) const;
  bool holds(std::span<const Cell> values) const;  // true, and not unknown
  const std::string& text() const;

 private:
  struct Program;
  explicit RowExpression(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace sluice::ml::expectations
