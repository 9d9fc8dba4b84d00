#include "ml/data/row_source.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "base/strings.h"
#include "ml/data/bad_rows.h"
#include "ml/data/csv_dialect.h"
#include "ml/data/input_files.h"
#include "ml/data/unpack.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

std::string gzipped(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd_packed(std::string_view text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return packed;
}

// All that a source has to say, as text: header, rows with places, problems, the error at the end.
std::string all_of(RowSource& rows) {
  std::string text = join(rows.header(), "|") + "\n";
  CsvBlock block;
  while (true) {
    const auto more = rows.next(block);
    if (!more.ok()) return text + "error: " + more.error().describe() + "\n";
    if (!*more) return text;
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      text += to_string(block.rows[i], rows.facts().files) + ":";
      for (const std::string_view field : block.row(i)) text += cat(" [", field, "]");
      text += "\n";
    }
    for (const CsvProblem& problem : block.problems)
      text += cat("bad ", to_string(problem.position, rows.facts().files), ": ",
                  to_string(problem.kind), ": ", problem.message, "\n");
  }
}

std::string read(std::string_view name, std::string_view bytes, const CsvOptions& csv = {}) {
  auto rows = open_rows(memory_stream(bytes), name, {csv});
  if (!rows.ok()) return "error: " + rows.error().describe() + "\n";
  return all_of(**rows);
}

constexpr CsvOptions kSniffed{.dialect = Dialect::Sniffed};

class RowFiles : public testing::Test {
 protected:
  void write(const os::Path& path, std::string_view text) {
    ASSERT_TRUE(files_.make_directories(path.parent_path(), 0755).ok());
    ASSERT_TRUE(files_.write(path, text, os::Durability::Process, 0644).ok());
  }
  std::string read_path(const os::Path& path, const CsvOptions& csv = {}) {
    auto rows = open_rows(files_, path, {csv});
    if (!rows.ok()) return "error: " + rows.error().describe() + "\n";
    return all_of(**rows);
  }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
};

TEST(RowSource, FindsTheDelimiterOut) {
  const struct {
    const char* text;
    char delimiter;
  } cases[] = {
      {"a,b\n1,2\n", ','},
      {"a;b\n1,5;2,5\n2,5;3\n", ';'},
      {"a\tb c, d\n1\t2\n", '\t'},
      {"a|b|c\n1|2,3|4\n", '|'},
      {"only\n1;2\n", ','},
      {"", ','},
      {"\"a;b\",c\n\"1;1\",2\n", ','},
      {"name;note\nx;\"a, b, c\"\ny;d\n", ';'},
  };
  for (const auto& c : cases) EXPECT_EQ(sniff_delimiter(c.text, {}), c.delimiter) << c.text;
  EXPECT_EQ(read("f.csv", "a;b\n1;2\n", kSniffed), "a|b\nrow 1 (line 2, byte 5): [1] [2]\n");
  // A delimiter that was given is not doubted.
  EXPECT_EQ(read("f.csv", "a;b\n1;2\n"), "a;b\nrow 1 (line 2, byte 5): [1;2]\n");
}

TEST(RowSource, SkipsCommentsAndCountsThem) {
  CsvOptions csv;
  csv.comment = '#';
  EXPECT_EQ(read("f", "# by \"hand\na,b\n#x\n1,#2\n#end", csv),
            "a|b\nrow 1 (line 4, byte 19): [1] [#2]\n");
  EXPECT_EQ(read("f", "#x\n# y\n", csv),
            "error: f: there are only comments: expected a header row and data\n");
  // Without the option a hash is an ordinary character.
  EXPECT_EQ(read("f", "#a,b\n1,2\n"), "#a|b\nrow 1 (line 2, byte 6): [1] [2]\n");
}

TEST(RowSource, ReadsDecimalCommas) {
  CsvOptions csv;
  csv.delimiter = ';';
  csv.decimal = ',';
  EXPECT_EQ(read("f", "a;b;c\n1,5;-2,25;1.234,5\n,5;a,b;1,2,3\n", csv),
            "a|b|c\nrow 1 (line 2, byte 7): [1.5] [-2.25] [1.234,5]\n"
            "row 2 (line 3, byte 25): [,5] [a,b] [1,2,3]\n");
}

