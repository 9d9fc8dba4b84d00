#include "ml/evaluate/report_file.h"

#include <algorithm>
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

const JsonObject* object_at(const JsonObject& object, std::string_view key) {
  const auto found = get_object(object, key);
  return found.ok() ? *found : nullptr;
}

std::optional<std::size_t> index_at(const JsonObject& object, std::string_view key) {
  const auto found = get_int(object, key);
  return found.ok() && *found >= 0 ? std::optional(static_cast<std::size_t>(*found)) : std::nullopt;
}

const JsonObject* item(const JsonObject& object, std::string_view list, std::size_t index) {
  const auto items = get_array(object, list);
  if (!items.ok() || index >= (*items)->size() || !(**items)[index].is_object()) return nullptr;
  return &(**items)[index].get_object();
}

const JsonObject* rule_named(const JsonObject& component, std::string_view id) {
  const auto rules = get_array(component, "rules");
  if (!rules.ok()) return nullptr;
  for (const Json& rule : **rules)
    if (rule.is_object() && string_or(rule.get_object(), "id", "") == id) return &rule.get_object();
  return nullptr;
}

// The rule of a result: by its index in the tool or in the extension that `rule` names, else by
// name, of which "CA1000/1" is a part of "CA1000".
const JsonObject* rule_of(const JsonObject& result, const JsonObject& tool) {
  const JsonObject* reference = object_at(result, "rule");
  const JsonObject* component = object_at(tool, "driver");
  const JsonObject* named = reference ? object_at(*reference, "toolComponent") : nullptr;
  if (named != nullptr)
    if (const auto extension = index_at(*named, "index"))
      component = item(tool, "extensions", *extension);
  auto index = index_at(result, "ruleIndex");
  if (!index && reference != nullptr) index = index_at(*reference, "index");
  if (component != nullptr && index) return item(*component, "rules", *index);
  std::string id = string_or(result, "ruleId", reference ? string_or(*reference, "id", "") : "");
  for (; !id.empty(); id.resize(id.find('/') == std::string::npos ? 0 : id.rfind('/'))) {
    if (component != nullptr)
      if (const JsonObject* rule = rule_named(*component, id)) return rule;
    for (std::size_t i = 0; const JsonObject* extension = item(tool, "extensions", i); ++i)
      if (const JsonObject* rule = rule_named(*extension, id)) return rule;
  }
  return nullptr;
}

// The level of a result, else that of its rule in the tool's own list, else warning.
std::string level_of(const JsonObject& result, const JsonObject& run) {
  if (find(result, "level") != nullptr) return string_or(result, "level", "(no text)");
  const JsonObject* tool = object_at(run, "tool");
  const JsonObject* rule = tool ? rule_of(result, *tool) : nullptr;
  const JsonObject* defaults = rule ? object_at(*rule, "defaultConfiguration") : nullptr;
  return defaults ? string_or(*defaults, "level", "warning") : "warning";
}

// Asked for and not granted is not suppressed.
bool is_suppressed(const JsonObject& result) {
  const auto suppressions = get_array(result, "suppressions");
  if (!suppressions.ok()) return false;
  for (const Json& one : **suppressions)
    if (!one.is_object() || string_or(one.get_object(), "status", "accepted") != "accepted")
      return false;
  return !(*suppressions)->empty();
}

Result<void> add_result(const JsonObject& result, const JsonObject& run, ScanReport& report) {
  if (is_suppressed(result)) return success();
  const std::string level = level_of(result, run);
  if (level == "error") {
    ++report.errors;
    if (report.first_rules.size() < kNamed)
      report.first_rules.push_back(string_or(result, "ruleId", "(no rule)"));
  } else if (level == "warning") {
    ++report.warnings;
  } else if (level == "note" || level == "none") {
    ++report.notes;
  } else {
    return invalid_input(
        cat("the level '", level, "' of a result is none of error, warning, note ", "and none"));
  }
  return success();
}

