// Where the model of a training job is put, and what may be replaced there: nothing but an empty
// folder and what an earlier training left, untouched since.
//
// A model that sluice wrote is known by its files. Of what a user's own trainer wrote the digest is
// kept below `records`, by the folder's path. Another writer between check and replacement is not
// seen.
#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::ml {

struct TrainingOutput {
  os::Path folder;
  os::Path records;
};

// FailedPrecondition, saying what is in the way and what to do.
Result<void> check_replaceable(const os::FileReader& files, const TrainingOutput& output);

// Remembers, before it is put there, that a model of this digest comes from a training, and that
// what it replaces did too: whoever dies in between leaves a folder that may be replaced.
Result<void> announce_output(os::Files& files, const TrainingOutput& output, const Digest& digest);

}  // namespace sluice::ml
