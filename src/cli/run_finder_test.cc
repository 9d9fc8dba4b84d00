#include "cli/run_finder.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::cli {
namespace {

engine::LegRow leg(const std::string& job, int index, const std::string& name) {
  engine::LegRow row;
  row.job = job;
  row.leg = index;
  row.name = name;
  return row;
}

const std::vector<engine::LegRow>& rows() {
  static const std::vector<engine::LegRow> kRows = {
      leg("test", 0, "Test (3.1)"),
      leg("test", 1, "Test (3.11)"),
      leg("call", 0, "call (a)"),
      leg("call", 1, "call (b)"),
      leg("call.1/t", 0, "call (b) / t (1)"),
      leg("call.1/t", 1, "call (b) / t (2)"),
  };
  return kRows;
}

TEST(RunFinder, KnowsJobsAndLegsByIdNameAndIndex) {
  const std::pair<std::string_view, std::string_view> kTable[] = {
      {"test", "Test (3.1), Test (3.11)"},
      {"Test", "Test (3.1), Test (3.11)"},
      {"Test (3.11)", "Test (3.11)"},
      {"test.1", "Test (3.11)"},
      {"call", "call (a), call (b)"},
      {"call (b)", "call (b)"},
      {"call.1/t", "call (b) / t (1), call (b) / t (2)"},
      {"call (b) / t", "call (b) / t (1), call (b) / t (2)"},
      {"call (b) / t (2)", "call (b) / t (2)"},
  };
  for (const auto& [name, expected] : kTable) {
    const auto found = find_legs(rows(), name, 7);
    ASSERT_TRUE(found.ok()) << name;
    std::vector<std::string> names;
    for (const engine::LegRow& row : *found) names.push_back(row.name);
    EXPECT_EQ(join(names, ", "), expected) << name;
  }
}

TEST(RunFinder, SaysWhatThereIs) {
  const std::string said = find_legs(rows(), "Test (3.12)", 7).error().describe();
  EXPECT_NE(said.find("run 7 has no job 'Test (3.12)', did you mean 'Test (3.1"), std::string::npos)
      << said;
  EXPECT_NE(said.find("call (b) / t (1)"), std::string::npos);
}

TEST(RunFinder, KnowsStepsByNameAndNumber) {
  engine::StepRow step;
  step.step = 2;
  step.part = "1";
  step.name = "Run make";
  for (const std::string_view name : {"Run make", "3", "3.1"})
    EXPECT_TRUE(is_step(step, name, nullptr)) << name;
  for (const std::string_view name : {"1", "3.2", "3.11", "make", ""})
    EXPECT_FALSE(is_step(step, name, nullptr)) << name;
}

}  // namespace
}  // namespace sluice::cli
