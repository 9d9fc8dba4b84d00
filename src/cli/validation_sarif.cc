#include "cli/validation_sarif.h"

#include <set>

#include "base/strings.h"
#include "cli/sarif.h"

namespace sluice::cli {
namespace {

std::string rule_of(const ml::Violation& violation) {
  const bool expectation = violation.rule == ml::Rule::Expectation;
  return cat("data/", expectation ? std::string_view(violation.check) : to_string(violation.rule));
}

JsonArray locations(const ml::ValidationReport& report, const ml::Violation& violation) {
  JsonArray places;
  for (const ml::ViolationSample& sample : violation.samples)
    if (sample.position.line > 0)
      places.push_back(
          sarif_location(report.file_of(sample.position), {{"startLine", sample.position.line}}));
  if (places.empty())
    places.push_back(
        sarif_location(report.files.empty() ? report.file : report.files[0], {{"startLine", 1}}));
  return places;
}

}  // namespace

Json report_sarif(const ml::ValidationReport& report) {
  JsonArray results;
  std::set<std::string> named;
  JsonArray rules;
  for (const ml::Violation& violation : report.violations) {
    const std::string rule = rule_of(violation);
    if (named.insert(rule).second) rules.push_back(JsonObject{{"id", rule}});
    std::string message = violation.message;
    for (const std::string& remark : violation.remarks) message += cat("\n", remark);
    results.push_back(
        JsonObject{{"ruleId", rule},
                   {"level", violation.severity == ml::Severity::Warn ? "warning" : "error"},
                   {"message", JsonObject{{"text", message}}},
                   {"locations", locations(report, violation)}});
  }
  return sarif_document(std::move(rules), std::move(results));
}

}  // namespace sluice::cli
