#include "pipeline/github/lint/expression_walk.h"

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/context_types.h"
#include "pipeline/github/lint/declared_types.h"
#include "pipeline/github/lint/expression_texts.h"
#include "pipeline/github/lint/interfaces.h"
#include "pipeline/github/lint/value_rules.h"

namespace sluice::pipeline::github {
namespace {

class Walk {
 public:
  Walk(const YamlNode& root, const SourceFile& file, Mistakes& out)
      : root_(root), jobs_(job_nodes(root)), file_(file), texts_(out) {}

  void run() {
    set_event_contexts(root_, texts_);
    call_inputs();
    texts_.text(root_.find("run-name"), Place::RunName);
    texts_.texts(root_.find("env"), "env", Place::WorkflowEnv);
    texts_.text(root_.find("defaults"), Place::WorkflowDefaults);
    concurrency(root_, Place::WorkflowConcurrency);
    for_each_job(root_, [&](const YamlNode&, const YamlNode& node) { job(node); });
    call_outputs();
  }

 private:
  void call_inputs();
  void call_outputs();
  void concurrency(const YamlNode& parent, Place place);
  void job(const YamlNode& job);
  void strategy(const YamlNode& job);
  void surroundings(const YamlNode& job);
  void container(const YamlNode* container);
  void environment(const YamlNode& job);
  void call(const YamlNode& job);
  void step(const YamlNode& step);
  void inputs_of_step(const YamlNode& step);

