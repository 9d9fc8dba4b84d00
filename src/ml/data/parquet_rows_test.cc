// Whole tables of every type are compared with CSV in tests/e2e/parquet_test.py; here is what needs
// a file of a few hundred bytes.
#include "ml/data/parquet_rows.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/strings.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

// Written by pyarrow 26 without compression, dictionaries, statistics and Arrow's own schema.
// id int64 [7, 8, 2^63 - 1], name ["käse", null, "a,b"], price double [1, 0.1, null], in row groups
// of two.
constexpr std::string_view kTable =
    "UEFSMRUAFSwVLCwVBBUAFQYVBhwAAAACAAAABAEHAAAAAAAAAAgAAAAAAAAAFQAVHhUeLBUEFQAVBhUGHAAAAAIAAAAD"
    "AQUAAABrw6RzZRUAFSwVLCwVBBUAFQYVBhwAAAACAAAABAEAAAAAAADwP5qZmZmZmbk/FQAVHBUcLBUCFQAVBhUGHAAA"
    "AAIAAAACAf////////9/FQAVGhUaLBUCFQAVBhUGHAAAAAIAAAACAQMAAABhLGIVABUMFQwsFQIVABUGFQYcAAAAAgAA"
    "AAIAFQQZTDUAGAZzY2hlbWEVBgAVBCUCGAJpZAAVDCUCGARuYW1lJQBMHAAAABUKJQIYBXByaWNlABYGGSwZPCYAHBUE"
    "GSUGABkYAmlkFQAWBBZSFlImCEkcFQAVABUCADwpBhkmAAQAAAAmABwVDBklBgAZGARuYW1lFQAWBBZEFkQmWkkcFQAV"
    "ABUCADwWChkGGSYCAgAAACYAHBUKGSUGABkYBXByaWNlFQAWBBZSFlImngFJHBUAFQAVAgA8KQYZJgAEAAAAFugBFgQm"
    "CBboAQAZPCYAHBUEGSUGABkYAmlkFQAWAhZCFkIm8AFJHBUAFQAVAgA8KQYZJgACAAAAJgAcFQwZJQYAGRgEbmFtZRUA"
    "FgIWQBZAJrICSRwVABUAFQIAPBYGGQYZJgACAAAAJgAcFQoZJQYAGRgFcHJpY2UVABYCFjIWMibyAkkcFQAVABUCADwp"
    "BhkmAgAAAAAWtAEWAibwARa0AQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGTwcAAAcAAAcAAAAmAEA"
    "AFBBUjE=";

// id [1, 2, 3], name of bytes: Latin-1, good, with a NUL.
constexpr std::string_view kDirty =
    "UEFSMRUAFTwVPCwVBhUAFQYVBhwAAAACAAAABgEBAAAAAAAAAAIAAAAAAAAAAwAAAAAAAAAVABU8FTwsFQYVABUGFQYc"
    "AAAAAgAAAAYBBAAAAGvkc2UEAAAAZ29vZAQAAABhACxiFQQZPDUAGAZzY2hlbWEVBAAVBCUCGAJpZAAVDCUCGARuYW1l"
    "ABYGGRwZLCYAHBUEGSUGABkYAmlkFQAWBhZiFmImCEkcFQAVABUCADwpBhkmAAYAAAAmABwVDBklBgAZGARuYW1lFQAW"
    "BhZiFmImakkcFQAVABUCADwWGBkGGSYABgAAABbEARYGJggWxAEAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2"
    "LjAuMRksHAAAHAAAALsAAABQQVIx";

// id and a list of numbers.
constexpr std::string_view kNested =
    "UEFSMRUAFRwVHCwVAhUAFQYVBhwAAAACAAAAAgEBAAAAAAAAABUAFTgVOCwVBBUAFQYVBhwAAAACAAAAAwICAAAABAMB"
    "AAAAAAAAAAIAAAAAAAAAFQQZXDUAGAZzY2hlbWEVBAAVBCUCGAJpZAA1AhgFcGFydHMVAhUGTDwAAAA1BBgEbGlzdBUC"
    "ABUEJQIYB2VsZW1lbnQAFgIZHBksJgAcFQQZJQYAGRgCaWQVABYCFkIWQiYISRwVABUAFQIAPCkGGSYAAgAAACYAHBUE"
    "GSUGABk4BXBhcnRzBGxpc3QHZWxlbWVudBUAFgQWXhZeJkpJHBUAFQAVAgA8KSYCAhlGAAAABAAAABagARYCJggWoAEA"
    "KCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRksHAAAHAAAAOsAAABQQVIx";

std::string bytes_of(std::string_view base64) {
  return *base64_decode(base64);
}

std::string all_of(Result<std::unique_ptr<RowSource>> opened) {
  if (!opened.ok()) return "error: " + opened.error().describe() + "\n";
  RowSource& rows = **opened;
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
      text += cat("bad ", to_string(problem.position), ": ", to_string(problem.kind), ": ",
                  problem.message, "\n");
    for (const std::string_view row : block.rejected) text += cat("rejected ", row);
  }
}

std::string read(const std::string& bytes, const CsvOptions& options = {}) {
  return all_of(open_parquet(memory_stream(bytes), bytes.size(), "f.parquet", options));
}

class Parquet : public testing::Test {
 protected:
  void SetUp() override {
    if (parquet_support() == ParquetSupport::Absent)
      GTEST_SKIP() << "SKIPPED: built without Apache Arrow (./dev arrow)";
    files_.make_directories("/d/week=40", 0755).value();
    files_.make_directories("/d/week=41", 0755).value();
  }

  std::string open(const os::Path& path) { return all_of(open_rows(files_, path)); }
  void write(const os::Path& path, std::string_view bytes) {
    files_.write(path, bytes, os::Durability::Process, 0644).value();
  }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
};

