#include "cli/target_access.h"
#include "cli/testing/fake_terminal.h"

#include <gtest/gtest.h>

#include "os/testing/test_world.h"

namespace sluice::cli {
namespace {

TEST(TellRollout, WhenInterruptedItSaysThatTheRolloutGoesOnAndHowToEndIt) {
  os::TestWorld test;
  FakeTerminal terminal;
  NullLog log;
  CancellationSource interrupt;
  interrupt.cancel();
  Context context{test.world(), terminal, log, interrupt.token(), {}, "/usr/bin/sluice"};
  delivery::KeeperClient client(test.directory.path());
  const auto status = tell_rollout(context, client, "shop", 7);
  ASSERT_TRUE(status.ok()) << status.error().describe();
  EXPECT_NE(status.value(), 0);
  for (const char* part :
       {"rollout 7 of shop goes on", "sluice rollout status shop", "sluice rollout undo shop"})
    EXPECT_NE(terminal.text().find(part), std::string::npos) << terminal.text();
}

TEST(StatusText, TellsWhyReplicasDoNotComeUp) {
  const std::string text = status_text(
      {{"name", "shop"}, {"live", 2}, {"wanted", 1}, {"failure", "replica r7: it exited"}});
  EXPECT_NE(text.find("last failure: replica r7: it exited\n"), std::string::npos) << text;
}

TEST(RevisionLabels, AreThoseOfTheRevisionAskedFor) {
  const JsonObject status{
      {"revisions",
       JsonArray{JsonObject{{"number", 1}, {"labels", JsonObject{{"version", "1"}}}},
                 JsonObject{{"number", 2}, {"labels", JsonObject{{"version", "5"}}}}}}};
  EXPECT_EQ(revision_labels(status, 2).at("version"), "5");
  EXPECT_TRUE(revision_labels(status, 3).empty());
}

}  // namespace
}  // namespace sluice::cli