// A tool that says that it did not succeed has not looked at everything.
Result<void> check_finished(const JsonObject& run) {
  const auto invocations = get_array(run, "invocations");
  if (!invocations.ok()) return success();
  for (const Json& invocation : **invocations) {
    if (!invocation.is_object()) continue;
    const auto succeeded = get_bool(invocation.get_object(), "executionSuccessful");
    if (succeeded.ok() && !*succeeded)
      return invalid_input("the scan says that it did not succeed (executionSuccessful is false)");
  }
  return success();
}

// What is counted of a JUnit report while its elements go by.
struct JUnitCount {
  TestReport report;
  std::uint64_t claimed = 0;  // failures, by the totals of one element
  std::string test;
  bool failed = false;  // the case that is being read
  bool skipped = false;

  void begin_case(const XmlAttributes& attributes) {
    ++report.tests;
    failed = false;
    skipped = false;
    const std::string group = attribute(attributes, "classname");
    test = cat(group, group.empty() ? "" : ".", attribute(attributes, "name"));
    for (const char* not_run : {"notrun", "disabled", "skipped"})
      if (attribute(attributes, "status") == not_run) skip();
  }
  void skip() {
    if (!skipped) ++report.skipped;
    skipped = true;
  }
  void fail() {
    if (!failed) ++report.failures;
    if (!failed && report.failed.size() < kNamed) report.failed.push_back(test);
    failed = true;
  }
  // Some writers count errors among the failures, some do not.
  void claim(const XmlAttributes& attributes) {
    for (const char* total : {"failures", "errors"})
      claimed = std::max(claimed, count_of(attributes, total).value_or(0));
  }
};

}  // namespace

Result<TestReport> read_junit(std::string_view text) {
  JUnitCount count;
  bool is_junit = false;
  std::size_t case_depth = 0;
  const auto begin = [&](std::string_view name, const XmlAttributes& attributes,
                         std::size_t depth) {
    if (depth == 1) is_junit = name == "testsuites" || name == "testsuite";
    if (name == "testsuites" || name == "testsuite") {
      count.claim(attributes);
    } else if (name == "testcase") {
      case_depth = depth;
      count.begin_case(attributes);
    } else if (name == "skipped" && depth == case_depth + 1) {
      count.skip();
    } else if (name == "failure" || name == "error") {
      // Of a suite: something broke before or after its cases.
      if (depth <= case_depth || case_depth == 0) {
        count.test = "(suite)";
        count.failed = false;
      }
      count.fail();
    }
  };
  TRY(read_xml(text, {begin}));
  if (!is_junit) return invalid_input("no JUnit report: its root is not testsuites or testsuite");
  count.report.failures = std::max(count.report.failures, count.claimed);
  return std::move(count.report);
}

Result<CoverageReport> read_cobertura(std::string_view text) {
  CoverageReport report;
  CoverageReport counted;
  bool is_cobertura = false;
  bool has_totals = false;
  std::size_t method_depth = 0;  // of the last <methods>; 0: outside
  const auto begin = [&](std::string_view name, const XmlAttributes& attributes,
                         std::size_t depth) {
    if (depth <= method_depth) method_depth = 0;
    if (depth == 1) {
      is_cobertura = name == "coverage";
      const auto lines = count_of(attributes, "lines-valid");
      const auto covered = count_of(attributes, "lines-covered");
      has_totals = lines && covered && *covered <= *lines;
      if (has_totals) report = {*lines, *covered};
    } else if (name == "methods") {
      method_depth = depth;
    } else if (name == "line" && method_depth == 0) {
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
    TRY(check_finished(*run));
    for (const Json& entry_of_run : *results) {
      const JsonObject* result = TRY(as_object(entry_of_run, "a result"));
      TRY(add_result(*result, *run, report));
    }
  }
  return report;
}

}  // namespace sluice::ml
