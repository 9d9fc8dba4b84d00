// Files as they come when something went wrong, and what each is answered with: the exact message,
// with row, line and byte. A row of the table is a file.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "ml/data/parquet_rows.h"
#include "ml/data/profile.h"

namespace sluice::ml {
namespace {

// Message of the error, or else the problems and what the profile says of the columns.
std::string outcome(std::string_view name, std::string_view bytes, const CsvOptions& csv) {
  auto rows = open_rows(memory_stream(bytes), name, {csv});
  if (!rows.ok()) return "error: " + rows.error().describe();
  const auto profile = profile_data(**rows);
  if (!profile.ok()) return "error: " + profile.error().describe();
  std::string text = cat(profile->rows, " rows");
  for (const CsvProblem& problem : profile->problems)
    text += cat("; bad ", to_string(problem.position), ": ", problem.message);
  for (const ColumnProfile& column : profile->columns) {
    text += cat("; ", column.name, ":");
    for (std::size_t i = 0; i < kValueTypes; ++i)
      if (column.types[i] > 0)
        text += cat(" ", column.types[i], " ", to_string(static_cast<ValueType>(i)));
    if (column.missing > 0) text += cat(" ", column.missing, " missing");
  }
  return text;
}

struct BrokenFile {
  std::string what;
  std::string bytes;
  std::string outcome;
  std::string name = "f.csv";
};

const std::string kGzipHead("\x1F\x8B\x08\0\0\0\0\0\0\x03", 10);

std::vector<BrokenFile> broken_files() {
  using namespace std::string_literals;
  return {
      {"empty", "", "error: f.csv: the file is empty: expected a header row and data"},
      {"only blank lines", "\n\n",
       "error: f.csv: header: the first line is blank; expected column names"},
      {"header alone", "a,b\n", "0 rows; a:; b:"},
      {"ragged", "a,b\n1,2\n3\n4,5,6\n7,8\n",
       "2 rows; bad row 2 (line 3, byte 9): 1 field where the header has 2; bad row 3 (line 4, "
       "byte "
       "11): 3 fields where the header has 2; a: 2 integer; b: 2 integer"},
      {"mixed line ends", "a,b\r\n1,2\n3,4\r\n5,6", "3 rows; a: 3 integer; b: 3 integer"},
      {"line ends of old Macs", "a,b\r1,2\r3,4\r",
       "error: f.csv: the header holds a bare carriage return: lines must end in \\n or \\r\\n"},
      {"Latin-1 in a row", "a,b\n1,k\xE4se\n2,x\n",
       "1 rows; bad row 1 (line 2, byte 5): the row is not valid UTF-8 (saved as Latin-1 or "
       "Windows-1252?); a: 1 integer; b: 1 text"},
      {"Latin-1 in the header", "a,k\xE4se\n1,2\n",
       "error: f.csv: header: not valid UTF-8; save the file as UTF-8 (iconv -f ISO-8859-1 -t "
       "UTF-8)"},
      {"UTF-16",
       "\xFF\xFE"
       "a\0,\0b\0\n\0"s,
       "error: f.csv: this is UTF-16 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)"},
      {"UTF-16 without mark", "a\0,\0b\0\n\0"s,
       "error: f.csv: this is binary data or UTF-16 text: there are NUL bytes; save it as UTF-8"},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a,b\n1\n",
       "0 rows; bad row 1 (line 2, byte 8): 1 field where the header has 2; a:; b:"},
      {"NUL in a row", "a,b\n1,\0\n2,x\n"s,
       "1 rows; bad row 1 (line 2, byte 5): the row holds a NUL byte; a: 1 integer; b: 1 text"},
      {"quote never closed", "a,b\n1,\"x\n2,y\n",
       "error: f.csv: row 1 (line 2, byte 5): a quote is opened in this row and never closed "
       "before "
       "the end"},
      {"text after a quote", "a,b\n1,\"x\"y\n",
       "0 rows; bad row 1 (line 2, byte 5): text after a closing quote (a quote inside quotes is "
       "written twice); a:; b:"},
      {"huge field", "a,b\n1,2\n3," + std::string(3 << 20, 'x') + "\n",
       "error: f.csv: row 2 (line 3, byte 9): the row is longer than 1048576 bytes: is this a CSV "
       "file?"},
      {"huge field after a quote", "a,b\n1,\"" + std::string(3 << 20, 'x'),
       "error: f.csv: row 1 (line 2, byte 5): the row is longer than 1048576 bytes: is a quote "
       "opened "
       "and never closed?"},
      {"a column twice", "a,b,a\n1,2,3\n",
       "error: f.csv: header: the column 'a' appears twice, as fields 1 and 3"},
      {"no header", "1,2\n1,2\n3,4\n", "2 rows; 1: 2 integer; 2: 2 integer"},
      {"no header, and it shows", "1,1\n1,2\n",
       "error: f.csv: header: the column '1' appears twice, as fields 1 and 2"},
      {"columns without a name", "a,,\n1,2,3\n",
       "1 rows; a: 1 integer; unnamed_2: 1 integer; unnamed_3: 1 integer"},
      {"a column of nothing", "a,b\n1,\n2,NA\n3,null\n", "3 rows; a: 3 integer; b: 3 missing"},
      {"numbers beyond double", "a\n1e999\n-1e400\n1e-999\n99999999999999999999\n",
       "4 rows; a: 1 number 3 text"},
      {"dates that are none", "a\n2026-02-29\n2026-13-01\n2024-02-29\n2026-1-5\n2026-01-01 25:00\n",
       "5 rows; a: 1 date 4 text"},
  };
}

std::vector<BrokenFile> files_of_other_kinds() {
  return {
      {"gzip of nothing more than its head", kGzipHead,
       "error: f.csv: the gzip data end early, after byte 10 of the file (0 bytes unpacked): the "
       "file is truncated"},
      {"gzip that is damaged", kGzipHead + "\xFF\xFF\xFF\xFF",
       "error: f.csv: gzip data, byte 11: invalid block type"},
      {"zstd of nothing more than its head", "\x28\xB5\x2F\xFD",
       "error: f.csv: the zstd data end early, after byte 4 of the file (0 bytes unpacked): the "
       "file "
       "is truncated"},
      {"zip", "PK\x03\x04 and so on",
       "error: f.csv: this is a zip archive or an Excel workbook; export it as CSV"},
      {"Parquet", "PAR1\x15\x04", "error: " + parquet_refusal("f.csv").message()},
      {"encrypted Parquet", "PARE\x15\x04",
       "error: f.csv: this is an encrypted Parquet file; write it without encryption"},
      {"a JSON array", "[{\"a\":1}]",
       "error: f.csv: this is a JSON array; write one object a line (jq -c '.[]')"},
      {"a JSON array over several lines", "\xEF\xBB\xBF[\r\n  {\"a\":1}\r\n]\r\n",
       "error: f.csv: this is a JSON array; write one object a line (jq -c '.[]')"},
      {"an empty JSON array", "[]\n",
       "error: f.csv: this is a JSON array; write one object a line (jq -c '.[]')"},
      {"JSON over several lines, indented", "{ \"a\": 1,\n  \"b\": 2 }\n",
       "error: f.csv: this is JSON over several lines; write one object a line (jq -c .)"},
      {"JSON over several lines", "{\n  \"a\": 1\n}\n",
       "error: f.csv: this is JSON over several lines; write one object a line (jq -c .)"},
      {"JSON Lines without an object", "1\n2\n",
       "error: f.jsonl: line 1: none of the first lines is a JSON object", "f.jsonl"},
      {"JSON Lines cut off", "{\"a\":1}\n{\"a\":",
       "1 rows; bad row 2 (line 2, byte 9): not a JSON object: column 6: the text ends where a "
       "value "
       "is expected; a: 1 integer",
       "f.jsonl"},
      {"empty JSON Lines", "\n",
       "error: f.jsonl: the file is empty: expected a JSON object in each line", "f.jsonl"},
  };
}

void check(const std::vector<BrokenFile>& files) {
  for (const BrokenFile& file : files) {
    EXPECT_EQ(outcome(file.name, file.bytes, {}), file.outcome) << file.what;
    CsvOptions small;
    small.block_bytes = 7;
    EXPECT_EQ(outcome(file.name, file.bytes, small), file.outcome) << file.what << ", small blocks";
  }
}

TEST(BrokenFiles, EachHasItsMessageWithItsPlace) {
  check(broken_files());
  check(files_of_other_kinds());
}

}  // namespace
}  // namespace sluice::ml
