// Rows of Parquet files, whose values come as the text that a CSV file of the same table would hold
// (arrow_text.h). They are read through Apache Arrow, in a module of its own (parquet_module.h)
// that is there where Arrow was when sluice was built.
//
// Memory is a few pages of each column and one block of rows. Positions have rows only. A row that
// is not UTF-8 or holds a NUL is a problem, as in a CSV file; a file that is truncated, damaged,
// nested or packed in an unknown way is InvalidInput with its name and place. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ml/data/row_source.h"

namespace sluice::ml {

enum class ParquetSupport { Absent, Built };

ParquetSupport parquet_support();

// "26.0.1". Unavailable, with why, where sluice was built without Arrow or cannot load the module.
Result<std::string> arrow_version();

bool is_parquet(std::string_view head);

// `size` bytes that seek() reaches.
Result<std::unique_ptr<RowSource>> open_parquet(std::unique_ptr<os::ReadFile> file,
                                                std::uint64_t size, std::string_view name,
                                                const CsvOptions& options);

// What is said of Parquet that cannot be read where it stands: in a stream, or without Arrow.
Error parquet_refusal(std::string_view name);

}  // namespace sluice::ml
