#include "ml/data/csv.h"

#include <gtest/gtest.h>

#include <random>

#include "base/strings.h"

namespace sluice::ml {
namespace {

struct ReadAll {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<CsvPosition> positions;
  std::vector<CsvProblem> problems;
  std::string error;
};

// Reads through blocks of this size.
ReadAll read_all(std::string_view text, CsvOptions options = {}) {
  ReadAll all;
  auto reader = CsvReader::open(memory_stream(text), "f.csv", options);
  if (!reader.ok()) {
    all.error = reader.error().message();
    return all;
  }
  all.header = reader->header();
  CsvBlock block;
  while (true) {
    const auto more = reader->next(block);
    if (!more.ok()) {
      all.error = more.error().message();
      return all;
    }
    if (!more.value()) return all;
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      const auto row = block.row(i);
      all.rows.emplace_back(row.begin(), row.end());
      all.positions.push_back(block.rows[i]);
    }
    all.problems.insert(all.problems.end(), block.problems.begin(), block.problems.end());
  }
}

std::string show(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const auto& row : rows) text += cat("[", join(row, "|"), "]");
  return text;
}

struct GoodCase {
  const char* what;
  std::string_view text;
  const char* rows;
};

using namespace std::string_view_literals;

const GoodCase kGood[] = {
    {"plain", "a,b\n1,2\n3,4\n", "[1|2][3|4]"},
    {"no last newline", "a,b\n1,2", "[1|2]"},
    {"windows lines", "a,b\r\n1,2\r\n3,4\r\n", "[1|2][3|4]"},
    {"byte order mark",
     "\xEF\xBB\xBF"
     "a,b\n1,2\n",
     "[1|2]"},
    {"empty fields", "a,b,c\n,,\n1,,3\n", "[||][1||3]"},
    {"quoted", "a,b\n\"x,y\",\"z\"\n", "[x,y|z]"},
    {"quoted newline", "a,b\n\"x\ny\",2\n3,4\n", "[x\ny|2][3|4]"},
    {"quoted windows newline", "a,b\r\n\"x\r\ny\",\"2\"\r\n", "[x\r\ny|2]"},
    {"doubled quotes", "a,b\n\"say \"\"hi\"\"\",2\n\"\"\"\",\"\"\n", "[say \"hi\"|2][\"|]"},
    {"doubled quotes before UTF-8", "a,b\n\"x\"\"\xC3\xA9\",\xC3\xA9\n", "[x\"\xC3\xA9|\xC3\xA9]"},
    {"quote inside a plain field", "a,b\n5\" nails,2\nx\"y\"z,3\n", "[5\" nails|2][x\"y\"z|3]"},
    {"blank lines", "a,b\n\n1,2\n\r\n3,4\n\n", "[1|2][3|4]"},
    {"one column keeps blanks", "a\n1\n\n2\n", "[1][][2]"},
    {"header only", "a,b\n", ""},
    {"header only, no newline", "a,b", ""},
    {"quoted last field at the end", "a,b\n1,\"2\"", "[1|2]"},
};

TEST(Csv, ReadsWhatRfc4180SaysInBlocksOfAnySize) {
  for (const GoodCase& c : kGood) {
    for (const std::size_t block_bytes : {1u, 2u, 3u, 7u, 64u, 1u << 18}) {
      const ReadAll all = read_all(c.text, {.block_bytes = block_bytes});
      EXPECT_EQ(all.error, "") << c.what << " " << block_bytes;
      EXPECT_TRUE(all.problems.empty()) << c.what << " " << block_bytes;
      EXPECT_EQ(show(all.rows), c.rows) << c.what << " " << block_bytes;
    }
  }
}

struct BadRowCase {
  const char* what;
  std::string_view text;
  CsvProblemKind kind;
  const char* where;
  const char* message;
  const char* rows;  // the others
};

