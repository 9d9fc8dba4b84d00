#include "cli/target_access.h"

#include <gtest/gtest.h>

#include "os/testing/test_world.h"

namespace sluice::cli {
namespace {

class RecordingTerminal final : public Terminal {
 public:
  void out(std::string_view text) override { text_ += text; }
  void error(std::string_view text) override { text_ += text; }
  TerminalKind out_kind() const override { return TerminalKind::Plain; }
  TerminalKind error_kind() const override { return TerminalKind::Plain; }
  int width() const override { return 100; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

TEST(TellRollout, WhenInterruptedItSaysThatTheRolloutGoesOnAndHowToEndIt) {
  os::TestWorld test;
  RecordingTerminal terminal;
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
