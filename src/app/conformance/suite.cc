#include "app/conformance/suite.h"

#include <algorithm>
#include <array>

#include "app/conformance/suites.h"
#include "base/strings.h"

namespace sluice::app::conformance {
namespace {

using RunSuite = Result<SuiteReport> (*)(const os::World&, const os::Path&);

struct SuiteEntry {
  std::string_view name;
  RunSuite run;
};

constexpr std::array<SuiteEntry, 5> kSuites = {{{"expressions", run_expressions},
                                                {"workflow-parser", run_workflow_parser},
                                                {"actionlint", run_actionlint},
                                                {"realworld", run_realworld},
                                                {"great-expectations", run_great_expectations}}};

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Passed:
      return "passed";
    case Verdict::Failed:
      return "failed";
    case Verdict::NotApplicable:
      return "not_applicable";
  }
  UNREACHABLE();
}

}  // namespace

std::size_t SuiteReport::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(),
                    [verdict](const CaseResult& result) { return result.verdict == verdict; }));
}

double SuiteReport::passed_percent() const {
  const auto passed = static_cast<double>(count(Verdict::Passed));
  const double all = passed + static_cast<double>(count(Verdict::Failed));
  return all > 0 ? 100 * passed / all : 0;
}

const std::vector<std::string>& suite_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const SuiteEntry& suite : kSuites) names.emplace_back(suite.name);
    return names;
  }();
  return kNames;
}

Result<SuiteReport> run_suite(const os::World& world, std::string_view suite,
                              const os::Path& folder) {
  for (const SuiteEntry& known : kSuites) {
    if (known.name != suite) continue;
    Result<SuiteReport> report = known.run(world, folder);
    if (!report.ok()) return invalid_input(report.error().describe());
    if (report->cases.empty())
      return invalid_input(cat(folder.string(), ": holds no case of the suite ", suite));
    return report;
  }
  return invalid_input(cat("unknown suite '", suite, "'", did_you_mean(suite, suite_names()),
                           " (known: ", join(suite_names(), ", "), ")"));
}

Json to_json(const SuiteReport& report) {
  JsonArray cases;
  for (const CaseResult& result : report.cases)
    cases.push_back(JsonObject{{"file", result.file},
                               {"case", result.name},
                               {"verdict", verdict_name(result.verdict)},
                               {"expected", result.expected},
                               {"got", result.got}});
  JsonObject counts;
  for (const auto& [name, number] : report.counts) counts[replace_all(name, " ", "_")] = number;
  return JsonObject{{"passed", report.count(Verdict::Passed)},
                    {"failed", report.count(Verdict::Failed)},
                    {"not_applicable", report.count(Verdict::NotApplicable)},
                    {"percent", report.passed_percent()},
                    {"counts", std::move(counts)},
                    {"cases", std::move(cases)}};
}

}  // namespace sluice::app::conformance