TEST(RowSource, NumbersTheColumnsOfAFileWithoutHeader) {
  CsvOptions csv;
  csv.header = HeaderRow::None;
  for (const std::size_t block : {std::size_t{1}, std::size_t{1} << 18}) {
    csv.block_bytes = block;
    EXPECT_EQ(read("f", "\"x\"\"y\",2\n3,4\n", csv),
              "column_1|column_2\nrow 1 (line 1, byte 1): [x\"y] [2]\nrow 2 (line 2, byte 10): [3] "
              "[4]\n");
  }
}

TEST(RowSource, UnpacksGzipAndZstdAlsoInSeveralParts) {
  const std::string text = "a,b\n1,2\n3,4\n";
  const std::string expected = read("f", text);
  EXPECT_EQ(read("f", gzipped(text)), expected);
  EXPECT_EQ(read("f", zstd_packed(text)), expected);
  EXPECT_EQ(read("f", gzipped("a,b\n1,2\n") + gzipped("3,4\n")), expected);
  EXPECT_EQ(read("f", gzipped(text) + std::string(512, '\0')), expected);
  EXPECT_EQ(read("f", zstd_packed("a,b\n1,2\n") + zstd_packed("3,4\n")), expected);
  EXPECT_EQ(read("f.jsonl.gz", gzipped("{\"a\":1}\n")), "a\nrow 1 (line 1, byte 1): [1]\n");
}

TEST(RowSource, ATruncatedOrDamagedPackedFileIsAnErrorWithItsByte) {
  std::string text = "a,b\n";
  for (int i = 0; i < 2000; ++i) text += cat(i * 7919 % 1000, ",", i, "\n");
  for (const std::string& packed : {gzipped(text), zstd_packed(text)}) {
    for (std::size_t size = 20; size < packed.size(); size += 97) {
      const std::string found = read("f", packed.substr(0, size));
      EXPECT_NE(found.find(cat("data end early, after byte ", size, " of the file")),
                std::string::npos)
          << found.substr(0, 300);
    }
    std::string damaged = packed;
    damaged[damaged.size() / 2] = static_cast<char>(~damaged[damaged.size() / 2]);
    EXPECT_NE(read("f", damaged).find("error: "), std::string::npos);
  }
  std::string wrong_sum = gzipped(text);
  wrong_sum[wrong_sum.size() - 6] = static_cast<char>(~wrong_sum[wrong_sum.size() - 6]);
  EXPECT_NE(read("f", wrong_sum).find("incorrect data check"), std::string::npos);
}

TEST(RowSource, WhatUnpacksToFarTooMuchIsRefused) {
  const std::string packed = zstd_packed("a\n" + std::string(4'000'000, '1'));
  const UnpackLimits limits{1u << 20, 1000};
  const auto stream = unpacking_stream(memory_stream(packed), Packing::Zstd, limits);
  std::vector<char> buffer(1u << 16);
  auto n = stream->read(buffer);
  while (n.ok() && *n > 0) n = stream->read(buffer);
  ASSERT_FALSE(n.ok());
  EXPECT_NE(n.error().message().find("unpacks to more than 1 000 times its size"),
            std::string::npos)
      << n.error().message();
}

TEST(JsonLines, KeysOfTheFirstRowsAreTheColumns) {
  EXPECT_EQ(read("f.jsonl",
                 "{\"a\":1.50,\"b\":\"x\\\"\\u00e9y\"}\n\n{\"b\":null,\"c\":true}\r\n"
                 "{\"a\":{\"n\":[1, 2]},\"c\":\"\"}"),
            "a|b|c\nrow 1 (line 1, byte 1): [1.50] [x\"éy] []\n"
            "row 2 (line 3, byte 30): [] [] [true]\n"
            "row 3 (line 4, byte 51): [{\"n\":[1, 2]}] [] []\n");
}

