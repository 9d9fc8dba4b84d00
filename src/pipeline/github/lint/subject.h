// What the rules look at: one workflow as typed data, as the tree it was read from, and the files
// that it refers to. Borrowed; the parts outlive the rules' run.
#pragma once

#include <functional>

#include "pipeline/github/workflow.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

struct Subject {
  const Workflow& workflow;
  const YamlNode& root;  // Null when the text is no YAML
  const SourceFile& source;
};

// The mapping that a job or a step was read from; null when it is none.
const YamlNode* node_of(const Subject& subject, const Job& job);
const YamlNode* node_of(const Subject& subject, const Job& job, const Step& step);

}  // namespace sluice::pipeline::github
