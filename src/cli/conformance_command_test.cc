#include "cli/conformance_command.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/testing/fake_terminal.h"
#include "os/testing/test_world.h"

namespace sluice::cli {
namespace {

class ConformanceCommand : public testing::Test {
 protected:
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"conformance", "expressions", world_.directory.path()});
    terminal_ = FakeTerminal();
    Context context{world_.world(), terminal_, log_, {}, {}, {}};
    return run_command_line(context, arguments);
  }
  void write(std::string_view text) {
    ASSERT_TRUE(files_.write(world_.directory / "a.json", text).ok());
  }

  os::TestWorld world_;
  os::Files& files_ = world_.files;
  FakeTerminal terminal_;
  NullLog log_;
};

constexpr const char* kThreeCases = R"({"numbers": [
  {"expr": "1", "result": {"kind": "Number", "value": 1}},
  {"expr": "2", "result": {"kind": "Number", "value": 3}},
  {"expr": "x", "options": {"skip": ["Go", "C#"]}}]})";

TEST_F(ConformanceCommand, PrintsEachDifferenceAndTheScore) {
  write(kThreeCases);
  EXPECT_EQ(run({}), 1);
  EXPECT_EQ(terminal_.out_text,
            "a.json: numbers: 2\n"
            "    expected: Number 3\n"
            "    got:      Number 2\n"
            "not applicable: a.json: numbers: x (skipped by the suite)\n"
            "1 not applicable\n"
            "1 passed, 1 failed\n");
}

TEST_F(ConformanceCommand, TheMinimumDecidesTheExitStatus) {
  write(kThreeCases);
  EXPECT_EQ(run({"--min", "50"}), 0);
  EXPECT_EQ(run({"--min", "50.1"}), 1);
  EXPECT_EQ(run({"--min", "101"}), 2);
  EXPECT_EQ(run({"--min", "many"}), 2);
}

TEST_F(ConformanceCommand, JsonHoldsEveryCase) {
  write(kThreeCases);
  EXPECT_EQ(run({"--json"}), 1);
  const Json document = parse_json(terminal_.out_text).value();
  EXPECT_EQ(document.at("suite"), "expressions");
  EXPECT_EQ(document.at("cases").as_array().size(), 3u);
  EXPECT_EQ(document.at("passed"), 1);
  EXPECT_EQ(document.at("failed"), 1);
}

TEST_F(ConformanceCommand, AFolderWithoutCasesIsBadInput) {
  EXPECT_EQ(run({}), 2);
  EXPECT_NE(terminal_.error_text.find("holds no case"), std::string::npos);
}

}  // namespace
}  // namespace sluice::cli
