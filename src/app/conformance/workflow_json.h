// A workflow in the JSON form of the public parser suite (actions/languageservices,
// workflow-parser/testdata): what our reader made of a file, comparable with what GitHub's does.
#pragma once

#include "base/json.h"
#include "pipeline/github/workflow.h"

namespace sluice::pipeline::github {

// Whether each value says where it stands.
enum class Sources { Omit, Include };

Json workflow_json(const Workflow& workflow, Sources sources);

}  // namespace sluice::pipeline::github
