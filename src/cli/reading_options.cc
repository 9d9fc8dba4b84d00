#include "cli/reading_options.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"

namespace sluice::cli {

void add_reading_options(CLI::App& command, ReadingArguments& arguments) {
  command
      .add_option("--delimiter", arguments.delimiter,
                  "Character between fields, or tab; found out where it is not given")
      ->group("Reading");
  command.add_option("--comment", arguments.comment, "Skip lines that begin with this character")
      ->group("Reading");
  command.add_option("--decimal", arguments.decimal, "How fractions are written: point or comma")
      ->group("Reading");
  command
      .add_flag("--no-header", arguments.no_header,
                "The first row is data; the columns are called column_1, column_2 …")
      ->group("Reading");
}

Result<char> parse_delimiter(std::string_view word) {
  if (word == "tab" || word == "\\t") return '\t';
  if (word.size() != 1 || word == "\"" || word == "\n")
    return invalid_input(cat("--delimiter '", word, "': expected one character, or tab"));
  return word[0];
}

Result<void> apply_reading_options(const ReadingArguments& arguments, ml::CsvOptions& csv) {
  if (!arguments.delimiter.empty()) csv.delimiter = TRY(parse_delimiter(arguments.delimiter));
  if (arguments.comment.size() > 1 || arguments.comment == "\"")
    return invalid_input(cat("--comment '", arguments.comment, "': expected one character"));
  if (!arguments.comment.empty()) csv.comment = arguments.comment[0];
  if (!arguments.decimal.empty() && arguments.decimal != "point" && arguments.decimal != "comma")
    return invalid_input(cat("--decimal '", arguments.decimal, "': expected point or comma"));
  if (!arguments.decimal.empty()) csv.decimal = arguments.decimal == "comma" ? ',' : '.';
  if (csv.decimal == ',' && csv.dialect == ml::Dialect::Given && csv.delimiter == ',')
    return invalid_input("--decimal comma: the delimiter must be another character");
  if (arguments.no_header) csv.header = ml::HeaderRow::None;
  return success();
}

Result<ml::ReadOptions> reading_options(const ReadingArguments& arguments) {
  ml::CsvOptions csv;
  csv.block_bytes = 64u << 10;  // with its fields a block fits into an L2 cache
  csv.dialect = arguments.delimiter.empty() ? ml::Dialect::Sniffed : ml::Dialect::Given;
  TRY(apply_reading_options(arguments, csv));
  return ml::ReadOptions{csv};
}

}  // namespace sluice::cli
