// A validation report as one self-contained HTML page: no script, nothing loaded, light and dark,
// below 1 MB. Columns are shown as pictures of their distribution; rows only as the report's
// samples. Pure.
#pragma once

#include <string>
#include <vector>

#include "ml/data/profile.h"
#include "ml/data/validation_report.h"

namespace sluice::ml {

struct HtmlOptions {
  std::vector<std::string> masked = {};  // columns whose values are not shown
  std::size_t max_violations = 200;
  std::size_t max_columns = 300;
};

std::string report_html(const ValidationReport& report, const DataProfile& profile,
                        const HtmlOptions& options = {});

}  // namespace sluice::ml
