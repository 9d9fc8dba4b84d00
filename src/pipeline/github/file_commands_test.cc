#include "pipeline/github/file_commands.h"

#include <gtest/gtest.h>

namespace sluice::pipeline::github {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(FileCommands, reads_names_and_values) {
  const std::pair<std::string_view, Pairs> rows[] = {
      {"", {}},
      {"\n\na=1\n\nb=\n", {{"a", "1"}, {"b", ""}}},
      {"a=1", {{"a", "1"}}},
      {"a=b=c<<d\n", {{"a", "b=c<<d"}}},
      {"a<<E\nx\n\ny=1\nE\nb=2\n", {{"a", "x\n\ny=1"}, {"b", "2"}}},
      {"a<<E\nE\n", {{"a", ""}}},
      {"a<<E\nx\nE", {{"a", "x"}}},
      {"a<<E=F\nx\nE=F\n", {{"a", "x"}}},
      {"a<<E\n E\nE \nE\n", {{"a", " E\nE "}}},
      {"a<<E\r\nx\r\nE\r\n", {{"a", "x\r"}}},
      {"\xef\xbb\xbf"
       "a=1\n",
       {{"a", "1"}}},
      {"a=1\na=2\n", {{"a", "1"}, {"a", "2"}}},
  };
  for (const auto& [text, expected] : rows) {
    const auto pairs = parse_name_values(text);
    ASSERT_TRUE(pairs.ok()) << text << ": " << pairs.error().message();
    EXPECT_EQ(pairs.value(), expected) << text;
  }
}

TEST(FileCommands, names_the_line_that_cannot_be_read) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"a=1\nplain\n", "line 2: expected 'name=value' or 'name<<DELIMITER', got 'plain'"},
      {"=1\n", "line 1: the name before '=' or '<<' is empty"},
      {"<<E\nx\nE\n", "line 1: the name before '=' or '<<' is empty"},
      {"a<<\nx\n", "line 1: the delimiter after '<<' is empty"},
      {"a=1\nb<<E\nx\n", "line 2: the value of 'b' never ends: no line is 'E'"},
      {"b<<E\nx", "line 1: the value of 'b' never ends: no line is 'E'"},
      {"b<<E", "line 1: the value of 'b' never ends: no line is 'E'"},
  };
  for (const auto& [text, expected] : rows) {
    const auto pairs = parse_name_values(text);
    ASSERT_FALSE(pairs.ok()) << text;
    EXPECT_EQ(pairs.error().message(), expected) << text;
  }
}

TEST(FileCommands, reads_folders) {
  EXPECT_EQ(parse_path_lines("/a\n\n  \n/b c\n/d"), (std::vector<std::string>{"/a", "/b c", "/d"}));
}

}  // namespace
}  // namespace sluice::pipeline::github
