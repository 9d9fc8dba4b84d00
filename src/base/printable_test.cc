#include "base/printable.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Printable, NamesAreOneLine) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"deploy  to prod", "deploy  to prod"},
      {" spaces stay ", " spaces stay "},
      {"fix\r\n\r\nlonger text\n", "fix longer text"},
      {"a \n b", "a b"},
      {"\x1b[2Jgone\x7f", "[2Jgone"},
      {"\xc2\x9b"
       "31m\xc3\xa9",
       "31m\xc3\xa9"},
      {"\n\t", ""},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(one_line(text), line);
}

TEST(Printable, TerminalsGetColoursAndNoOtherControls) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a\tb\nc", "a\tb\nc"},
      {"\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"},
      {"\x1b[2Jcleared\x1b[10A", "^[[2Jcleared^[[10A"},
      {"\x1b]0;title\x07", "^[]0;title^G"},
      {"\x1b[31", "^[[31"},
      {"10 %\r20 %\r\n", "10 %^M20 %\n"},
      {"\xc2\x9b"
       "5A\xc2\xa0\xc2",
       "^[5A\xc2\xa0\xc2"},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(without_controls(text), shown);
}

}  // namespace
}  // namespace sluice
