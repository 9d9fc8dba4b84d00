// Any program that predicts: rows as CSV on its standard input, predictions on its standard output,
// as CSV with a header or, for a single column, plain numbers (the column is then `prediction`).
//
// It runs under `sh -c` in its own process group, with the environment and the working directory of
// this program and a limit on time and output; files in between lie in a folder that is removed.
#pragma once

#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "ml/data/table.h"
#include "os/world.h"

namespace sluice::ml {

struct PredictCommand {
  std::string command;
  Duration timeout = std::chrono::minutes(10);
  std::uint64_t max_output = 1ull << 30;  // bytes
  os::Path model = {};                    // the folder that it finds in $SLUICE_MODEL; empty: none
};

// The truth stays with us: a command that saw it could copy it.
Table without_column(const Table& table, std::string_view name);

// InvalidInput, with the end of what it wrote to its standard error, for a program that fails, runs
// too long, or answers another number of rows.
Result<Table> run_predict_command(os::World world, const PredictCommand& command, const Table& rows,
                                  const CancellationToken& cancel);

}  // namespace sluice::ml
