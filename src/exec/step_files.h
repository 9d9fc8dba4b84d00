// What a script step finds around it: its script, its environment, the files it may write into; and
// what is read back from these when it has ended.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exec/leg_folder.h"
#include "exec/ports/step_backend.h"
#include "exec/step_messages.h"
#include "os/world.h"
#include "pipeline/ports/job_program.h"

namespace sluice::exec {

struct StepSurroundings {
  const os::World& world;
  const LegFolder& folder;
  const os::Path& home;
  const os::Path& temporary;  // TMPDIR
};

// Files of steps that ended and left no process behind. The next step gets them by renaming: making
// and removing files is most of what a short step costs. It gets them only after the end of the one
// before was journaled, and a file that is not there any more reads as an empty one.
struct SpareFiles {
  std::vector<os::Path> empty;     // collected files that were left as they were
  std::optional<os::Path> script;  // to be written over
};

// Writes script and collected files, where they are missing, and says what to run. The caller fills
// in what is left of the message (sync).
Result<StartMessage> lay_out_step(const StepSurroundings& around, const pipeline::RunStep& step,
                                  SpareFiles& spare);

// Everything in the environment of a step, sorted: base of this machine, the step's own variables,
// SLUICE_HOME, collected files, PATH.
std::vector<std::string> step_environment(const StepSurroundings& around,
                                          const pipeline::RunStep& step);

// Reads the collected files into the result. A file larger than its limit is left out: that fails a
// step that had succeeded, but for the summary; the log and an error command say so.
void collect_files(const StepSurroundings& around, const pipeline::RunStep& step,
                   pipeline::StepResult& result);

// Takes the files of a step whose files were collected and of which no process is left.
void keep_spare(const StepSurroundings& around, const pipeline::RunStep& step,
                const pipeline::StepResult& result, SpareFiles& spare);

// Keeps the summary for `runs show`, masked; of one that was left out, that it was.
Result<void> keep_summary(const StepSurroundings& around, const pipeline::RunStep& step,
                          const pipeline::StepResult& result);

}  // namespace sluice::exec
