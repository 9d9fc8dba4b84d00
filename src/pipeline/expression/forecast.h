// Evaluation of a condition before everything that it reads is known. Private to this folder; one
// thread.
#pragma once

#include "pipeline/expression/evaluate.h"

namespace sluice::pipeline {

// Fills `part`, which has one child for each child of the node. In a context that does not forecast
// this is plain evaluation.
void forecast(const ExpressionNode& node, const EvaluationContext& context, ExplainedPart& part);

}  // namespace sluice::pipeline
