// By how much one model is worse than another on the same rows, and how sure that is: the test that
// fits the metric and the data. Pure.
//
//   Bootstrap        any metric that is a function of sums; whole blocks are resampled
//   McNemar          accuracy of independent rows
//   DeLong           area under the ROC curve of independent rows
//   Jackknife        areas under curves, leaving out whole blocks
//   DieboldMariano   average errors of forecasts in order of time, whose losses hang together
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "ml/evaluate/judged_rows.h"
#include "ml/evaluate/labelled_rows.h"
#include "ml/evaluate/metric.h"
#include "ml/statistics/comparison.h"

namespace sluice::ml {

enum class ChangeTest { Bootstrap, McNemar, DeLong, Jackknife, DieboldMariano };
enum class Scale { Relative, Absolute };

std::string_view to_string(ChangeTest test);  // "bootstrap" …

// The test that fits: by metric, and by what is known of the rows.
ChangeTest fitting_test(const Metric& metric, bool has_blocks,  // style: bool because it is a value
                        bool has_time);
// InvalidInput for a test that does not fit the metric.
Result<void> check_fits(ChangeTest test, const Metric& metric);

struct ChangeQuestion {
  const Metric* metric = nullptr;
  Scale scale = Scale::Relative;
  double margin = 0;  // on the same scale; 0: nothing is equivalent
  BootstrapPlan plan;
  std::uint32_t horizon = 1;        // steps that a forecast looks ahead
  const Groups* blocks = nullptr;   // of Bootstrap and Jackknife
  const Groups* periods = nullptr;  // of DieboldMariano: groups in order of time
  std::uint32_t least_blocks = 2;   // fewer blocks or periods are InvalidInput
};

struct Change {
  double measured = 0;  // positive is worse
  Interval interval;    // of it, at the plan's confidence
  Evidence evidence;    // of the gain, on the same scale
};

// InvalidInput where the metric is not defined or the rows do not suffice.
Result<Change> test_change(ChangeTest test, const ChangeQuestion& question,
                           const JudgedRows& champion, const JudgedRows& challenger);

}  // namespace sluice::ml
