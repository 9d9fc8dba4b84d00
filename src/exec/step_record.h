// The record of a step (docs/formats/run_folder.md), as the engine reads it: a line of its start,
// and a line of its end once it has ended.
#pragma once

#include <optional>
#include <string>

#include "exec/ports/step_backend.h"
#include "os/ports/files.h"

namespace sluice::exec {

struct StepRecord {
  std::optional<StepStart> start;  // none where there is no record or its line is damaged
  std::optional<std::string> end;  // the line as it is; none before it is there as a whole
};

StepRecord read_step_record(const os::FileReader& files, const os::Path& path);

}  // namespace sluice::exec
