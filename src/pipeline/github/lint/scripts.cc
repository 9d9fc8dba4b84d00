#include "pipeline/github/lint/scripts.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

bool is_posix_shell(std::string_view shell) {
  const std::string_view program = split(trim(shell), ' ').front();
  const std::string_view name = program.substr(program.rfind('/') + 1);
  return name == "bash" || name == "sh";
}

bool has_shell_script(const Subject& subject, const Job& job, const Step& step) {
  if (step.uses || !step.run.present()) return false;
  const std::string shell = written_shell(subject.workflow, job, step);
  if (!shell.empty()) return is_posix_shell(shell);
  return runner_text(subject, job).find("windows") == std::string::npos;
}

void add_scalars(const YamlNode& node, std::string& text) {
  if (node.is_scalar()) text += cat(to_lower(node.text), " ");
  for (const YamlNode& item : node.items) add_scalars(item, text);
  for (const auto& [key, value] : node.members) add_scalars(value, text);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool begins_with_any(const ShellCommand& command, std::span<const std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view words) { return command.begins_with(words); });
}

std::string words_without_options(const ShellCommand& command) {
  std::string text(command.program());
  for (std::size_t i = 1; i < command.words.size(); ++i)
    if (!command.words[i].starts_with('-')) text += cat(" ", command.words[i]);
  return text + " ";
}

}  // namespace

std::string written_shell(const Workflow& workflow, const Job& job, const Step& step) {
  for (const Token* shell : {&step.shell, &job.defaults.shell, &workflow.defaults.shell})
    if (shell->present()) return shell->source();
  return {};
}

std::string runner_text(const Subject& subject, const Job& job) {
  const YamlNode* node = node_of(subject, job);
  const YamlNode* runs_on = node == nullptr ? nullptr : node->find("runs-on");
  std::string text;
  if (runs_on != nullptr) add_scalars(*runs_on, text);
  return text;
}

WorkflowScripts read_scripts(const Subject& subject) {
  WorkflowScripts scripts;
  for (const Job& job : subject.workflow.jobs) {
    std::vector<Script>& own = scripts.of_job.emplace_back();
    for (const Step& step : job.steps) {
      if (!has_shell_script(subject, job, step)) continue;
      Script script{job, step, step.run.source(), {}};
      script.commands = shell_commands(script.text);
      own.push_back(std::move(script));
    }
  }
  return scripts;
}

const std::vector<Script>& scripts_of(const Subject& subject, const Job& job) {
  CHECK(subject.scripts != nullptr);
  return subject.scripts->of_job.at(static_cast<std::size_t>(&job - subject.workflow.jobs.data()));
}

void for_each_script(const Subject& subject, const std::function<void(const Script&)>& visit) {
  for (const Job& job : subject.workflow.jobs)
    for (const Script& script : scripts_of(subject, job)) visit(script);
}

Diagnostic& add_at_command(const Subject& subject, const Script& script,
                           const ShellCommand& command, Severity severity, std::string_view rule,
                           std::string message, Findings& out) {
  const Token& run = script.step.run;
  const auto place = [&](std::size_t offset) {
    return position_inside(run.position, run.style, script.text, offset, subject.workflow.text);
  };
  add_finding(subject.workflow, severity, rule, place(command.begin), std::move(message), out);
  Diagnostic& finding = out.back();
  // A command over several lines is underlined on its first.
  const std::size_t line_end = std::min(script.text.find('\n', command.begin), command.end);
  finding.end = place(line_end);
  if (finding.end.line != finding.position.line || finding.end <= finding.position)
    finding.end = {};
  return finding;
}

bool runs_tests(const ShellCommand& command) {
  static constexpr std::string_view kPrograms[] = {"pytest", "py.test", "tox",      "nox",
                                                   "ctest",  "rspec",   "jest",     "phpunit",
                                                   "vitest", "mocha",   "gotestsum"};
  static constexpr std::string_view kPhrases[] = {"npm test ",          "npm t ",
                                                  "yarn test ",         "pnpm test ",
                                                  "npm run test",       "yarn run test",
                                                  "go test ",           "cargo test ",
                                                  "cargo nextest ",     "dotnet test ",
                                                  "mvn test ",          "mvn verify ",
                                                  "gradle test ",       "gradle check ",
                                                  "gradlew test ",      "gradlew check ",
                                                  "make test ",         "make check ",
                                                  "bundle exec rspec ", "bazel test ",
                                                  "swift test ",        "mix test ",
                                                  "deno test ",         "rake test ",
                                                  "poetry run pytest ", "pipenv run pytest ",
                                                  "uv run pytest ",     "coverage run "};
  const std::string_view program = command.program();
  if (std::find(std::begin(kPrograms), std::end(kPrograms), program) != std::end(kPrograms))
    return true;
  if (program.starts_with("python"))
    for (std::size_t i = 1; i + 1 < command.words.size(); ++i)
      if (command.words[i] == "-m")
        return command.words[i + 1] == "pytest" || command.words[i + 1] == "unittest";
  const std::string text = words_without_options(command);
  return std::any_of(std::begin(kPhrases), std::end(kPhrases),
                     [&](std::string_view phrase) { return text.starts_with(phrase); });
}

bool deploys(const ShellCommand& command) {
  static constexpr std::string_view kBeginnings[] = {"sluice deploy",
                                                     "aws sagemaker create-endpoint",
                                                     "aws sagemaker update-endpoint",
                                                     "aws ecs update-service",
                                                     "kubectl apply",
                                                     "kubectl rollout",
                                                     "kubectl set",
                                                     "helm upgrade",
                                                     "helm install",
                                                     "mlflow deployments",
                                                     "mlflow models serve",
                                                     "gcloud run deploy",
                                                     "gcloud ai endpoints deploy-model",
                                                     "az ml online-deployment"};
  return begins_with_any(command, kBeginnings);
}

bool judges_model(const ShellCommand& command) {
  static constexpr std::string_view kBeginnings[] = {"sluice gate", "sluice evaluate",
                                                     "sluice data validate"};
  return begins_with_any(command, kBeginnings);
}

bool name_has(std::string_view name, std::string_view word) {
  const std::string lower = to_lower(name);
  for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1))
    if (at == 0 || !is_letter(lower[at - 1])) return true;
  return false;
}

bool is_deploy_job(const Subject& subject, const Job& job) {
  const YamlNode* node = node_of(subject, job);
  if (node != nullptr && node->find("environment") != nullptr) return true;
  if (name_has(job.id, "deploy") || name_has(job.id, "rollout") ||
      name_has(job.name.source(), "deploy"))
    return true;
  for (const Script& script : scripts_of(subject, job))
    if (std::any_of(script.commands.begin(), script.commands.end(), deploys)) return true;
  return false;
}

}  // namespace sluice::pipeline::github