  const YamlNode& root_;
  const JobNodes jobs_;
  const SourceFile& file_;
  ExpressionTexts texts_;
};

void Walk::call_inputs() {
  for_each_event(root_, [&](const YamlNode& event, const YamlNode& settings) {
    const YamlNode* inputs = settings.find("inputs");
    if (event.text != "workflow_call" || inputs == nullptr) return;
    for (const auto& [name, definition] : inputs->members)
      texts_.text(definition.find("default"), Place::CallInputDefault);
  });
}

void Walk::call_outputs() {
  ExpressionType::Members jobs;
  for_each_job(root_, [&](const YamlNode& id, const YamlNode& job) {
    jobs.insert_or_assign(to_lower(id.text), job_type(job_outputs(job, file_)));
  });
  texts_.set_context("jobs", ExpressionType::strict(std::move(jobs)));
  for_each_event(root_, [&](const YamlNode& event, const YamlNode& settings) {
    const YamlNode* outputs = settings.find("outputs");
    if (event.text != "workflow_call" || outputs == nullptr) return;
    for (const auto& [name, definition] : outputs->members)
      texts_.text(definition.find("value"), Place::CallOutput);
  });
}

void Walk::concurrency(const YamlNode& parent, Place place) {
  const YamlNode* node = parent.find("concurrency");
  if (node == nullptr) return;
  if (node->is_scalar()) return texts_.text(node, place);
  texts_.text(node->find("group"), place);
  texts_.boolean(node->find("cancel-in-progress"), "cancel-in-progress", place);
}

void Walk::strategy(const YamlNode& job) {
  texts_.set_context("matrix", ExpressionType::strict());
  const YamlNode* strategy = job.find("strategy");
  if (strategy == nullptr) return;
  if (strategy->is_scalar()) {
    texts_.texts(strategy, "strategy", Place::Strategy);
    return texts_.set_context("matrix", ExpressionType::open(ExpressionType::any()));
  }
  if (const YamlNode* matrix = strategy->find("matrix"))
    texts_.set_context("matrix", matrix_type(*matrix, texts_));
  texts_.boolean(strategy->find("fail-fast"), "fail-fast", Place::Strategy);
  texts_.number(strategy->find("max-parallel"), "max-parallel", Place::Strategy);
}

void Walk::container(const YamlNode* container) {
  if (container == nullptr) return;
  if (container->is_scalar()) return texts_.text(container, Place::JobContainer);
  for (const auto& [key, value] : container->members) {
    if (key.text == "env")
      texts_.texts(&value, "env", Place::ContainerEnv);
    else if (key.text == "credentials")
      texts_.texts(&value, "credentials", Place::Credentials);
    else
      texts_.text(&value, Place::JobContainer);
  }
}

void Walk::surroundings(const YamlNode& job) {
  container(job.find("container"));
  const YamlNode* services = job.find("services");
  if (services == nullptr) return;
  if (services->is_scalar()) return texts_.texts(services, "services", Place::Services);
  for (const auto& [name, service] : services->members) container(&service);
}

void Walk::environment(const YamlNode& job) {
  const YamlNode* node = job.find("environment");
  if (node == nullptr) return;
  if (node->is_scalar()) return texts_.text(node, Place::JobEnvironment);
  texts_.text(node->find("name"), Place::JobEnvironment);
  texts_.boolean(node->find("deployment"), "deployment", Place::JobEnvironment);
}

void Walk::call(const YamlNode& job) {
  texts_.text(job.find("secrets"), Place::CallSecret);
  const YamlNode* with = job.find("with");
  if (with == nullptr) return;
  const YamlNode* uses = job.find("uses");
  const auto called = uses == nullptr ? std::nullopt : workflow_interface(file_, uses->text);
  for (const auto& [name, value] : with->members) {
    if (!value.is_scalar()) continue;
    const ExpressionType given = texts_.type_of_scalar(value, Place::CallWith);
    if (!called) continue;
    for (const InterfaceInput& input : called->inputs) {
      if (!equal_ignoring_case(input.name, name.text)) continue;
      const bool text = input.type.is(TypeKind::Text) && !given.is_container();
      if (!text && !input.type.is(TypeKind::Any))
        texts_.expect(value, name.text, given, input.type.kind());
    }
  }
}

void Walk::inputs_of_step(const YamlNode& step) {
  const YamlNode* with = step.find("with");
  if (with == nullptr) return;
  const YamlNode* uses = step.find("uses");
  const bool script = uses != nullptr && uses->text.starts_with("actions/github-script@");
  if (!with->is_mapping()) return texts_.texts(with, "with", Place::Step);
  for (const auto& [name, value] : with->members)
    texts_.text(&value, Place::Step,
                script && name.text == "script" ? Trust::Script : Trust::Ordinary);
}

void Walk::step(const YamlNode& step) {
  texts_.condition(step.find("if"), Place::StepIf);
  texts_.text(step.find("name"), Place::Step);
  texts_.texts(step.find("env"), "env", Place::Step);
  texts_.text(step.find("run"), Place::Step, Trust::Script);
  texts_.text(step.find("shell"), Place::StepShell);
  texts_.text(step.find("working-directory"), Place::Step);
  inputs_of_step(step);
  texts_.boolean(step.find("continue-on-error"), "continue-on-error", Place::Step);
  texts_.number(step.find("timeout-minutes"), "timeout-minutes", Place::Step);
  const YamlNode* id = step.find("id");
  if (id == nullptr || !id->is_scalar() || id->text.empty()) return;
  const ExpressionType steps = texts_.context("steps");
  if (contains_expression(id->text))
    texts_.set_context("steps", ExpressionType::open(ExpressionType::any(), steps.members()));
  else
    texts_.set_context("steps", steps.with(id->text, step_type(step_outputs(step, file_))));
}

void Walk::job(const YamlNode& job) {
  texts_.set_context("steps", ExpressionType::strict());
  texts_.set_context("needs", needs_type(jobs_, job, file_));
  strategy(job);
  texts_.text(job.find("name"), Place::JobName);
  texts_.condition(job.find("if"), Place::JobIf);
  const YamlNode* runs_on = job.find("runs-on");
  if (runs_on != nullptr && runs_on->is_mapping()) {
    texts_.labels(runs_on->find("labels"), Place::JobRunsOn);
    texts_.text(runs_on->find("group"), Place::JobRunsOn);
  } else {
    texts_.labels(runs_on, Place::JobRunsOn);
  }
  environment(job);
  concurrency(job, Place::JobConcurrency);
  texts_.texts(job.find("env"), "env", Place::JobEnv);
  texts_.text(job.find("defaults"), Place::JobDefaults);
  texts_.number(job.find("timeout-minutes"), "timeout-minutes", Place::JobTimeout);
  texts_.number(job.find("cancel-timeout-minutes"), "cancel-timeout-minutes", Place::JobTimeout);
  texts_.boolean(job.find("continue-on-error"), "continue-on-error", Place::JobContinueOnError);
  surroundings(job);
  if (const YamlNode* snapshot = job.find("snapshot"))
    texts_.condition(snapshot->find("if"), Place::SnapshotIf);
  call(job);
  for_each_step(job, [&](const YamlNode& node) { step(node); });
  texts_.texts(job.find("outputs"), "outputs", Place::JobOutput);
  if (const YamlNode* node = job.find("environment"))
    texts_.text(node->find("url"), Place::EnvironmentUrl);
  texts_.set_context("steps", ExpressionType::strict());
}

}  // namespace

void check_expressions(const YamlNode& root, const SourceFile& file, Mistakes& out) {
  Walk(root, file, out).run();
}

}  // namespace sluice::pipeline::github
