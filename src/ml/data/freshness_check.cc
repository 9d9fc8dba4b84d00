#include "ml/data/freshness_check.h"

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/data/value.h"

namespace sluice::ml {

void FreshnessCheck::check(const CsvBlock& block) {
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    const auto date = parse_date(block.fields[row * block.columns + field_]);
    if (date && (!newest_ || *date > *newest_)) newest_ = date;
  }
}

void FreshnessCheck::report(std::vector<Violation>& violations) const {
  if (newest_ && now_ - *newest_ <= rule_.max_age) return;
  Violation violation{.rule = Rule::Freshness, .columns = {rule_.column}};
  violation.severity = rule_.severity;
  if (newest_ && values_ == Values::Hidden)
    violation.message = cat("the newest '", rule_.column, "' is more than ", rule_.text, " old");
  else
    violation.message = newest_ ? cat("the newest '", rule_.column, "' is ", date_text(*newest_),
                                      ", ", rough_text((now_ - *newest_) / 86400, 3),
                                      " days old; at most ", rule_.text, " is allowed")
                                : cat("'", rule_.column, "' has no date that could be at most ",
                                      rule_.text, " old");
  violations.push_back(std::move(violation));
}

}  // namespace sluice::ml
