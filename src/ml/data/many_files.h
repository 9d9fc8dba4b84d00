// The rows of several files one after another, with the parts of their paths as columns. The files
// have the same columns, in any order; they are opened when their turn comes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ml/data/input_files.h"
#include "ml/data/row_source.h"

namespace sluice::ml {

using OpenOne = std::function<Result<std::unique_ptr<RowSource>>(const os::Path&)>;

// InvalidInput when a folder's column is one of the file too, or a file's columns differ from those
// of the first (from next(), when it is that file's turn).
Result<std::unique_ptr<RowSource>> read_many_files(std::vector<InputFile> inputs, OpenOne open);

}  // namespace sluice::ml
