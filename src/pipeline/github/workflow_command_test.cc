#include "pipeline/github/workflow_command.h"

#include <gtest/gtest.h>

namespace sluice::pipeline::github {
namespace {

using Properties = std::map<std::string, std::string>;

TEST(WorkflowCommand, reads_commands_as_the_runner_does) {
  struct Row {
    std::string_view line;
    WorkflowCommand expected;
  };
  const Row rows[] = {
      {"::debug::text", {"debug", {}, "text"}},
      {"  \t::Warning file=a.py,line=3::careful",
       {"warning", {{"file", "a.py"}, {"line", "3"}}, "careful"}},
      {"::error file=a=b,,bad,col=::x", {"error", {{"file", "a=b"}, {"col", ""}}, "x"}},
      {"::notice title=a%2Cb%3Ac%0Ad::1%0A2%0D3%3A",
       {"notice", {{"title", "a,b:c\nd"}}, "1\n2\r3%3A"}},
      {"::debug::%250A", {"debug", {}, "%0A"}},
      {"::group::", {"group", {}, ""}},
      {"::set-output name=x::a::b", {"set-output", {{"name", "x"}}, "a::b"}},
      {"text ##[add-mask]secret%5D", {"add-mask", {}, "secret]"}},
      {"##[warning file=a;line=1]m%3Bn", {"warning", {{"file", "a"}, {"line", "1"}}, "m;n"}},
  };
  for (const Row& row : rows) {
    const auto command = parse_workflow_command(row.line);
    ASSERT_TRUE(command.has_value()) << row.line;
    EXPECT_EQ(command->name, row.expected.name) << row.line;
    EXPECT_EQ(command->properties, row.expected.properties) << row.line;
    EXPECT_EQ(command->data, row.expected.data) << row.line;
  }
}

TEST(WorkflowCommand, takes_everything_else_as_plain_output) {
  for (const std::string_view line :
       {"", " ", "plain", ":: debug::x", "::unknown::x", "::debug:x", "x ::debug::y",
        "::", "::::", "##[debug", "##[unknown]x", "##[]x", "std::vector<int>::iterator"})
    EXPECT_FALSE(parse_workflow_command(line).has_value()) << line;
}

TEST(WorkflowCommand, stop_commands_pauses_until_its_token) {
  WorkflowCommandReader reader;
  EXPECT_EQ(reader.read("::stop-commands::tok-1")->data, "tok-1");
  EXPECT_TRUE(reader.stopped());
  EXPECT_FALSE(reader.read("::error::shown as it is"));
  EXPECT_FALSE(reader.read("::stop-commands::other"));
  EXPECT_EQ(reader.read("::TOK-1::")->name, "tok-1");
  EXPECT_FALSE(reader.stopped());
  EXPECT_EQ(reader.read("::error::again")->name, "error");
  EXPECT_FALSE(reader.read("::tok-1::"));
}

TEST(WorkflowCommand, stop_commands_refuses_a_token_that_is_a_command_or_empty) {
  WorkflowCommandReader reader;
  EXPECT_FALSE(reader.read("::stop-commands::error"));
  EXPECT_FALSE(reader.read("::stop-commands:: "));
  EXPECT_FALSE(reader.stopped());
}

}  // namespace
}  // namespace sluice::pipeline::github
