#include "pipeline/github/lint/shell_commands.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

// "words joined by _, then the joint", one per command.
std::string shape(std::string_view script) {
  std::vector<std::string> parts;
  for (const ShellCommand& command : shell_commands(script)) {
    std::string text = join(command.words, "_");
    if (!command.redirected.empty()) text += cat(">", command.redirected);
    if (command.position == Position::Condition) text += "?";
    text += command.after == Joint::Pipe  ? " |"
            : command.after == Joint::And ? " &&"
            : command.after == Joint::Or  ? " ||"
                                          : "";
    parts.push_back(text);
  }
  return join(parts, " ; ");
}

TEST(ShellCommands, are_split_at_operators_and_lines) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"", ""},
      {"make all", "make_all"},
      {"a | b && c || d; e & f", "a | ; b && ; c || ; d ; e ; f"},
      {"a \\\n  b\nc", "a_b ; c"},
      {"# all | of this\na # and || this\n", "a"},
      {"echo 'a | b' \"c && d\" e\\|f", "echo_a | b_c && d_e|f"},
      {"x=$(a | b) y \"$(c || d)\" `e | f`", "y_$(c || d)_e | f"},
      {"A=1 B='2 3' run", "run"},
      {"a > out.txt 2>&1 | b >> c", "a>out.txt | ; b>c"},
      {"a 2>/dev/null", "a>/dev/null"},
      {"if ! grep -q x f; then y; fi", "grep_-q_x_f? ; y ; fi"},
      {"cat <<EOF | b\nx | y\nEOF\nz", "cat | ; b ; z"},
      {"cat <<-'E' > f\n\ta || b\n\tE\nz", "cat>f ; z"},
      {"(a | b) || true", "a | ; b ; true"},
      {"echo ${{ a || b }} c", "echo_${{ a || b }}_c"},
      {"'unclosed | x", "unclosed | x"},
      {"sudo apt-get install x", "apt-get_install_x"},
  };
  for (const auto& [script, expected] : rows) EXPECT_EQ(shape(script), expected) << script;
}

TEST(ShellCommands, know_their_place_and_options) {
  const auto commands = shell_commands("x;  /usr/bin/aws s3 ls --region=eu --page 2  ;y");
  ASSERT_EQ(commands.size(), 3u);
  const ShellCommand& aws = commands[1];
  EXPECT_EQ(aws.begin, 4u);
  EXPECT_EQ(aws.end, 43u);
  EXPECT_EQ(aws.program(), "aws");
  EXPECT_TRUE(aws.begins_with("aws s3"));
  EXPECT_FALSE(aws.begins_with("aws s3api"));
  EXPECT_EQ(aws.option("--region"), "eu");
  EXPECT_EQ(aws.option("--page"), "2");
  EXPECT_EQ(aws.option("--none"), "");
}

TEST(ShellCommands, tell_which_values_become_part_of_their_text) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"echo $A ${B} x", "A B"},
      {"echo \"x=$A\" >> $F", "A F"},
      {"echo \"it's $A\" 'not $B' \"'$C'\"", "A C"},
      {"echo ${A:-b} ${C?no} ${D-}", "A C D"},
      {"echo ${#A} ${B%.*} ${C:+set} ${D:0:4} ${E/x/y} ${F,,}", ""},
      {"echo $(hash $A) `cut $B` \"$(x \"$C\")\" $D", "D"},
      {"echo \\$A \"\\$B\" $C", "C"},
      {"echo '${{ secrets.A }}' \"${{ b }}\" $(x ${{ c }})", "${{ secrets.A }} ${{ b }}"},
      {"echo $ $1 $? 5$", "1"},
      {"echo ${ $A", ""},
      {"echo ${{ a", "${{ a"},
      {"echo \\", ""},
      {"echo `a", ""},
  };
  for (const auto& [script, expected] : rows) {
    std::vector<std::string> found;
    for (const Expansion& expansion : plain_expansions(script, 0, script.size()))
      found.push_back(
          !expansion.variable.empty()
              ? expansion.variable
              : std::string(script.substr(expansion.begin, expansion.end - expansion.begin)));
    EXPECT_EQ(join(found, " "), expected) << script;
  }
}

TEST(ShellCommands, end_for_every_prefix_of_a_script) {
  const std::string_view script = "a \"$(b ${c} 'd')\" <<E | e >f && `g`\nx\nE\n(h) \\";
  for (std::size_t n = 0; n <= script.size(); ++n) {
    const std::string prefix(script.substr(0, n));
    for (const ShellCommand& command : shell_commands(prefix)) EXPECT_LE(command.end, n);
    for (const Expansion& found : plain_expansions(prefix, 0, n)) EXPECT_LE(found.end, n);
  }
}

}  // namespace
}  // namespace sluice::pipeline::github
