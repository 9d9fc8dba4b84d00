#include "pipeline/github/testing/workflows.h"

#include <cstdio>

#include "base/strings.h"
#include "pipeline/github/lint/rules.h"

namespace sluice::pipeline::github {

SourceFile workflow_file(std::string_view text) {
  return {".github/workflows/ci.yml", std::string(text)};
}

std::vector<Diagnostic> check_workflow(const SourceFile& file) {
  std::vector<Diagnostic> found = GithubLanguage().read(file)->diagnostics();
  for (const Diagnostic& diagnostic : found) CHECK(find_lint_rule(diagnostic.rule) != nullptr);
  return found;
}

TriggerEvent push_to(std::string_view branch) {
  TriggerEvent event;
  event.ref = cat("refs/heads/", branch);
  event.sha = std::string(40, 'a');
  event.payload = JsonObject{{"forced", false}};
  return event;
}

std::unique_ptr<BoundPipeline> bind_workflow(std::string_view text, const BindOptions& options) {
  SourceFile file = workflow_file(text);
  file.others = options.others;
  auto bound = GithubLanguage().read(file)->bind(options.event, options.run, options.values);
  if (!bound.ok()) std::fprintf(stderr, "%s\n", bound.error().describe().c_str());
  CHECK(bound.ok());
  return std::move(bound).value();
}

testing::EndedRun run_workflow(std::string_view text, const testing::Script& script,
                               const BindOptions& options) {
  return testing::run_pipeline(*bind_workflow(text, options), script);
}

std::vector<std::string> mistakes(std::string_view text) {
  std::vector<std::string> found;
  for (const Diagnostic& diagnostic : check_workflow(workflow_file(text)))
    if (diagnostic.severity != Severity::Note)
      found.push_back(
          cat(diagnostic.position.line, ":", diagnostic.position.column, " ", diagnostic.rule));
  return found;
}

RunStep run_step_of(const testing::EndedRun& run, const std::string& job, int step) {
  for (const JobEffect& effect : run.legs.at(job).front().effects)
    if (const auto* found = std::get_if<RunStep>(&effect); found && found->step == step)
      return *found;
  CHECK(!"the step did not run");
  UNREACHABLE();
}

std::string script_of(const testing::EndedRun& run, const std::string& job, int step) {
  return std::get<ScriptAction>(run_step_of(run, job, step).action).text;
}

}  // namespace sluice::pipeline::github
