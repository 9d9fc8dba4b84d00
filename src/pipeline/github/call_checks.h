// Whether a call fits the workflow that it calls: inputs, secrets, permissions. Pure.
#pragma once

#include <vector>

#include "pipeline/diagnostic.h"
#include "pipeline/github/workflow.h"

namespace sluice::pipeline::github {

// One job's call, whose workflow is there.
void check_call(const Workflow& caller, const Job& job, std::vector<Diagnostic>& out);

// Of all calls below `root`: nobody asks for more than its caller may. `base` is what the token
// may do when nothing is said.
void check_permissions(const Workflow& root, const Permissions& base, std::vector<Diagnostic>& out);

}  // namespace sluice::pipeline::github
