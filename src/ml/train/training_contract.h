// What a trainer finds: SageMaker's folders, its three configuration files, and the SM_* variables
// that the toolkit inside SageMaker's images sets (environment.py of sagemaker-python-sdk 3.20).
//
//   <job>/input/config/{hyperparameters,resourceconfig,inputdataconfig}.json
//   <job>/input/data/<channel>/…   <job>/model   <job>/output/data   <job>/output/failure
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "ml/train/training_job.h"
#include "os/ports/files.h"

namespace sluice::ml {

struct TrainingFolders {
  explicit TrainingFolders(const os::Path& folder);

  os::Path job;
  os::Path input, config, data, model, output, output_data, failure, log;
};

// Makes the folders and files. A channel's file appears in its folder under its own name, a
// channel's folder as that folder (both as links). NotFound for a channel whose path is not there.
Result<void> lay_out_job(os::Files& files, const TrainingFolders& folders,
                         const TrainingJobSpec& spec);

// The variables of the contract; the specification's own environment included and going first.
std::map<std::string, std::string> training_environment(const TrainingFolders& folders,
                                                        const TrainingJobSpec& spec,
                                                        int processors);

}  // namespace sluice::ml
