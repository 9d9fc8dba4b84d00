#include "app/summaries.h"

#include <gtest/gtest.h>

#include "os/testing/test_world.h"

namespace sluice::app {
namespace {

TEST(SummariesTest, AreReadBackFromTheJournalAndWithheldWhereTheyMayHoldASecret) {
  os::TestWorld world;
  const auto workbench = Workbench::open(world.world(), world.directory.path(), "sluice").value();
  const auto event = [](std::int64_t seq, std::string_view kind, const std::string& body) {
    return store::StoredEvent{seq, {}, {std::string(kind), parse_json(body).value()}};
  };
  store::JournalBatch batch;
  batch.events = {
      event(1, "StepStarted", R"({"job": "a", "leg": 0, "step": 0, "id": "step-1", "name": "T"})"),
      event(2, "StepEnded", R"({"job": "a", "leg": 0, "id": "step-1",
            "result": {"files": {"GITHUB_STEP_SUMMARY": "all well"}}})"),
      event(3, "StepStarted", R"({"job": "a", "leg": 0, "step": 1, "id": "step-2", "name": "U"})"),
      event(4, "StepEnded", R"({"job": "a", "leg": 0, "id": "step-2", "sealed_result": "x"})"),
      event(5, "StepEnded", R"({"job": "a", "leg": 0, "id": "step-3", "result": {"files": {}}})")};
  ASSERT_TRUE(workbench->journal().commit(engine::stream_of("r"), batch).ok());
  const auto summaries = step_summaries(*workbench, "r").value();
  ASSERT_EQ(summaries.size(), 2u);
  EXPECT_EQ(summaries[0].step, "T");
  EXPECT_EQ(summaries[0].markdown, "all well");
  EXPECT_EQ(summaries[1].state, SummaryState::Withheld);
  EXPECT_EQ(summaries[1].markdown, "");
}

}  // namespace
}  // namespace sluice::app
