// Checks of what other tools reported: tests, coverage, scans.
#include "base/hash.h"
#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/report_file.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

Result<void> check_age(const GateInputs& inputs, const std::string& file,
                       const std::optional<Duration>& max_age) {
  if (!max_age) return success();
  const auto written = inputs.facts.report_times.find(file);
  if (written == inputs.facts.report_times.end() || !inputs.facts.now)
    return failed_precondition(cat("nobody knows when ", file, " was written"));
  const Duration age = *inputs.facts.now - written->second;
  constexpr Duration kClocksDiffer = std::chrono::minutes(1);
  if (age < -kClocksDiffer)
    return failed_precondition(cat(file, " was written on ", to_rfc3339(written->second),
                                   ", which is still to come: how old it is cannot be told"));
  if (age <= *max_age) return success();
  return failed_precondition(cat(file, " was written on ", to_rfc3339(written->second), ", ",
                                 to_human(age), " ago, and at most ", to_human(*max_age),
                                 " is asked for: it is of another run"));
}

// The report read, or what is wrong with it.
template <class Report, class Rule>
Result<Report> read_report(const GateInputs& inputs, const Rule& rule,
                           Result<Report> (*read)(std::string_view)) {
  const auto found = inputs.facts.reports.find(rule.file);
  if (found == inputs.facts.reports.end()) return not_found(cat("there is no report ", rule.file));
  if (!found->second.ok()) return found->second.error();
  TRY(check_age(inputs, rule.file, rule.max_age));
  return TRY_CONTEXT(read(found->second.value()), rule.file);
}

// Which report it was: one of another day or commit has another digest.
void record_report(const GateInputs& inputs, const std::string& file, CheckResult& result) {
  result.detail["file"] = file;
  result.detail["digest"] = sha256(inputs.facts.reports.find(file)->second.value()).to_string();
}

CheckResult unread(const std::string& file, const Error& error) {
  CheckResult result;
  result.detail["file"] = file;
  result.sentence = cat("The report cannot be judged: ", error.describe(), ".");
  return result;
}

std::string named(const std::vector<std::string>& names) {
  return names.empty() ? std::string() : cat(" (first: ", join(names, ", "), ")");
}

}  // namespace

CheckResult check_tests(const TestsCheck& rule, const GateInputs& inputs) {
  const auto report = read_report(inputs, rule, read_junit);
  if (!report.ok()) return unread(rule.file, report.error());
  CheckResult result;
  record_report(inputs, rule.file, result);
  result.detail["tests"] = report->tests;
  result.detail["skipped"] = report->skipped;
  result.measured = static_cast<double>(report->failures);
  result.limit = static_cast<double>(rule.max_failures);
  const std::uint64_t run = report->tests - std::min(report->tests, report->skipped);
  if (report->failures <= rule.max_failures && run >= rule.min_tests)
    result.status = CheckStatus::Passed;
  result.sentence =
      cat(plural(report->failures, "failure"), named(report->failed), " in ", plural(run, "test"),
          " that ran", report->skipped > 0 ? cat(" (", report->skipped, " did not)") : "",
          "; at most ", grouped(rule.max_failures), " may fail, and at least ",
          grouped(rule.min_tests), " must run (", rule.file, ").");
  return result;
}

CheckResult check_coverage(const CoverageCheck& rule, const GateInputs& inputs) {
  const auto report = read_report(inputs, rule, read_cobertura);
  if (!report.ok()) return unread(rule.file, report.error());
  CheckResult result;
  record_report(inputs, rule.file, result);
  result.detail["lines"] = report->lines;
  result.limit = rule.min;
  if (report->lines == 0) {
    result.sentence = cat("The report ", rule.file, " knows no line, so it proves nothing.");
    return result;
  }
  result.measured = static_cast<double>(report->covered) / static_cast<double>(report->lines);
  if (*result.measured >= rule.min) result.status = CheckStatus::Passed;
  result.sentence =
      cat("Tests run ", short_percent(*result.measured), " of ", plural(report->lines, "line"),
          "; at least ", short_percent(rule.min), " is asked for (", rule.file, ").");
  return result;
}

CheckResult check_scan(const ScanCheck& rule, const GateInputs& inputs) {
  const auto report = read_report(inputs, rule, read_sarif);
  if (!report.ok()) return unread(rule.file, report.error());
  CheckResult result;
  record_report(inputs, rule.file, result);
  result.detail["warnings"] = report->warnings;
  result.detail["notes"] = report->notes;
  result.measured = static_cast<double>(report->errors);
  result.limit = static_cast<double>(rule.max_errors);
  const bool warned = rule.max_warnings && report->warnings > *rule.max_warnings;
  if (report->errors <= rule.max_errors && !warned) result.status = CheckStatus::Passed;
  result.sentence =
      cat("The scan found ", plural(report->errors, "error"), named(report->first_rules), " and ",
          plural(report->warnings, "warning"), "; at most ", rule.max_errors, " errors",
          rule.max_warnings ? cat(" and ", *rule.max_warnings, " warnings") : "", " are allowed (",
          rule.file, ").");
  return result;
}

}  // namespace sluice::ml
