// The options that say how data files are read, shared by the data commands.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ml/data/row_source.h"

namespace CLI {
class App;
}

namespace sluice::cli {

struct ReadingArguments {
  std::string delimiter;  // empty: found out
  std::string comment;
  std::string decimal;  // empty: point, or what a schema says
  bool no_header = false;
};

// `arguments` outlives the parsing and the action.
void add_reading_options(CLI::App& command, ReadingArguments& arguments);

Result<ml::ReadOptions> reading_options(const ReadingArguments& arguments);
// What the arguments say beats what stands there, from a schema.
Result<void> apply_reading_options(const ReadingArguments& arguments, ml::CsvOptions& csv);

// "tab", or one character.
Result<char> parse_delimiter(std::string_view word);

}  // namespace sluice::cli
