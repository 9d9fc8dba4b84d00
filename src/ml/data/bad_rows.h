// What to do with rows that cannot be read: count them, stop at the first, or set them aside.
#pragma once

#include <memory>

#include "ml/data/row_source.h"
#include "os/ports/files.h"

namespace sluice::ml {

// When data are checked. Fail, Warn: such rows are counted and named, and the data fail or pass;
// Stop: the first one is an Error.
enum class BadRows { Fail, Warn, Stop };

// The first such row is an Error (InvalidInput) that names it.
std::unique_ptr<RowSource> fail_on_bad_rows(std::unique_ptr<RowSource> rows);

// Appends them to `aside`, as they stand, under a copy of the header where the file is new. `rows`
// must keep them (Rejects::Kept). `aside` outlives what is returned.
Result<std::unique_ptr<RowSource>> set_bad_rows_aside(std::unique_ptr<RowSource> rows,
                                                      os::AppendFile& aside);

}  // namespace sluice::ml