TEST(JsonLines, ALineThatIsNoRowIsAProblemWithItsPlace) {
  std::string text = "{\"a\":1}\n";
  while (text.size() < 64u << 10) text += "{\"a\":1234567890}\n";
  const std::size_t head = text.size();
  const std::size_t rows = 1 + (head - 8) / 17;
  text += "{\"z\":1}\n{\"a\":1,\"a\":2}\n[1]\n{\"a\":1} 2\n{\"a\":\"\xff\"}\n{\"a\":01}\n";
  const std::string found = read("f", text);
  const std::string bad = found.substr(found.find("bad "));
  const auto place = [&](std::size_t i, std::size_t byte) {
    return cat("bad row ", rows + i, " (line ", rows + i, ", byte ", head + byte, "): ");
  };
  EXPECT_EQ(bad,
            place(1, 1) +
                "unknown_key: the key 'z' is not among those of the first rows, which "
                "are the columns\n" +
                place(2, 9) + "repeated_key: the key 'a' stands there twice\n" +  //
                place(3, 23) + "invalid_json: not a JSON object: column 1: expected an object\n" +
                place(4, 27) + "invalid_json: not a JSON object: column 9: " +
                bad.substr(bad.find("column 9: ") + 10,
                           bad.find('\n', bad.find("column 9: ")) - bad.find("column 9: ") - 9) +
                place(5, 37) +
                "invalid_utf8: the row is not valid UTF-8 (saved as Latin-1 or Windows-1252?)\n" +
                bad.substr(bad.find(place(6, 47))));
}

TEST(JsonLines, WhereBlocksEndDoesNotDecideWhichLineIsTooLong) {
  for (const std::size_t length : {900u, 1000u, 1001u, 1500u, 3000u})
    for (const std::size_t block : {64u, 700u, 4000u}) {
      CsvOptions csv;
      csv.max_record_bytes = 1000;
      csv.block_bytes = block;
      const std::string text =
          cat("{\"a\":1}\n{\"a\":\"", std::string(length - 9, 'x'), "\"}\n{\"a\":2}\n");
      EXPECT_EQ(read("f.jsonl", text, csv).find("error: ") == std::string::npos, length <= 1000)
          << length << " in blocks of " << block;
    }
}

TEST(JsonLines, AreKnownByTheirFirstObject) {
  EXPECT_EQ(read("f", "\n\n{\"a\":1}\n"), "a\nrow 1 (line 3, byte 3): [1]\n");
  EXPECT_EQ(read("f", "{ \"a\": 1 }\n{ \"a\": 2 }\n"),
            "a\nrow 1 (line 1, byte 1): [1]\nrow 2 (line 2, byte 12): [2]\n");
}

TEST(JsonLines, WhereBlocksEndMakesNoDifference) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += cat("{\"a\":", i, ",\"b\":\"\\t", i * i, "\"}\n");
  CsvOptions csv;
  const std::string whole = read("f.jsonl", text, csv);
  for (const std::size_t block : {1u, 100u, 4096u}) {
    csv.block_bytes = block;
    csv.max_record_bytes = 4096;
    EXPECT_EQ(read("f.jsonl", text, csv), whole);
  }
}

TEST_F(RowFiles, PatternsAndFoldersGiveTheColumnsOfTheirNames) {
  write("/d/week=41/part.csv", "a,b\n1,2\n");
  write("/d/week=42/part.csv.gz", gzipped("b,a\n4,3\n5,6,7\n"));
  write("/d/week=42/_tmp.csv", "zzz\n");
  write("/d/week=42/notes.md", "zzz\n");
  const std::string expected =
      "a|b|week\n/d/week=41/part.csv, row 1 (line 2, byte 5): [1] [2] [41]\n"
      "/d/week=42/part.csv.gz, row 1 (line 2, byte 5): [3] [4] [42]\n"
      "bad /d/week=42/part.csv.gz, row 2 (line 3, byte 9): field_count: 3 fields where the header "
      "has 2\n";
  EXPECT_EQ(read_path("/d"), expected);
  EXPECT_EQ(read_path("/d/week=*/part.csv*"), expected);
  EXPECT_EQ(read_path("/d/**/part*"), expected);
  EXPECT_EQ(read_path("/d/week=4[13]/*.csv"), "a|b|week\nrow 1 (line 2, byte 5): [1] [2] [41]\n");
  EXPECT_EQ(read_path("/d/week=41/part.csv"), "a|b\nrow 1 (line 2, byte 5): [1] [2]\n");
  EXPECT_EQ(read_path("/d/year=*/x"), "error: no file fits /d/year=*/x\n");
}

