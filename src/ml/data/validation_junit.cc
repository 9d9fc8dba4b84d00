#include "ml/data/validation_junit.h"

#include <set>

#include "base/strings.h"
#include "ml/data/markup.h"

namespace sluice::ml {
namespace {

std::string case_name(std::string_view check, const std::vector<std::string>& columns) {
  return columns.empty() ? std::string(check) : cat(check, " (", join(columns, ", "), ")");
}

std::string name_of(const Violation& violation) {
  const std::string_view check =
      violation.check.empty() ? to_string(violation.rule) : std::string_view(violation.check);
  return case_name(check,
                   violation.rule == Rule::Rule ? std::vector<std::string>() : violation.columns);
}

std::string body_of(const ValidationReport& report, const Violation& violation) {
  std::string text;
  for (const std::string& remark : violation.remarks) text += cat(remark, "\n");
  for (const ViolationSample& sample : violation.samples)
    text += cat(to_string(sample.position, report.files), ": ", sample.value, "\n");
  return markup_text(text);
}

std::string broken_case(const ValidationReport& report, const Violation& violation) {
  const std::string head = cat("    <testcase classname=\"", markup_text(report.file), "\" name=\"",
                               markup_text(name_of(violation)), "\">\n");
  if (violation.severity == Severity::Warn)
    return cat(head, "      <system-out>", markup_text(violation.message), "\n",
               body_of(report, violation), "</system-out>\n    </testcase>\n");
  return cat(head, "      <failure type=\"", to_string(violation.rule), "\" message=\"",
             markup_text(violation.message), "\">", body_of(report, violation),
             "</failure>\n    </testcase>\n");
}

}  // namespace

std::string report_junit(const ValidationReport& report) {
  std::string cases;
  std::size_t count = 0;
  std::set<std::string> broken;
  for (const Violation& violation : report.violations) {
    broken.insert(name_of(violation));
    cases += broken_case(report, violation);
    ++count;
  }
  for (const PerformedCheck& check : report.performed) {
    const std::string name = case_name(check.name, check.columns);
    if (broken.contains(name)) continue;
    cases += cat("    <testcase classname=\"", markup_text(report.file), "\" name=\"",
                 markup_text(name), "\"/>\n");
    ++count;
  }
  const std::string numbers =
      cat("tests=\"", count, "\" failures=\"", report.count(Severity::Fail), "\" errors=\"0\"");
  return cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites ", numbers,
             ">\n  <testsuite name=\"", markup_text(report.schema), "\" ", numbers, ">\n", cases,
             "  </testsuite>\n</testsuites>\n");
}

}  // namespace sluice::ml
