// A shell script as the simple commands in it, for rules that ask what a step runs. An
// approximation of POSIX shells and bash: quotes, comments, continued lines and here-documents are
// understood; what a `$( )` holds stays a part of its word. Pure; never fails.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::pipeline::github {

enum class Joint { End, Pipe, And, Or };   // what stands behind a command: `;` or a line's end, …
enum class Position { Plain, Condition };  // Condition: of if, while, until, or behind `!`

struct ShellCommand {
  std::size_t begin = 0;  // bytes in the script, without white space
  std::size_t end = 0;
  // Without quotes; assignments and keywords in front are left out, so it may be empty.
  std::vector<std::string> words;
  std::string redirected;  // the file of the last `>` or `>>`, without quotes
  Joint after = Joint::End;
  Position position = Position::Plain;

  // The program without its folder; "" for none.
  std::string_view program() const;
  // Whether the words begin so: "aws sagemaker create-endpoint".
  bool begins_with(std::string_view words_in_order) const;
  bool has_word(std::string_view word) const;
  // The value of `--name value` or `--name=value`; empty when absent.
  std::string option(std::string_view name) const;
};

std::vector<ShellCommand> shell_commands(std::string_view script);

// A place where a value is put into a text as it is.
struct Expansion {
  std::size_t begin = 0;  // bytes in the script
  std::size_t end = 0;
  std::string variable;  // of `$NAME` and `${NAME}`; empty for a `${{ }}`
};

// Those of script[begin, end). Left out is what makes something else of a value: `$( )`,
// `${#NAME}`,
// `${NAME%.*}` and the like; and, but for `${{ }}`, what stands in single quotes.
std::vector<Expansion> plain_expansions(std::string_view script, std::size_t begin,
                                        std::size_t end);

}  // namespace sluice::pipeline::github
