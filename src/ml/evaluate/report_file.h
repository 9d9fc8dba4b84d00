// What reports of other tools say, as far as gates ask. Pure; errors name the place in the text.
//
//   JUnit      <testsuites>/<testsuite> with <testcase>; counted from the cases themselves, since
//              the totals in attributes are often wrong; but where these know of more failures (a
//              fixture that broke has no case) they count
//   Cobertura  <coverage lines-valid lines-covered> or, without these, the <line> elements of its
//              classes (those of methods repeat them)
//   SARIF 2.1  runs[].results[] by level (§3.27.10, of the result or of its rule, §3.52.3), without
//              suppressed ones (§3.27.23)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::ml {

struct TestReport {
  std::uint64_t tests = 0;
  std::uint64_t failures = 0;       // errors included
  std::uint64_t skipped = 0;        // and those that were not run (GoogleTest's disabled ones)
  std::vector<std::string> failed;  // the first of them, "class.name"
};

struct CoverageReport {
  std::uint64_t lines = 0;
  std::uint64_t covered = 0;
};

struct ScanReport {
  std::uint64_t errors = 0;
  std::uint64_t warnings = 0;
  std::uint64_t notes = 0;
  std::vector<std::string> first_rules;  // of the first errors
};

Result<TestReport> read_junit(std::string_view text);
Result<CoverageReport> read_cobertura(std::string_view text);
Result<ScanReport> read_sarif(std::string_view text);

}  // namespace sluice::ml
