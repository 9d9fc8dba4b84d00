// Comma-separated values as a stream of blocks of rows (RFC 4180: quoted fields, "" inside quotes,
// newlines inside quotes; \n or \r\n; UTF-8 with or without a byte order mark; a header row).
//
// Memory is one block, whatever the size of the file. A row that cannot be read as it stands (other
// number of fields than the header, bytes that are no UTF-8, NUL, text after a closing quote) comes
// back as a CsvProblem and is not among the rows; what makes the rest of the file unreadable (a
// quote that never closes, UTF-16, a record longer than the limit) is an Error. Every position
// counts from 1: row (data rows, without the header), line (of the file) and byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::ml {

// Sniffed: open_rows() (row_source.h) finds the delimiter out by reading the first rows.
enum class Dialect { Given, Sniffed };
// None: the columns are called column_1, column_2 …
enum class HeaderRow { First, None };
// Kept: CsvBlock::rejected holds the text of rows with a problem.
enum class Rejects { Counted, Kept };

struct CsvOptions {
  char delimiter = ',';
  Dialect dialect = Dialect::Given;
  char comment = '\0';  // records that begin with it are skipped; NUL: none are
  char decimal = '.';   // ',': fields such as 1,5 come back as 1.5
  HeaderRow header = HeaderRow::First;
  Rejects rejects = Rejects::Counted;
  std::size_t max_record_bytes = 1u << 20;
  std::size_t max_columns = 10'000;
  std::size_t block_bytes = 256u << 10;    // what is read at a time,
  std::size_t block_bytes_per_column = 0;  // and at least so much for each column
};

struct CsvPosition {
  std::uint64_t row = 0;   // 0: the header
  std::uint64_t line = 0;  // 0 where there are none (Parquet), as `byte`
  std::uint64_t byte = 0;  // of the row's first byte
  std::uint32_t file = 0;  // of several, from 1 (SourceFacts::files); 0 where there is one

  auto operator<=>(const CsvPosition&) const = default;
};

// "row 12 (line 13, byte 412)", or "header (line 1, byte 1)", or "row 12" where there are no lines;
// of several files with "file 3, " before it, or with the file's name where their names are given.
std::string to_string(const CsvPosition& position);
std::string to_string(const CsvPosition& position, std::span<const std::string> files);

// The last three are of JSON Lines.
enum class CsvProblemKind {
  FieldCount,
  InvalidUtf8,
  NulByte,
  TextAfterQuote,
  InvalidJson,
  UnknownKey,
  RepeatedKey
};

std::string_view to_string(CsvProblemKind kind);  // "field_count" …
std::optional<CsvProblemKind> parse_problem_kind(std::string_view word);

struct CsvProblem {
  CsvProblemKind kind = CsvProblemKind::FieldCount;
  CsvPosition position;
  std::string message;  // "4 fields where the header has 5"
};

// So many bytes behind each field of a block may be read, whatever they are.
inline constexpr std::size_t kFieldPadding = 16;

// Some consecutive rows. Fields point into `bytes` (those from the names of folders into what the
// RowSource keeps): valid until the block is filled again or goes. Filling a block that was filled
// before reuses its memory.
struct CsvBlock {
  CsvBlock() = default;
  CsvBlock(CsvBlock&&) = default;
  CsvBlock& operator=(CsvBlock&&) = default;

  std::vector<char> bytes;
  std::size_t columns = 0;
  std::vector<std::string_view> fields;  // row-major, rows.size() * columns
  std::vector<CsvPosition> rows;
  std::vector<CsvProblem> problems;  // at most kMaxProblems for each block, the others counted
  std::uint64_t problem_count = 0;
  std::vector<std::string_view> rejected;  // with Rejects::Kept: as they stand, with their newline

  // Empty, for so many columns; memory is kept.
  void clear(std::size_t column_count);
  void add_problem(CsvProblemKind kind, const CsvPosition& position, std::string message);

  static constexpr std::size_t kMaxProblems = 100;

  std::span<const std::string_view> row(std::size_t index) const {
    return std::span(fields).subspan(index * columns, columns);
  }
};

// One thread at a time.
class CsvReader {
 public:
  // Reads the header. InvalidInput: empty file, not UTF-8, a column name that appears twice. A
  // column without a name is called "unnamed_3" by its place. Errors name the file.
  static Result<CsvReader> open(const os::FileReader& files, const os::Path& path,
                                const CsvOptions& options = {});
  // The same over bytes in memory or any other stream; `name` stands in the messages.
  static Result<CsvReader> open(std::unique_ptr<os::ReadFile> stream, std::string_view name,
                                const CsvOptions& options = {});
  ~CsvReader();
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;

  const std::vector<std::string>& header() const;
  // Fills the block, false at the end of the file. A block may hold problems and no rows. Blank
  // lines are skipped where there is more than one column.
  Result<bool> next(CsvBlock& block);
  std::uint64_t bytes_read() const;

 private:
  struct State;
  explicit CsvReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A stream over bytes in memory, which it borrows.
std::unique_ptr<os::ReadFile> memory_stream(std::string_view bytes);

// The field as it stands in a file: quoted where it must be.
void append_csv_field(std::string& out, std::string_view field, char delimiter = ',');

}  // namespace sluice::ml
