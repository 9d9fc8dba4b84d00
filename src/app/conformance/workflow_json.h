// A workflow in the JSON form of the public parser suite (actions/languageservices,
// workflow-parser/testdata): what our reader made of a file, comparable with what GitHub's does.
#pragma once

#include "base/json.h"
#include "pipeline/github/workflow.h"

namespace sluice::pipeline::github {

Json workflow_json(const Workflow& workflow);

}  // namespace sluice::pipeline::github
