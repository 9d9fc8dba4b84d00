// What the rules look at: one workflow as typed data, as the tree it was read from, the files that
// it refers to, and its scripts, which lint() reads once. Borrowed; the parts outlive the rules'
// run.
#pragma once

#include <functional>

#include "pipeline/github/workflow.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

struct WorkflowScripts;

struct Subject {
  const Workflow& workflow;
  const YamlNode& root;  // Null when the text is no YAML
  const SourceFile& source;
  const WorkflowScripts* scripts = nullptr;  // not null inside of the rules
};

// The mapping that a job or a step was read from; null when it is none.
const YamlNode* node_of(const Subject& subject, const Job& job);
const YamlNode* node_of(const Subject& subject, const Job& job, const Step& step);

}  // namespace sluice::pipeline::github