TEST_F(RowFiles, FilesWithOtherColumnsAreNamed) {
  write("/d/1.csv", "a,b\n1,2\n");
  write("/d/2.csv", "a,c\n1,2\n");
  EXPECT_NE(read_path("/d").find("error: /d/2.csv: there is no column 'b', which /d/1.csv has"),
            std::string::npos);
  write("/d/2.csv", "a,b,c\n1,2,3\n");
  EXPECT_NE(read_path("/d").find("error: /d/2.csv: the column 'c' is not one of /d/1.csv"),
            std::string::npos);
  write("/e/a=1/1.csv", "a,b\n1,2\n");
  EXPECT_EQ(read_path("/e"),
            "error: /e/a=1/1.csv: the column 'a' is in the file and in the name of its folder\n");
  ASSERT_TRUE(files_.make_directories("/empty", 0755).ok());
  EXPECT_NE(read_path("/empty").find("there is no data file"), std::string::npos);
}

TEST_F(RowFiles, AHyphenIsStandardInput) {
  write("/dev/stdin", "a;b\n1;2\n");
  EXPECT_EQ(read_path("-", kSniffed), "a|b\nrow 1 (line 2, byte 5): [1] [2]\n");
}

TEST_F(RowFiles, BadRowsStopTheReadingOrAreSetAside) {
  const std::string text = "a,b\n1,2\n3\n4,5\n\"6,7\n\",8,9\n";
  auto failing = fail_on_bad_rows(open_rows(memory_stream(text), "f.csv").value());
  EXPECT_EQ(all_of(*failing),
            "a|b\nerror: f.csv: row 2 (line 3, byte 9): 1 field where the header has 2\n");
  CsvOptions csv;
  csv.rejects = Rejects::Kept;
  const auto aside = files_.open_append("/bad.csv", 0644).value();
  auto rows =
      set_bad_rows_aside(open_rows(memory_stream(text), "f.csv", {csv}).value(), *aside).value();
  EXPECT_NE(all_of(*rows).find("row 3 (line 4, byte 11): [4] [5]"), std::string::npos);
  EXPECT_EQ(files_.read("/bad.csv", 1000).value(), "a,b\n3\n\"6,7\n\",8,9\n");
}

TEST_F(RowFiles, RowsSetAsideStandUnderTheHeaderOfTheFiles) {
  write("/d/week=1/a.csv", "a,b\n1\n");
  CsvOptions csv;
  csv.rejects = Rejects::Kept;
  const auto aside = files_.open_append("/bad.csv", 0644).value();
  auto rows = set_bad_rows_aside(open_rows(files_, "/d", {csv}).value(), *aside).value();
  all_of(*rows);
  EXPECT_EQ(files_.read("/bad.csv", 1000).value(), "a,b\n1\n");
}

TEST(InputFiles, NamesFitPatterns) {
  const struct {
    const char* name;
    const char* pattern;
    bool fits;
  } cases[] = {{"part.csv", "*.csv", true},
               {"part.csv", "p?rt.*", true},
               {"part.csv", "*.cs", false},
               {"week=41", "week=4[0-3]", true},
               {"week=44", "week=4[0-3]", false},
               {"week=44", "week=4[!0-3]", true},
               {"abab", "*ab", true},
               {"", "*", true},
               {"a", "", false},
               {"a[b", "a[b", true},
               {"aaaaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*a*c", false}};
  for (const auto& c : cases)
    EXPECT_EQ(fits_pattern(c.name, c.pattern), c.fits) << c.name << " " << c.pattern;
}

}  // namespace
}  // namespace sluice::ml
