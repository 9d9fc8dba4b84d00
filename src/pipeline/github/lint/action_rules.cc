#include "pipeline/github/lint/action_rules.h"

#include "base/strings.h"
#include "pipeline/github/lint/scripts.h"
#include "pipeline/github/lint/support.h"
#include "pipeline/github/lint/untrusted.h"

namespace sluice::pipeline::github {
namespace {

using Rule = void (*)(const Subject&, Findings&);

constexpr Rule kRules[] = {
    lint_ignored_test_failure, lint_model_gates,      lint_hollow_check,
    lint_literal_metric,       lint_unapproved_model,
};

YamlNode text_node(std::string_view text, TextPosition position) {
  YamlNode node;
  node.kind = YamlKind::String;
  node.text = text;
  node.position = position;
  return node;
}

YamlNode mapping_of(std::string_view key, YamlNode value) {
  YamlNode node;
  node.kind = YamlKind::Mapping;
  node.position = value.position;
  node.members.emplace_back(text_node(key, value.position), std::move(value));
  return node;
}

// The action as the only job of a workflow, which is what rules look at.
Workflow workflow_around(const LocalAction& action) {
  Workflow workflow;
  workflow.file = action.file;
  workflow.text = action.text;
  workflow.name = action.name;
  Job job;
  job.id = "runs";
  job.steps = action.steps;
  workflow.job_index[job.id] = 0;
  workflow.jobs.push_back(std::move(job));
  return workflow;
}

void lint_untrusted_scripts(const Workflow& workflow, Findings& out) {
  for (const Step& step : workflow.jobs.front().steps)
    for_each_expression(step.run, [&](const Token& token, const Expression& expression) {
      for (const UntrustedRead& read : untrusted_reads(expression.root))
        add_finding(workflow, Severity::Warning, "untrusted-input",
                    position_inside(token.position, token.style, token.text.text, read.offset,
                                    workflow.text),
                    cat("anybody can choose ", join(read.paths, ", "),
                        ", and here it becomes part of the script; give it to the script by 'env'"),
                    out);
    });
}

}  // namespace

Findings lint_action(const LocalAction& action, const YamlNode& root, const SourceFile& file) {
  Findings out;
  const YamlNode* runs = root.is_mapping() ? root.find("runs") : nullptr;
  if (action.kind != ActionKind::Composite || runs == nullptr) return out;
  const Workflow workflow = workflow_around(action);
  const YamlNode around = mapping_of("jobs", mapping_of("runs", *runs));
  const WorkflowScripts scripts = read_scripts({workflow, around, file});
  const Subject subject{workflow, around, file, &scripts};
  lint_untrusted_scripts(workflow, out);
  lint_always_true_if(workflow, out);
  for (const Rule rule : kRules) rule(subject, out);
  return out;
}

}  // namespace sluice::pipeline::github
