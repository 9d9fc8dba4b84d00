#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

// The longest constant path that begins at each node; parts of one are not visited again.
void visit_paths(
    const ExpressionNode& node,
    const std::function<void(const ExpressionNode&, std::vector<std::string>)>& visit) {
  std::vector<std::string> path = constant_path(node);
  if (!path.empty()) {
    visit(node, std::move(path));
    return;
  }
  for (const ExpressionNode& child : node.children) visit_paths(child, visit);
}

void visit_condition(const If& condition, const VisitPath& visit) {
  if (!condition.present()) return;
  visit_paths(condition.condition.expression.root, [&](const ExpressionNode& node,
                                                       std::vector<std::string> names) {
    visit({std::move(names), condition.position, condition.style, condition.source, node.begin});
  });
}

// Steps of a `parallel` step stand in a sequence of their own.
const YamlNode* find_step_node(const YamlNode& steps, TextPosition position) {
  for (const YamlNode& step : steps.items) {
    if (!step.is_mapping()) continue;
    if (step.position == position) return &step;
    if (const YamlNode* parallel = step.find("parallel"))
      if (const YamlNode* found = find_step_node(*parallel, position)) return found;
  }
  return nullptr;
}

}  // namespace

const YamlNode* node_of(const Subject& subject, const Job& job) {
  const YamlNode* jobs = subject.root.find("jobs");
  if (jobs == nullptr) return nullptr;
  // Jobs stand in the order of the file, one by one unless some could not be read.
  const auto at = static_cast<std::size_t>(&job - subject.workflow.jobs.data());
  const bool in_place = at < jobs->members.size() && jobs->members[at].first.text == job.id;
  const YamlNode* node = in_place ? &jobs->members[at].second : jobs->find(job.id);
  return node != nullptr && node->is_mapping() ? node : nullptr;
}

const YamlNode* node_of(const Subject& subject, const Job& job, const Step& step) {
  const YamlNode* node = node_of(subject, job);
  const YamlNode* steps = node == nullptr ? nullptr : node->find("steps");
  return steps == nullptr ? nullptr : find_step_node(*steps, step.position);
}

void add_finding(const Workflow& workflow, Severity severity, std::string_view rule,
                 TextPosition position, std::string message, Findings& out) {
  out.push_back({severity, std::string(rule), workflow.file, position, std::move(message)});
}

TextPosition position_of(const Workflow& workflow, const ReadPath& read) {
  return position_inside(read.text_start, read.style, read.text, read.offset, workflow.text);
}

void for_each_path(const Token& token, const VisitPath& visit) {
  for_each_expression(token, [&](const Token& at, const Expression& expression) {
    visit_paths(expression.root, [&](const ExpressionNode& node, std::vector<std::string> names) {
      visit({std::move(names), at.position, at.style, at.text.text, node.begin});
    });
  });
}

void for_each_path(const Job& job, const VisitPath& visit) {
  visit_condition(job.condition, visit);
  for (const Token* token :
       {&job.name, &job.runs_on, &job.strategy.matrix, &job.strategy.fail_fast,
        &job.strategy.max_parallel, &job.env, &job.defaults.shell, &job.defaults.working_directory,
        &job.outputs, &job.timeout_minutes, &job.cancel_timeout_minutes, &job.continue_on_error})
    for_each_path(*token, visit);
}

void for_each_path(const Step& step, const VisitPath& visit) {
  visit_condition(step.condition, visit);
  for (const Token* token : {&step.name, &step.run, &step.shell, &step.working_directory, &step.env,
                             &step.with, &step.continue_on_error, &step.timeout_minutes})
    for_each_path(*token, visit);
}

}  // namespace sluice::pipeline::github
