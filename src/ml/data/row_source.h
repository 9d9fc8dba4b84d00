// Rows of data files, whatever they are kept in: the one way in which data commands read.
//
//   auto rows = TRY(open_rows(files, "data/week=*/part.csv.gz", {.csv = {.dialect =
//   Dialect::Sniffed}})); CsvBlock block; while (TRY(rows->next(block))) …        // block.problems
//   are rows that could not be read
//
// What a file is follows from its name and its first bytes (docs/formats/data_files.md). One thread
// at a time; blocks own their bytes and may be used by others.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ml/data/csv.h"
#include "ml/data/input_files.h"
#include "os/ports/files.h"

namespace sluice::ml {

enum class RowFormat { Csv, JsonLines, Parquet };

std::string_view to_string(RowFormat format);  // "csv", "json_lines", "parquet"

// How the rows were read.
struct SourceFacts {
  std::vector<std::string> files;  // as opened, in order; CsvPosition::file counts them from 1
  RowFormat format = RowFormat::Csv;
  CsvOptions csv;                  // with the delimiter that was found
  std::size_t folder_columns = 0;  // at the end of the header: from names of folders
};

class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual const std::vector<std::string>& header() const = 0;
  // Fills the block, false at the end. A block may hold problems and no rows; every row has a field
  // for each column. An Error (which names file, row, line and byte) means that the rest cannot be
  // read.
  virtual Result<bool> next(CsvBlock& block) = 0;
  virtual std::uint64_t bytes_read() const = 0;  // of the rows as text, after unpacking
  virtual const SourceFacts& facts() const = 0;
};

struct ReadOptions {
  CsvOptions csv = {};
};

// InvalidInput for a file without rows to read (empty, not UTF-8, a column twice) and for what is
// no data file, NotFound for one that is not there.
Result<std::unique_ptr<RowSource>> open_rows(const os::FileReader& files, const Inputs& inputs,
                                             const ReadOptions& options = {});

// The same over a stream of bytes; `name` stands in the messages.
Result<std::unique_ptr<RowSource>> open_rows(std::unique_ptr<os::ReadFile> stream,
                                             std::string_view name,
                                             const ReadOptions& options = {});

}  // namespace sluice::ml
