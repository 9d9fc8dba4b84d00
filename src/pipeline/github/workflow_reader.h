// YAML to Workflow, with everything wrong in the file. What needs the whole graph (needs, cycles,
// step references) is the business of lint/. Pure.
#pragma once

#include "pipeline/github/reading.h"
#include "pipeline/github/workflow.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

struct ReadWorkflow {
  Workflow workflow;  // as far as it could be read
  std::vector<Diagnostic> diagnostics;
};

ReadWorkflow read_workflow(const SourceFile& file);

// The parts of the above, one source file each.
std::vector<Trigger> read_triggers(Reading& reading, const YamlNode& node);
std::vector<Job> read_jobs(Reading& reading, const YamlNode& node);
std::vector<Step> read_steps(Reading& reading, const YamlNode& node);

}  // namespace sluice::pipeline::github