TEST(ParquetSupport, AFileIsRefusedWithTheReasonWhereArrowIsNotThere) {
  if (parquet_support() == ParquetSupport::Built) GTEST_SKIP() << "built with Apache Arrow";
  EXPECT_FALSE(arrow_version().ok());
  os::FakeClock clock;
  os::MemoryFiles files(clock);
  files.write("/f.parquet", bytes_of(kTable), os::Durability::Process, 0644).value();
  EXPECT_EQ(
      all_of(open_rows(files, "/f.parquet")),
      "error: /f.parquet: this is a Parquet file, which this sluice cannot read: it was built "
      "without Apache Arrow, which Debian does not package; export it as CSV or JSON Lines\n");
}

TEST_F(Parquet, RowsComeAsTextWithTheirNumbers) {
  const std::string expected =
      "id|name|price\n"
      "row 1: [7] [käse] [1.0]\n"
      "row 2: [8] [] [0.1]\n"
      "row 3: [9223372036854775807] [a,b] []\n";
  EXPECT_EQ(read(bytes_of(kTable)), expected);
  CsvOptions small;
  small.block_bytes = 1;
  EXPECT_EQ(read(bytes_of(kTable), small), expected);
}

TEST_F(Parquet, ARowThatIsNoTextIsAProblemAndCanBeSetAside) {
  using namespace std::string_literals;
  CsvOptions options;
  options.rejects = Rejects::Kept;
  EXPECT_EQ(read(bytes_of(kDirty), options),
            "id|name\n"
            "row 2: [2] [good]\n"
            "bad row 1: invalid_utf8: the row is not valid UTF-8 (raw bytes, or Latin-1 or "
            "Windows-1252?)\n"
            "bad row 3: nul_byte: the row holds a NUL byte\n"
            "rejected 1,k\xE4se\n"
            "rejected 3,\"a\0,b\"\n"s);
}

TEST_F(Parquet, ANestedColumnIsRefusedByName) {
  EXPECT_EQ(
      read(bytes_of(kNested)),
      "error: f.parquet: the column 'parts' is nested (list<element: int64>); write its parts "
      "as columns of their own (pyarrow: table.flatten(), pandas: json_normalize or "
      "explode)\n");
}

TEST_F(Parquet, LimitsHoldAsForCsv) {
  CsvOptions few;
  few.max_columns = 2;
  EXPECT_EQ(read(bytes_of(kTable), few), "error: f.parquet: 3 columns; at most 2 are read\n");
  CsvOptions narrow;
  narrow.max_record_bytes = 10;
  EXPECT_EQ(read(bytes_of(kTable), narrow),
            "id|name|price\n"
            "error: f.parquet: row group 2, after row 2: the next row is longer than 10 bytes\n");
}

TEST_F(Parquet, WhereverAFileIsCutOffItIsAnErrorThatNamesIt) {
  const std::string whole = bytes_of(kTable);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string said = read(whole.substr(0, size));
    EXPECT_TRUE(said.starts_with("error: f.parquet: ")) << size << ": " << said;
  }
  EXPECT_EQ(read(whole.substr(0, 600)),
            "error: f.parquet: byte 600: the Parquet file does not end in PAR1: it is truncated or "
            "was never finished; write or copy it again\n");
}

TEST_F(Parquet, WhicheverByteIsDamagedItEndsInRowsOrInAnErrorThatNamesTheFile) {
  const std::string whole = bytes_of(kTable);
  std::size_t errors = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char change : {'\x01', '\x80', '\xFF'}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      const std::string said = read(damaged);
      const std::size_t error = said.find("error: ");
      if (error == std::string::npos) continue;
      ++errors;
      EXPECT_EQ(said.compare(error, 18, "error: f.parquet: "), 0) << at << ": " << said;
    }
  }
  EXPECT_GT(errors, whole.size());
}

// Reading what is not there any more.
class FailingFile final : public os::ReadFile {
 public:
  Result<std::size_t> read(std::span<char>) override {
    return Error(ErrorCode::Unavailable, "the disk is gone");
  }
  Result<void> seek(std::uint64_t) override { return success(); }
};

TEST_F(Parquet, ADiskThatFailsIsNotTheFilesFault) {
  const auto opened = open_parquet(std::make_unique<FailingFile>(), 1000, "f.parquet", {});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::Unavailable);
  EXPECT_EQ(opened.error().message(), "read f.parquet: the disk is gone");
}

TEST_F(Parquet, FoldersBecomeColumnsAndPositionsNameTheFile) {
  write("/d/week=40/part.parquet", bytes_of(kTable));
  write("/d/week=41/part.csv", "price,id,name\n2,9,x\n");
  const std::string expected =
      "id|name|price|week\n"
      "/d/week=40/part.parquet, row 1: [7] [käse] [1.0] [40]\n"
      "/d/week=40/part.parquet, row 2: [8] [] [0.1] [40]\n"
      "/d/week=40/part.parquet, row 3: [9223372036854775807] [a,b] [] [40]\n"
      "/d/week=41/part.csv, row 1 (line 2, byte 15): [9] [x] [2] [41]\n";
  EXPECT_EQ(open("/d"), expected);
  EXPECT_EQ(open("/d/week=*/part.*"), expected);
}

TEST_F(Parquet, WhatOnlyHasItsNameIsSaidToBeNone) {
  write("/f.parquet", "a,b\n1,2\n");
  EXPECT_EQ(open("/f.parquet"),
            "error: /f.parquet: byte 1: a Parquet file begins with PAR1, which this does not\n");
}

}  // namespace
}  // namespace sluice::ml
