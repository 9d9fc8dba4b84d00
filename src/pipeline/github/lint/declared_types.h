// Types of the contexts that a file declares itself: `inputs`, `secrets`, `matrix`, `needs`. Pure.
#pragma once

#include <map>
#include <string>

#include "base/yaml.h"
#include "pipeline/github/lint/expression_texts.h"
#include "pipeline/github/lint/expression_types.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

// Sets `inputs`, `secrets` and `github.event.inputs` as the events of the workflow make them.
void set_event_contexts(const YamlNode& root, ExpressionTexts& texts);
// The type of `matrix`; checks the expressions in it on the way.
ExpressionType matrix_type(const YamlNode& matrix, ExpressionTexts& texts);
// The outputs of a job, those of a called workflow included.
ExpressionType job_outputs(const YamlNode& job, const SourceFile& file);
// The jobs of a file by name in lower case; of several of one name, in the order of the file.
using JobNodes = std::multimap<std::string, const YamlNode*>;
JobNodes job_nodes(const YamlNode& root);
// The type of `needs` in a job.
ExpressionType needs_type(const JobNodes& jobs, const YamlNode& job, const SourceFile& file);
// The outputs of a step.
ExpressionType step_outputs(const YamlNode& step, const SourceFile& file);

}  // namespace sluice::pipeline::github
