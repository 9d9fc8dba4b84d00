// The file that `sluice train` reads. Format: docs/formats/training_spec.md. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ml/train/training_job.h"

namespace sluice::ml {

struct TrainingSpecFile {
  TrainingJobSpec job;  // name: the stem, to which each job adds an id; channel paths as written
  std::string output;   // where the model folder goes; "model" unless said otherwise
};

// Errors read "FILE:LINE:COLUMN: …"; an unknown key is one, with the nearest known key.
Result<TrainingSpecFile> parse_training_spec(std::string_view text, std::string_view file_name);

}  // namespace sluice::ml
