// The types of the contexts (`github`, `runner`, …) before a file says more about them. Pure.
#pragma once

#include "pipeline/github/lint/expression_types.h"

namespace sluice::pipeline::github {

// By name, `jobs` left out: it exists in the outputs of a called workflow only.
ExpressionType::Members context_types();
// What `steps.x` is, with the given outputs.
ExpressionType step_type(ExpressionType outputs);
// What `needs.x` and `jobs.x` are.
ExpressionType job_type(ExpressionType outputs);
// Any names, all of them texts.
ExpressionType text_map();

}  // namespace sluice::pipeline::github
