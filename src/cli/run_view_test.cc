#include "cli/run_view.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "cli/style.h"
#include "cli/testing/fake_terminal.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::cli {
namespace {

namespace kind = engine::event_kind;

// Events as a run of two jobs writes them, a second apart.
class History {
 public:
  std::vector<store::StoredEvent> add(std::string_view name, const std::string& body) {
    clock_.advance(std::chrono::seconds(1));
    const store::StoredEvent event{
        ++seq_, clock_.now(), {std::string(name), parse_json(body).value()}};
    return {event};
  }
  os::FakeClock& clock() { return clock_; }

 private:
  os::FakeClock clock_;
  std::int64_t seq_ = 0;
};

void play_failing_run(History& history, RunView& view) {
  view.on_events(history.add(kind::kRunCreated, R"({"number": 4, "identity": {"run_id": "r1",
      "attempt": 1}, "plan": {"name": "CI", "jobs": [{"id": "build", "name": "Build"},
      {"id": "ship", "name": "Ship"}]}})"));
  view.on_events(history.add(kind::kJobStarted,
                             R"({"job": "build", "legs": [{"index": 0, "name": "Build"}]})"));
  view.on_events(history.add(kind::kLegStarted, R"({"job": "build", "leg": 0})"));
  view.on_events(
      history.add(kind::kStepStarted, R"({"job": "build", "leg": 0, "step": 0, "name": "make"})"));
  view.on_output({"build", 0}, 0);
  view.on_events(history.add(kind::kStepConcluded, R"({"job": "build", "leg": 0, "step": 0,
      "outcome": "failed", "conclusion": "failed", "message": "exit code 2"})"));
  view.on_events(history.add(kind::kLegFinished, R"({"job": "build", "leg": 0,
      "result": "failed", "message": "", "dropped_outputs": ["token"]})"));
  view.on_events(history.add(kind::kJobSkipped,
                             R"({"job": "ship", "reason": {"summary": "'build' failed"}})"));
  view.on_events(history.add(kind::kRunFinished, R"({"result": "failed"})"));
  view.finish();
}

TEST(RunViewTest, PlainLinesTellTheWholeStory) {
  History history;
  FakeTerminal terminal;
  os::MemoryFiles memory(history.clock());
  os::Files& files = memory;
  ASSERT_TRUE(files.make_directories("/logs").ok());
  ASSERT_TRUE(files.write("/logs/0", "2026-11-21T08:40:25.123456Z no rule to make\n").ok());
  const auto view = make_run_view(terminal, history.clock(), files,
                                  [](const engine::LegKey&, int) { return "/logs/0"; });
  play_failing_run(history, *view);
  EXPECT_EQ(terminal.out_text,
            "Build | ● make\n"
            "Build |   no rule to make\n"
            "Build | ✗ make 1.0 s: exit code 2\n"
            "Build | ✗ job failed\n"
            "– Ship                               'build' failed\n"
            "\n✗ Build › make: exit code 2\n"
            "! Build: output 'token' was dropped, because its value may hold a secret\n"
            "✗ run 4 of CI failed in 7.0 s  r1\n"
            "  why: sluice explain 4   again: sluice runs rerun 4\n");
}

TEST(RunViewTest, MuchOutputIsNotHeldInMemory) {
  History history;
  FakeTerminal terminal;
  os::MemoryFiles memory(history.clock());
  os::Files& files = memory;
  ASSERT_TRUE(files.make_directories("/logs").ok());
  constexpr std::size_t kLines = 20'000;
  std::string log;
  for (std::size_t i = 0; i < kLines; ++i) log += "2026-11-21T08:40:25.123456Z epoch 3 loss 0.1\n";
  ASSERT_TRUE(files.write("/logs/0", log).ok());
  const auto view = make_run_view(terminal, history.clock(), files,
                                  [](const engine::LegKey&, int) { return "/logs/0"; });
  play_failing_run(history, *view);
  EXPECT_GT(terminal.out_text.size(), kLines * 20);
  EXPECT_LT(terminal.longest_piece, 70'000u);
}

TEST(RunViewTest, AStepThatWaitsForAnAnswerIsSeenToWait) {
  const std::pair<TerminalKind, std::string> rows[] = {
      {TerminalKind::Plain, "make failed, waits for an answer"},
      {TerminalKind::Interactive, "make\x1b[31m fail"}};
  for (const auto& [terminal_kind, expected] : rows) {
    History history;
    FakeTerminal terminal(terminal_kind);
    os::MemoryFiles memory(history.clock());
    const auto view = make_run_view(terminal, history.clock(), memory,
                                    [](const engine::LegKey&, int) { return "/logs/0"; });
    view->on_events(history.add(kind::kRunCreated, R"({"plan": {"name": "CI",
        "jobs": [{"id": "a", "name": "a"}]}, "identity": {"run_id": "r1"}})"));
    view->on_events(
        history.add(kind::kJobStarted, R"({"job": "a", "legs": [{"index": 0, "name": "a"}]})"));
    view->on_events(
        history.add(kind::kStepStarted, R"({"job": "a", "leg": 0, "step": 0, "name": "make"})"));
    view->on_events(history.add(kind::kStepPaused, R"({"job": "a", "leg": 0, "step": 0})"));
    view->begin_anew();
    EXPECT_NE(terminal.out_text.find(expected), std::string::npos);
    const std::size_t before = terminal.out_text.size();
    view->on_events(
        history.add(kind::kStepStarted, R"({"job": "a", "leg": 0, "step": 0, "name": "make"})"));
    view->begin_anew();
    EXPECT_EQ(terminal.out_text.find(expected, before), std::string::npos);
  }
}

