// What sluice and its module for Parquet files (sluice_parquet.so) say to each other.
//
// The module alone links Apache Arrow, and is loaded when the first Parquet file is read: linked
// into sluice, Arrow's 60 MB and its start-up would be paid by every command. It is no helper
// program, because rows would then have to cross a pipe and files could come from a path only.
// Nothing but plain types crosses, and no exception. One thread at a time for each reader.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::ml {

struct ParquetText {
  const char* data = nullptr;
  std::size_t size = 0;
};

struct ParquetInput {
  void* file = nullptr;
  // How many bytes were read at the offset, fewer only at the end of the file; -1: it failed.
  std::int64_t (*read_at)(void* file, std::int64_t offset, void* to, std::int64_t size) = nullptr;
  std::int64_t size = 0;  // of the file
  std::size_t max_columns = 0;
  std::size_t max_row_bytes = 0;
  std::size_t block_bytes = 0;  // next() stops after the row that makes them full
};

// Rows as text: field after field, each followed by a newline. Valid until the next call.
struct ParquetRows {
  ParquetText text;
  const std::uint64_t* ends = nullptr;  // where each field ends in the text, before its newline
  std::size_t rows = 0;
};

enum class ParquetStep { Rows, End, Failed };

class ParquetReader {
 public:
  virtual ~ParquetReader() = default;
  virtual std::size_t columns() const = 0;
  virtual ParquetText column(std::size_t index) const = 0;
  virtual ParquetStep next(ParquetRows& rows) = 0;
  // Why it could not be opened, or the last next() failed; empty where it did not.
  virtual ParquetText error() const = 0;
};

// The only symbol of the module. Its name changes with anything above, so that a module of another
// sluice is not taken for this one's.
struct ParquetModule {
  const char* arrow_version = nullptr;
  // Never null; look at error(). What `input` points to outlives the reader, which the caller
  // deletes.
  ParquetReader* (*open)(const ParquetInput& input) = nullptr;
};

inline constexpr const char* kParquetModuleSymbol = "sluice_parquet_module_1";

}  // namespace sluice::ml
