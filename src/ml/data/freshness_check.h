// How old the newest moment of a column is. One thread.
#pragma once

#include <optional>
#include <vector>

#include "ml/data/schema.h"

namespace sluice::ml {

class FreshnessCheck {
 public:
  // Borrows the rule. `now` in seconds since 1970 UTC.
  FreshnessCheck(const FreshnessRule& rule, std::size_t field, double now,
                 Values values = Values::Shown)
      : rule_(rule), field_(field), now_(now), values_(values) {}

  void check(const CsvBlock& block);
  void report(std::vector<Violation>& violations) const;

 private:
  const FreshnessRule& rule_;
  std::size_t field_;
  double now_;
  Values values_;
  std::optional<double> newest_;
};

}  // namespace sluice::ml