const BadRowCase kBadRows[] = {
    {"short row", "a,b,c\n1,2,3\n4,5\n6,7,8\n", CsvProblemKind::FieldCount,
     "row 2 (line 3, byte 13)", "2 fields where the header has 3", "[1|2|3][6|7|8]"},
    {"long row after a quoted newline", "a,b\n\"x\ny\",1\n1,2,3\n5,6\n", CsvProblemKind::FieldCount,
     "row 2 (line 4, byte 13)", "3 fields where the header has 2", "[x\ny|1][5|6]"},
    {"Latin-1", "a,b\ncaf\xE9,2\n3,4\n", CsvProblemKind::InvalidUtf8, "row 1 (line 2, byte 5)",
     "the row is not valid UTF-8 (saved as Latin-1 or Windows-1252?)", "[3|4]"},
    {"NUL", "a,b\n1,2\nx\0y,2\n3,4\n"sv, CsvProblemKind::NulByte, "row 2 (line 3, byte 9)",
     "the row holds a NUL byte", "[1|2][3|4]"},
    {"text after a quote", "a,b\n\"x\"y,2\n3,4\n", CsvProblemKind::TextAfterQuote,
     "row 1 (line 2, byte 5)",
     "text after a closing quote (a quote inside quotes is written twice)", "[3|4]"},
};

TEST(Csv, ReportsABadRowWithItsPlaceAndGoesOn) {
  for (const BadRowCase& c : kBadRows) {
    for (const std::size_t block_bytes : {1u, 5u, 1u << 18}) {
      const ReadAll all = read_all(c.text, {.block_bytes = block_bytes});
      EXPECT_EQ(all.error, "") << c.what;
      ASSERT_EQ(all.problems.size(), 1u) << c.what;
      EXPECT_EQ(all.problems[0].kind, c.kind) << c.what;
      EXPECT_EQ(to_string(all.problems[0].position), c.where) << c.what;
      EXPECT_EQ(all.problems[0].message, c.message) << c.what;
      EXPECT_EQ(show(all.rows), c.rows) << c.what;
    }
  }
}

struct BadFileCase {
  const char* what;
  std::string_view text;
  const char* error;
};

const BadFileCase kBadFiles[] = {
    {"empty", "", "f.csv: the file is empty: expected a header row and data"},
    {"UTF-16",
     "\xFF\xFE"
     "a\0,\0"sv,
     "f.csv: this is UTF-16 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)"},
    {"UTF-16 without a mark", "a\0,\0b\0\n\0"sv,
     "f.csv: this is binary data or UTF-16 text: there are NUL bytes; save it as UTF-8"},
    {"gzip", "\x1F\x8B\x08 0000", "f.csv: this is gzip data; unpack it first (gunzip)"},
    {"workbook", "PK\x03\x04....",
     "f.csv: this is a zip archive or an Excel workbook; export it as CSV"},
    {"blank header", "\n1,2\n", "f.csv: header: the first line is blank; expected column names"},
    {"byte order mark alone", "\xEF\xBB\xBF",
     "f.csv: header: the first line is blank; expected column names"},
    {"a name twice", "a,b,a\n1,2,3\n",
     "f.csv: header: the column 'a' appears twice, as fields 1 and 3"},
    {"Latin-1 header", "caf\xE9,b\n1,2\n",
     "f.csv: header: not valid UTF-8; save the file as UTF-8 (iconv -f ISO-8859-1 -t UTF-8)"},
    {"old Mac lines", "a,b\r1,2\r3,4\r",
     "f.csv: the header holds a bare carriage return: lines must end in \\n or \\r\\n"},
    {"quote never closed", "a,b\n1,2\n\"3,4\n5,6\n",
     "f.csv: row 2 (line 3, byte 9): a quote is opened in this row and never closed before the "
     "end"},
    {"quote never closed in the header", "a,\"b\n1,2\n",
     "f.csv: header (line 1, byte 1): a quote is opened in this row and never closed before the "
     "end"},
};

