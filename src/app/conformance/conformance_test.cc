// Runs the public suites where they are installed; they are no part of this repository.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "app/conformance/suite.h"
#include "base/strings.h"
#include "os/testing/test_world.h"

namespace sluice::app::conformance {
namespace {

struct Expectation {
  const char* suite;
  const char* folder;
  double percent;
};

class PublicSuite : public testing::TestWithParam<Expectation> {};

TEST_P(PublicSuite, AgreesAsFarAsPromised) {
  const char* set = std::getenv("SLUICE_CONFORMANCE_DIR");
  const std::filesystem::path folder =
      std::filesystem::path(set == nullptr ? SLUICE_CONFORMANCE_DIR : set) / GetParam().folder;
  if (!std::filesystem::is_directory(folder))
    GTEST_SKIP() << "no " << folder << ": set SLUICE_CONFORMANCE_DIR to check against it";
  os::TestWorld world;
  const auto report = run_suite(world.world(), GetParam().suite, folder);
  ASSERT_TRUE(report.ok()) << report.error().describe();
  EXPECT_GE(report->passed_percent(), GetParam().percent);
  if (report->passed_percent() >= GetParam().percent) return;
  for (const CaseResult& result : report->cases)
    if (result.verdict == Verdict::Failed)
      ADD_FAILURE() << result.file << " " << result.name << "\n  expected: " << result.expected
                    << "\n  got: " << result.got;
}

INSTANTIATE_TEST_SUITE_P(
    Public, PublicSuite,
    testing::Values(Expectation{"expressions", "github/expressions", 100},
                    Expectation{"workflow-parser", "github/workflow_parser", 97},
                    Expectation{"actionlint", "github/actionlint_err", 93},
                    Expectation{"actionlint", "github/actionlint_examples", 83},
                    Expectation{"actionlint", "github/actionlint_ok", 98},
                    Expectation{"realworld", "github/realworld", 100},
                    Expectation{"great-expectations", "great_expectations", 99}),
    [](const auto& param_info) { return replace_all(param_info.param.folder, "/", "_"); });

}  // namespace
}  // namespace sluice::app::conformance
