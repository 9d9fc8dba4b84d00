#include "ml/data/table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

class TableFile : public testing::Test {
 protected:
  Result<Table> read(std::string_view text, const TableOptions& options = {}) {
    EXPECT_TRUE(files_.write("/t.csv", text, os::Durability::Process, 0644).ok());
    return read_table(files_, "/t.csv", options);
  }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
};

TEST_F(TableFile, AnotherDelimiterIsSeenByTheSingleColumn) {
  TableOptions options;
  options.columns = {"units"};
  const auto table = read("price;units\n1;2\n", options);
  ASSERT_FALSE(table.ok());
  EXPECT_NE(table.error().message().find("the single column 'price;units'"), std::string::npos)
      << table.error().message();
}

TEST_F(TableFile, ARowsPlaceIsFoundAgain) {
  ASSERT_TRUE(read("a,b\n\"x\ny\",1\nz,2\n").ok());
  EXPECT_EQ(row_place(files_, "/t.csv", 1), "row 2 (line 4, byte 13)");
  EXPECT_EQ(row_place(files_, "/t.csv", 7), "row 8");
}

TEST_F(TableFile, ColumnsAreNumbersWhenEveryValueIsOne) {
  const Table table = read("a,b,c\n1,x,\n,NA,\n2.5,y,\n").value();
  EXPECT_EQ(table.row_count(), 3u);
  EXPECT_EQ(table.find("a")->numbers[2], 2.5);
  EXPECT_TRUE(table.find("a")->missing(1));
  EXPECT_EQ(table.find("b")->kind, ColumnKind::Text);
  EXPECT_EQ(table.find("b")->text(2), "y");
  EXPECT_EQ(table.find("b")->codes, (std::vector<std::int32_t>{0, -1, 1}));
  EXPECT_EQ(table.find("c")->kind, ColumnKind::Number);
}

TEST_F(TableFile, ATextAfterNumbersKeepsTheSpellingOfTheNumbers) {
  const Table table = read("code,n\n007,1\n008,2\nx9,3\n").value();
  EXPECT_EQ(table.find("code")->text(0), "007");
  EXPECT_EQ(table.find("n")->kind, ColumnKind::Number);
}

TEST_F(TableFile, WantedColumnsComeInTheOrderAskedFor) {
  const Table table = read("a,b,c\n1,2,3\n", {.columns = {"c", "a"}}).value();
  EXPECT_EQ(table.names(), (std::vector<std::string>{"c", "a"}));
}

TEST_F(TableFile, MistakesNameFilePlaceAndNearestColumn) {
  EXPECT_EQ(read("price,b\n1,2\n", {.columns = {"prices"}}).error().message(),
            "/t.csv: there is no column 'prices', did you mean 'price'?");
  EXPECT_EQ(read("a,b\n1,2\n3\n").error().message(),
            "/t.csv: row 2 (line 3, byte 9): 1 field where the header has 2");
  EXPECT_EQ(read("a\n1\nx\n", {.kinds = {{"a", ColumnKind::Number}}}).error().message(),
            "/t.csv: row 2 (line 3, byte 5): column 'a': 'x' is not a number");
  EXPECT_EQ(read("a\n1\n2\n", {.max_rows = 1}).error().message(), "/t.csv: more than 1 rows");
  EXPECT_EQ(read_table(files_, "/absent.csv").error().code(), ErrorCode::NotFound);
  const Table table = read("a,t\n1,x\n").value();
  EXPECT_EQ(table.number_column("t").error().message(),
            "the column 't' holds text, such as 'x'; numbers are needed");
}

TEST_F(TableFile, WritesWhatReadsBackTheSame) {
  const Table table = read("a,\"b,c\"\n0.1,\"say \"\"hi\"\"\"\n,\n-3,\"x\ny\"\n").value();
  ASSERT_TRUE(write_csv(files_, "/out.csv", table).ok());
  const Table again = read_table(files_, "/out.csv").value();
  EXPECT_EQ(to_csv(again), to_csv(table));
  EXPECT_EQ(again.find("a")->numbers[0], 0.1);
}

TEST_F(TableFile, RowsAndColumnsCanBeChosenAndAdded) {
  Table table = read("a,t\n1,x\n2,y\n3,x\n").value().take({2, 0});
  EXPECT_EQ(to_csv(table), "a,t\n3,x\n1,x\n");
  table.set_column({.name = "p", .numbers = {0.5, 1.5}});
  table.set_column({.name = "a", .numbers = {7, 8}});
  EXPECT_EQ(to_csv(table), "a,t,p\n7,x,0.5\n8,x,1.5\n");
}

TEST_F(TableFile, TheDigestIsThatOfTheBytes) {
  ASSERT_TRUE(files_.write("/t.csv", "a,b\n1,2\n", os::Durability::Process, 0644).ok());
  EXPECT_EQ(data_digest(files_, "/t.csv").value(), sha256("a,b\n1,2\n"));
}

}  // namespace
}  // namespace sluice::ml
