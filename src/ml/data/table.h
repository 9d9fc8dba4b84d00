// A whole data set in memory, by columns: what training and evaluation work on. Values; thread-safe
// as any value is.
//
// A column is Number when every value that is not missing reads as a number, else Text. Missing is
// NaN for numbers and code -1 for texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ml/data/csv.h"
#include "os/ports/files.h"

namespace sluice::ml {

enum class ColumnKind { Number, Text };

struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::Number;
  std::vector<double> numbers = {};          // Number; NaN = missing
  std::vector<std::int32_t> codes = {};      // Text; index into dictionary, -1 = missing
  std::vector<std::string> dictionary = {};  // Text; distinct values in order of first appearance

  std::size_t size() const { return kind == ColumnKind::Number ? numbers.size() : codes.size(); }
  bool missing(std::size_t row) const;
  // The value as text ("" when missing), numbers shortest round-trip.
  std::string text(std::size_t row) const;
};

class Table {
 public:
  // Columns of one length, names distinct.
  static Result<Table> create(std::vector<Column> columns);
  Table() = default;

  std::size_t row_count() const { return row_count_; }
  const std::vector<Column>& columns() const { return columns_; }
  std::vector<std::string> names() const;
  const Column* find(std::string_view name) const;
  // NotFound with the nearest existing name.
  Result<const Column*> column(std::string_view name) const;
  // As column(), and InvalidInput when it holds text.
  Result<const Column*> number_column(std::string_view name) const;
  // The rows at these indices, in this order; dictionaries are kept whole.
  Table take(const std::vector<std::size_t>& rows) const;
  // Replaces the column of that name or adds it. Of the table's length (CHECK).
  void set_column(Column column);

 private:
  std::vector<Column> columns_;
  std::size_t row_count_ = 0;
};

// The spellings that stand for a missing value unless said otherwise.
const std::vector<std::string>& default_null_spellings();

struct TableOptions {
  std::vector<std::string> columns = {};         // in this order; empty: all of the file
  std::map<std::string, ColumnKind> kinds = {};  // fixed kinds; others are found out
  std::vector<std::string> nulls = default_null_spellings();
  std::uint64_t max_rows = 100'000'000;
  CsvOptions csv = {};
};

// InvalidInput for the first row that cannot be read (with row, line and byte), for a value that is
// no number in a column fixed as Number, and for more rows than allowed; NotFound for a wanted
// column that is not there, with the nearest name.
Result<Table> read_table(const os::FileReader& files, const os::Path& path,
                         const TableOptions& options = {});

// Where row `index` (from 0) of a file is, for messages: "row 12 (line 13, byte 412)". Reads the
// file again; only the row's number where that fails.
std::string row_place(const os::FileReader& files, const os::Path& path, std::size_t index,
                      const CsvOptions& csv = {});

std::string to_csv(const Table& table);
// Replaces the file as a whole.
Result<void> write_csv(os::FileWriter& files, const os::Path& path, const Table& table);

// SHA-256 of the file's bytes, streamed: what "this data" means in verdicts and lineage. Of several
// files: of the lines "DIGEST  PATH", paths from the folder that all are in.
Result<Digest> data_digest(const os::FileReader& files, const os::Path& path);

}  // namespace sluice::ml
