// Public test suites in their own formats: of GitHub's workflow language, run against our parser,
// planner and evaluator, and of Great Expectations, run against our expectations. The suites are no
// part of this project: a folder of one is given.
//
// Every case passes or fails; only what a suite itself marks as meant for another implementation
// alone (skipped for both of C# and Go, for other backends than pandas) is not applicable, and
// expectations of types that we do not have. Reads files, nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "os/world.h"

namespace sluice::app::conformance {

enum class Verdict { Passed, Failed, NotApplicable };

struct CaseResult {
  std::string file;  // inside the suite's folder
  std::string name;  // of the case in that file; empty when the file is the case
  Verdict verdict = Verdict::Passed;
  std::string expected;  // both as text for people
  std::string got;
};

struct SuiteReport {
  std::vector<CaseResult> cases;
  // What else is worth a number: "planned" -> 520, in the order in which it is printed.
  std::vector<std::pair<std::string, std::int64_t>> counts;

  std::size_t count(Verdict verdict) const;
  // Of the cases that apply; 0 when there is none.
  double passed_percent() const;
};

// In the order in which they are shown: expressions, workflow-parser, actionlint, realworld,
// great-expectations.
const std::vector<std::string>& suite_names();

// InvalidInput for an unknown suite (with the nearest one) and for a folder that holds no case.
Result<SuiteReport> run_suite(const os::World& world, std::string_view suite,
                              const os::Path& folder);

Json to_json(const SuiteReport& report);

}  // namespace sluice::app::conformance
