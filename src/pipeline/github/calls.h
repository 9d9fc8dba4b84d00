// Called workflows: finds the files that the jobs of a workflow call by `uses`, reads them, and
// checks each call against what the called file asks for. A file is read once however often it is
// called. Pure: the texts come with SourceFile::others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/github/workflow.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {

// Where the called file is in this repository, for "./.github/workflows/x.yml" and
// "$/.github/workflows/x.yml"; nothing for workflows of other repositories and what is no workflow.
std::optional<std::string> local_workflow_path(std::string_view uses);

// The paths of the workflows of this repository that the file's jobs call.
std::vector<std::string> called_workflows(const YamlParse& parse);

// Fills Call::workflow of all jobs, directly and below, and says what is wrong. Notes of called
// files join Workflow::not_enforced.
void load_calls(Workflow& workflow, const SourceFile& file, const ReaderLimits& limits,
                std::vector<Diagnostic>& diagnostics);

}  // namespace sluice::pipeline::github