// Whatever the bytes are, where the blocks end makes no difference, and nothing is read twice or
// lost.
TEST(Csv, RandomTextReadsTheSameInBlocksOfAnySize) {
  constexpr std::string_view kAlphabet = "ab,,\n\n\r\"\"\0\xC3\xA9"sv;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    std::string text = "h,i\n";
    for (auto i = random() % 200; i > 0; --i) text += kAlphabet[random() % kAlphabet.size()];
    const ReadAll whole = read_all(text);
    for (const std::size_t block_bytes : {1u, 3u, 17u, 64u}) {
      const ReadAll parts = read_all(text, {.block_bytes = block_bytes});
      EXPECT_EQ(show(parts.rows), show(whole.rows)) << "seed " << seed;
      EXPECT_EQ(parts.positions, whole.positions) << "seed " << seed;
      EXPECT_EQ(parts.error, whole.error) << "seed " << seed;
      EXPECT_EQ(parts.problems.size(), whole.problems.size()) << "seed " << seed;
    }
  }
}

TEST(Csv, SaysWhatIsWrongWithAFileThatCannotBeRead) {
  for (const BadFileCase& c : kBadFiles) EXPECT_EQ(read_all(c.text).error, c.error) << c.what;
}

TEST(Csv, WhereBlocksEndDoesNotDecideWhichRecordIsTooLong) {
  for (const std::size_t length : {990u, 997u, 1000u, 1001u, 1500u, 1999u, 2600u})
    for (const std::size_t block : {64u, 100u, 700u, 999u, 4000u}) {
      const std::string text = cat("a,b\n1,2\n3,", std::string(length - 3, 'x'), "\n5,6\n");
      const ReadAll all = read_all(text, {.max_record_bytes = 1000, .block_bytes = block});
      EXPECT_EQ(all.error.empty(), length <= 1000) << length << " in blocks of " << block;
    }
}

TEST(Csv, ARecordLongerThanTheLimitIsAnErrorAndNotMemory) {
  std::string text = "a,b\n1,2\n\"";
  text.append(10'000, 'x');
  const ReadAll all = read_all(text, {.max_record_bytes = 1000, .block_bytes = 100});
  EXPECT_EQ(all.error,
            "f.csv: row 2 (line 3, byte 9): the row is longer than 1000 bytes: is a quote opened "
            "and never closed?");
}

TEST(Csv, TooManyColumnsAreRefused) {
  EXPECT_EQ(read_all("a,b,c\n", {.max_columns = 2}).error,
            "f.csv: header: 3 columns; at most 2 are read");
}

TEST(Csv, AColumnWithoutANameIsCalledByItsPlace) {
  EXPECT_EQ(join(read_all(",b,\n1,2,3\n").header, "|"), "unnamed_1|b|unnamed_3");
}

TEST(Csv, TheDelimiterCanBeChosen) {
  const ReadAll all = read_all("a;b\n1,5;\"x;y\"\n", {.delimiter = ';'});
  EXPECT_EQ(show(all.rows), "[1,5|x;y]");
}

TEST(Csv, ProblemsAreKeptUpToALimitAndCountedBeyond) {
  std::string text = "a,b\n";
  for (int i = 0; i < 250; ++i) text += "1\n";
  auto reader = CsvReader::open(memory_stream(text), "f.csv").value();
  CsvBlock block;
  ASSERT_TRUE(reader.next(block).value());
  EXPECT_EQ(block.problems.size(), CsvBlock::kMaxProblems);
  EXPECT_EQ(block.problem_count, 250u);
}

TEST(Csv, PositionsCountRowsLinesAndBytesOfTheWholeFile) {
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) text += i % 10 == 0 ? "\"x\ny\",1\n" : "1,2\n";
  const ReadAll all = read_all(text, {.block_bytes = 100});
  ASSERT_EQ(all.positions.size(), 1000u);
  const CsvPosition last = all.positions.back();
  EXPECT_EQ(last, (CsvPosition{1000, 1101, text.size() - 3}));
}

TEST(Csv, WritesAFieldSoThatItReadsBack) {
  for (const std::string_view value : {"plain", "a,b", "say \"hi\"", "two\nlines", "\r", ""}) {
    std::string text = "x,y\n";
    append_csv_field(text, value);
    text += ",1\n";
    EXPECT_EQ(read_all(text).rows.at(0).at(0), value);
  }
}

}  // namespace
}  // namespace sluice::ml