TEST(RunViewTest, AViewerThatComesLaterKnowsWithoutRepeating) {
  History history;
  FakeTerminal terminal;
  os::MemoryFiles memory(history.clock());
  os::Files& files = memory;
  const auto view = make_run_view(terminal, history.clock(), files,
                                  [](const engine::LegKey&, int) { return "/logs/0"; });
  view->remember(history.add(
      kind::kRunCreated,
      R"({"number": 4, "identity": {"run_id": "r1", "attempt": 1}, "plan": {"name": "CI", "jobs": [{"id": "build",
      "name": "Build"}]}})"));
  EXPECT_EQ(terminal.out_text, "");
  EXPECT_EQ(view->tree().shown_number(), "4");
}

TEST(RunViewTest, APictureNeverLeavesTheWidthOfTheTerminal) {
  History history;
  FakeTerminal terminal(TerminalKind::Interactive);
  os::MemoryFiles memory(history.clock());
  os::Files& files = memory;
  const auto view = make_run_view(terminal, history.clock(), files,
                                  [](const engine::LegKey&, int) { return "/logs/0"; });
  play_failing_run(history, *view);
  const std::string picture =
      draw_tree(view->tree(), history.clock().now(), TerminalKind::Interactive, 40);
  for (const std::string_view line : split_lines(picture)) EXPECT_LE(display_width(line), 40u);
  EXPECT_NE(picture.find("Build"), std::string::npos);
}

TEST(StyleTest, ShortensByWhatIsSeen) {
  EXPECT_EQ(shorten("grün", 4), "grün");
  EXPECT_EQ(shorten("grüne Wiese", 5), "grün…");
  const std::string painted = paint(TerminalKind::Interactive, Colour::Red, "failure");
  EXPECT_EQ(display_width(painted), 7u);
  EXPECT_EQ(shorten(painted, 4), "\x1b[31mfai…\x1b[0m");
}

TEST(StyleTest, TablesAlignTheirColumns) {
  EXPECT_EQ(table(TerminalKind::Plain, {"A", "NAME"}, {{"✓", "x"}, {"long", "y"}}),
            "A     NAME\n✓     x\nlong  y\n");
}

TEST(LogReaderTest, FollowsAGrowingLog) {
  os::FakeClock clock;
  os::MemoryFiles memory(clock);
  os::Files& files = memory;
  ASSERT_TRUE(files.make_directories("/l").ok());
  LogFollower follower(files);
  std::vector<std::string> lines;
  const auto collect = [&](std::string_view line) { lines.emplace_back(line); };
  follower.read_new("/l/0", collect);
  ASSERT_TRUE(files.write("/l/0", "one\ntw").ok());
  follower.read_new("/l/0", collect);
  ASSERT_TRUE(files.write("/l/0", "one\ntwo\n").ok());
  follower.read_new("/l/0", collect);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(last_lines(files, "/l/0", 1), (std::vector<std::string>{"two"}));
}

TEST(LogReaderTest, ALineWithoutEndComesInPieces) {
  os::FakeClock clock;
  os::MemoryFiles memory(clock);
  os::Files& files = memory;
  ASSERT_TRUE(files.make_directories("/l").ok());
  ASSERT_TRUE(files.write("/l/0", std::string(40u << 20, 'x') + "\n").ok());
  LogFollower follower(files);
  std::vector<std::size_t> sizes;
  follower.read_new("/l/0", [&](std::string_view line) { sizes.push_back(line.size()); });
  EXPECT_EQ(sizes, (std::vector<std::size_t>{16u << 20, 16u << 20, 8u << 20}));
}

}  // namespace
}  // namespace sluice::cli
