// Some consecutive rows of a table as cells, by columns: what expectations are fed with.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ml/data/csv.h"
#include "ml/expectations/cell.h"

namespace sluice::ml::expectations {

struct Header {
  std::vector<std::string> columns;
  // By column the type that a data frame declares ("Int64", "datetime64[ns]"); empty where it
  // follows from the values.
  std::vector<std::string> declared_types = {};
  // Whether a column of mixed values holds texts only, as one read from a text file does.
  enum class Source { Values, TextFile } source = Source::Values;
  std::vector<std::string> masked = {};  // columns whose values results do not show

  std::optional<std::size_t> find(std::string_view name) const;
  bool is_masked(std::string_view name) const;
};

// Rows of a batch that an expectation is to look at, in ascending order.
using RowIndexes = std::span<const std::uint32_t>;

struct Batch {
  std::vector<std::vector<Cell>> columns;  // those that nobody asked for are empty
  std::size_t rows = 0;
  std::uint64_t first_row = 0;                  // index of the first one in the table, from 0
  std::span<const CsvPosition> positions = {};  // of the rows, where they come from a file
};

}  // namespace sluice::ml::expectations
