// The file that `sluice train` reads. Format: docs/formats/training_spec.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ml/train/training_job.h"
#include "os/ports/files.h"

namespace sluice::ml {

struct TrainingSpecFile {
  TrainingJobSpec job;  // name: the stem, to which each job adds an id; channel paths as written
  std::string output;   // where the model folder goes; "model" unless said otherwise
  // "train.yml:3:12" of what only the machine can judge, for messages.
  std::string algorithm_place;
  std::map<std::string, std::string> channel_places;
};

// Errors read "FILE:LINE:COLUMN: …"; an unknown key is one, with the nearest known key.
Result<TrainingSpecFile> parse_training_spec(std::string_view text, std::string_view file_name);

// What depends on the machine: channels that are there, an algorithm among those built in.
Result<void> check_on_machine(const TrainingSpecFile& spec, const os::FileReader& files,
                              const std::vector<std::string>& algorithms);

}  // namespace sluice::ml
