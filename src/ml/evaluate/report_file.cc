#include "ml/evaluate/report_file.h"

#include <charconv>
#include <optional>

#include "base/json.h"
#include "base/strings.h"
#include "ml/evaluate/xml_events.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kNamed = 5;

std::string attribute(const XmlAttributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> count_of(const XmlAttributes& attributes, std::string_view name) {
  const std::string text = attribute(attributes, name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "Log4Shell" of a result: its rule, or what it says.
std::string rule_of(const JsonObject& result) {
  return string_or(result, "ruleId", "(no rule)");
}

// The level of a result, else that of its rule in the tool's own list, else warning (SARIF 2.1.0,
// §3.27.10).
std::string level_of(const JsonObject& result, const JsonObject& run) {
  if (const Json* level = find(result, "level"); level != nullptr && level->is_string())
    return std::string(view(level->get_string()));
  const Json* index = find(result, "ruleIndex");
  const auto tool = get_object(run, "tool");
  if (index == nullptr || !index->is_int64() || !tool.ok()) return "warning";
  const auto driver = get_object(**tool, "driver");
  if (!driver.ok()) return "warning";
  const auto rules = get_array(**driver, "rules");
  if (!rules.ok() || index->get_int64() < 0 ||
      static_cast<std::size_t>(index->get_int64()) >= (*rules)->size())
    return "warning";
  const Json& rule = (**rules)[static_cast<std::size_t>(index->get_int64())];
  if (!rule.is_object()) return "warning";
  const auto defaults = get_object(rule.get_object(), "defaultConfiguration");
  return defaults.ok() ? string_or(**defaults, "level", "warning") : "warning";
}

bool is_suppressed(const JsonObject& result) {
  const Json* suppressions = find(result, "suppressions");
  return suppressions != nullptr && suppressions->is_array() && !suppressions->get_array().empty();
}

void add_result(const JsonObject& result, const JsonObject& run, ScanReport& report) {
  if (is_suppressed(result)) return;
  const std::string level = level_of(result, run);
  if (level == "error") {
    ++report.errors;
    if (report.first_rules.size() < kNamed) report.first_rules.push_back(rule_of(result));
  } else if (level == "warning") {
    ++report.warnings;
  } else {
    ++report.notes;
  }
}

}  // namespace

Result<TestReport> read_junit(std::string_view text) {
  TestReport report;
  bool is_junit = false;
  std::string test;
  bool failed = false;
  const auto begin = [&](std::string_view name, const XmlAttributes& attributes,
                         std::size_t depth) {
    if (depth == 1) is_junit = name == "testsuites" || name == "testsuite";
    if (name == "testcase") {
      ++report.tests;
      failed = false;
      const std::string group = attribute(attributes, "classname");
      test = cat(group, group.empty() ? "" : ".", attribute(attributes, "name"));
    } else if (name == "skipped") {
      ++report.skipped;
    } else if ((name == "failure" || name == "error") && !failed && report.tests > 0) {
      failed = true;
      ++report.failures;
      if (report.failed.size() < kNamed) report.failed.push_back(test);
    }
  };
  TRY(read_xml(text, {begin}));
  if (!is_junit) return invalid_input("no JUnit report: its root is not testsuites or testsuite");
  return report;
}

Result<CoverageReport> read_cobertura(std::string_view text) {
  CoverageReport report;
  CoverageReport counted;
  bool is_cobertura = false;
  bool has_totals = false;
  const auto begin = [&](std::string_view name, const XmlAttributes& attributes,
                         std::size_t depth) {
    if (depth == 1) {
      is_cobertura = name == "coverage";
      const auto lines = count_of(attributes, "lines-valid");
      const auto covered = count_of(attributes, "lines-covered");
      has_totals = lines && covered && *covered <= *lines;
      if (has_totals) report = {*lines, *covered};
    } else if (name == "line") {
      ++counted.lines;
      if (count_of(attributes, "hits").value_or(0) > 0) ++counted.covered;
    }
  };
  TRY(read_xml(text, {begin}));
  if (!is_cobertura) return invalid_input("no Cobertura report: its root is not coverage");
  return has_totals ? report : counted;
}

Result<ScanReport> read_sarif(std::string_view text) {
  const Json json = TRY(parse_json(text));
  const JsonObject* root = TRY(as_object(json, "a SARIF report"));
  const JsonArray* runs = TRY_CONTEXT(get_array(*root, "runs"), "no SARIF report");
  if (runs->empty()) return invalid_input("the SARIF report has no run: nothing was scanned");
  ScanReport report;
  for (const Json& entry : *runs) {
    const JsonObject* run = TRY(as_object(entry, "a run"));
    const JsonArray* results =
        TRY_CONTEXT(get_array(*run, "results"), "a run without results did not finish");
    for (const Json& result : *results)
      add_result(*TRY(as_object(result, "a result")), *run, report);
  }
  return report;
}

}  // namespace sluice::ml
