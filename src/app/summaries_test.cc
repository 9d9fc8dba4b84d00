#include "app/summaries.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "exec/leg_folder.h"
#include "os/testing/test_world.h"

namespace sluice::app {
namespace {

TEST(SummariesTest, AreThoseThatWereKeptOfStepsAsTheyEnded) {
  os::TestWorld world;
  const auto workbench = Workbench::open(world.world(), world.directory.path(), "sluice").value();
  const auto event = [](std::int64_t seq, std::string_view kind, const std::string& body) {
    return store::StoredEvent{seq, {}, {std::string(kind), parse_json(body).value()}};
  };
  store::JournalBatch batch;
  batch.events = {
      event(1, "StepStarted", R"({"job": "a", "leg": 0, "step": 0, "id": "step-1", "name": "T"})"),
      event(2, "StepEnded", R"({"job": "a", "leg": 0, "id": "step-1", "sealed_result": "x"})"),
      event(3, "StepStarted", R"({"job": "a", "leg": 0, "step": 1, "id": "step-2", "name": "U"})"),
      event(4, "StepEnded", R"({"job": "a", "leg": 0, "id": "step-2", "sealed_result": "x"})"),
      event(5, "RerunRequested", R"({"attempt": 2, "jobs": ["a"]})"),
      event(6, "StepStarted", R"({"job": "a", "leg": 0, "step": 0, "id": "step-1", "name": "T"})"),
      event(7, "StepEnded", R"({"job": "a", "leg": 0, "id": "step-1", "result": {}})")};
  ASSERT_TRUE(workbench->journal().commit(engine::stream_of("r"), batch).ok());
  for (const std::int64_t attempt : {1, 2}) {
    const os::Path path =
        exec::leg_folder(workbench->home(), {"r", "a", 0, attempt}).summary("step-1");
    ASSERT_TRUE(world.world().files.make_directories(path.parent_path()).ok());
    ASSERT_TRUE(world.world().files.write(path, cat("# hi *** ", attempt, "\n")).ok());
  }
  const auto summaries = step_summaries(*workbench, "r").value();
  ASSERT_EQ(summaries.size(), 2u);
  EXPECT_EQ(summaries[0].step, "T");
  EXPECT_EQ(summaries[0].markdown, "# hi *** 1\n");
  EXPECT_EQ(summaries[1].markdown, "# hi *** 2\n");
}

}  // namespace
}  // namespace sluice::app
