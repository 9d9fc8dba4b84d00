// Pipelines of models: what is judged, by what, and whether delivery waits for the verdict.
#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/graph.h"
#include "pipeline/github/lint/model_scripts.h"
#include "pipeline/github/lint/script_files.h"
#include "pipeline/github/lint/scripts.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

std::string working_directory(const Workflow& workflow, const Script& script) {
  for (const Token* folder :
       {&script.step.working_directory, &script.job.defaults.working_directory,
        &workflow.defaults.working_directory})
    if (folder->present()) return folder->source();
  return {};
}

// The text of the file that the command runs; null when it is not known.
const std::string* script_of(const Subject& subject, const Script& script,
                             const ShellCommand& command, std::string& path) {
  path = script_path(command, working_directory(subject.workflow, script));
  const auto found = path.empty() ? subject.source.others.end() : subject.source.others.find(path);
  return found == subject.source.others.end() || !found->second ? nullptr : &*found->second;
}

bool names_any(std::initializer_list<std::string_view> names,
               std::initializer_list<std::string_view> words) {
  for (const std::string_view name : names)
    for (const std::string_view word : words)
      if (name_has(name, word)) return true;
  return false;
}

bool promotes(const ShellCommand& command) {
  if (command.begins_with("sluice model alias")) return command.has_word("champion");
  if (command.begins_with("sluice model approve")) return true;
  return command.begins_with("aws sagemaker update-model-package") &&
         command.option("--model-approval-status") == "Approved";
}

bool runs(const Script& script, bool (*wanted)(const ShellCommand&)) {
  return std::any_of(script.commands.begin(), script.commands.end(), wanted);
}

bool runs_gate(const ShellCommand& command) {
  return command.begins_with("sluice gate") ||
         (command.program().starts_with("python") && command.words.size() > 1 &&
          names_any({command.words[1]}, {"gate", "evaluate", "evaluation"}));
}

struct ModelJobs {
  std::vector<bool> gates;
  std::vector<bool> delivers;
  bool trains = false;
};

// Job by job: which judge a model, which bring one to its users.
ModelJobs find_model_jobs(const Subject& subject) {
  ModelJobs jobs;
  for (const Job& job : subject.workflow.jobs) {
    bool gate = names_any({job.id}, {"gate", "evaluate", "evaluation"});
    bool delivery = names_any({job.id}, {"deploy", "promote", "rollout"}) &&
                    !names_any({job.id}, {"docs", "pages", "site", "preview", "storybook"});
    for (const Script& script : scripts_of(subject, job)) {
      gate = gate || runs(script, runs_gate);
      delivery = delivery || runs(script, deploys) || runs(script, promotes);
      jobs.trains = jobs.trains || std::any_of(script.commands.begin(), script.commands.end(),
                                               [](const ShellCommand& command) {
                                                 return command.begins_with("sluice train");
                                               });
    }
    jobs.trains = jobs.trains || names_any({job.id}, {"train", "training", "retrain"});
    jobs.gates.push_back(gate);
    jobs.delivers.push_back(delivery);
  }
  return jobs;
}

bool ignores_failures(const If& condition) {
  if (!condition.present()) return false;
  bool always = false;
  for_each_node(condition.condition.expression.root, [&](const ExpressionNode& node) {
    always =
        always || (node.kind == NodeKind::Call && (equal_ignoring_case(node.name, "always") ||
                                                   equal_ignoring_case(node.name, "cancelled")));
  });
  const auto paths = referenced_paths(condition.condition.expression.root);
  return always && std::none_of(paths.begin(), paths.end(), [](const auto& path) {
           return path.size() >= 2 && equal_ignoring_case(path[0], "needs");
         });
}

// Its own gate stands in front of what it deploys.
bool judges_first(const Subject& subject, const Job& job) {
  for (const Script& script : scripts_of(subject, job))
    for (const ShellCommand& command : script.commands) {
      if (runs_gate(command)) return true;
      if (deploys(command) || promotes(command)) return false;
    }
  return false;
}

void check_delivery(const Subject& subject, const JobGraph& graph, const ModelJobs& jobs,
                    std::size_t index, Findings& out) {
  const Job& job = subject.workflow.jobs[index];
  if (jobs.gates[index] && judges_first(subject, job)) return;
  const std::vector<bool> ancestors = graph.ancestors(index);
  const Job* gate = nullptr;
  bool waits = false;
  for (std::size_t i = 0; i < jobs.gates.size(); ++i) {
    if (!jobs.gates[i] || i == index) continue;
    gate = &subject.workflow.jobs[i];
    waits = waits || ancestors[i];
  }
  if (gate == nullptr) {
    if (jobs.trains)
      add_finding(subject.workflow, Severity::Warning, "deploy-without-gate", job.position,
                  cat("job '", job.id,
                      "' delivers a model that nothing has judged: no job of this workflow is a "
                      "gate ('sluice gate')"),
                  out);
  } else if (!waits) {
    add_finding(subject.workflow, Severity::Warning, "deploy-without-gate", job.position,
                cat("job '", job.id, "' does not wait for '", gate->id,
                    "', so it delivers whatever the verdict is; add it to 'needs'"),
                out);
  } else if (ignores_failures(job.condition)) {
    add_finding(subject.workflow, Severity::Warning, "deploy-without-gate", job.condition.position,
                cat("job '", job.id, "' runs after a failed '", gate->id, "' too; ask for 'needs.",
                    gate->id, ".result == 'success''"),
                out);
  }
}

bool is_lenient(const Token& token) {
  return token.present() && token.kind == TokenKind::Boolean && token.literal.as_boolean();
}

void check_gate(const Subject& subject, const Script& script, Findings& out) {
  for (std::size_t i = 0; i < script.commands.size(); ++i) {
    const ShellCommand& command = script.commands[i];
    if (!judges_model(command) && !runs_gate(command)) continue;
    const bool ignored = command.after == Joint::Or && i + 1 < script.commands.size() &&
                         script.commands[i + 1].program() != "exit" &&
                         script.commands[i + 1].program() != "false";
    const Token& step = script.step.continue_on_error;
    const Token& job = script.job.continue_on_error;
    if (!ignored && !is_lenient(step) && !is_lenient(job)) continue;
    add_at_command(subject, script, command, Severity::Warning, "gate-cannot-fail",
                   cat("this gate stops nothing: ",
                       ignored ? cat("'|| ", join(script.commands[i + 1].words, " "), "'")
                               : std::string("'continue-on-error'"),
                       " lets the job go on whatever it finds"),
                   out);
    return;
  }
}

// Waits and says that all is well.
bool does_nothing(const ShellCommand& command) {
  static constexpr std::string_view kPrograms[] = {"",     "sleep", "echo", "printf",
                                                   "date", "true",  ":",    "set"};
  if (command.program() == "exit") return command.words.size() == 1 || command.words[1] == "0";
  const bool looks = std::any_of(command.words.begin(), command.words.end(), [](const auto& word) {
    return word.find("$(") != std::string::npos;
  });
  return !looks && std::find(std::begin(kPrograms), std::end(kPrograms), command.program()) !=
                       std::end(kPrograms);
}

void check_canary(const Subject& subject, const Script& script, Findings& out) {
  const std::string name = script.step.name.source();
  const bool claims =
      names_any({script.step.id, name}, {"canary", "monitor", "bake", "soak", "smoke", "health"}) ||
      names_any({script.job.id}, {"canary", "monitor", "soak", "smoke"});
  if (!claims || script.text.find('`') != std::string::npos ||
      script.text.find("GITHUB_") != std::string::npos ||
      !std::all_of(script.commands.begin(), script.commands.end(), does_nothing))
    return;
  // In a job of that name, another step may do the work.
  if (!names_any({script.step.id, name},
                 {"canary", "monitor", "bake", "soak", "smoke", "health"}) &&
      script.job.steps.size() > 1)
    return;
  add_finding(
      subject.workflow, Severity::Warning, "hollow-check", script.step.run.position,
      "this step waits and prints, and looks at nothing: it passes whatever happens; let it "
      "ask the service ('sluice check health', 'sluice rollout watch')",
      out);
}

bool evaluates(const Script& script, std::string_view path) {
  return names_any(
      {script.step.id, script.step.name.source(), script.job.id, path.substr(path.rfind('/') + 1)},
      {"eval", "evaluate", "evaluation", "metric", "test", "gate", "valid", "score", "report",
       "train", "benchmark", "assess", "compare"});
}

void check_metric_script(const Subject& subject, const Script& script, const ShellCommand& command,
                         Findings& out) {
  std::string path;
  const std::string* text = script_of(subject, script, command, path);
  if (text == nullptr || !path.ends_with(".py") || !evaluates(script, path)) return;
  const auto found = find_literal_metrics(*text);
  if (found.empty()) return;
  add_at_command(subject, script, command, Severity::Warning, "literal-metric",
                 cat(path, ":", found.front().line, ": ", found.front().what,
                     found.size() > 1 ? cat(" (and ", found.size() - 1, " more)") : "",
                     ", so what this step reports is not measured"),
                 out);
}

// `echo '{"accuracy": 0.95}' > metrics.json`
void check_inline_metrics(const Subject& subject, const Script& script, Findings& out) {
  for (const ShellCommand& command : script.commands) {
    if (command.redirected.empty() || command.redirected == "/dev/null") continue;
    if (command.program() != "echo" && command.program() != "printf" && command.program() != "cat")
      continue;
    std::string what;
    const std::string& last = command.words.back();
    const std::size_t equals = last.find('=');
    if (equals != std::string::npos && is_metric_name(last.substr(0, equals)) &&
        is_result_number(last.substr(equals + 1)))
      what = cat("'", last.substr(0, equals), "' is the constant ", last.substr(equals + 1));
    for (const std::string& word : command.words)
      if (const auto found = find_literal_members(word); !found.empty()) what = found.front().what;
    if (what.empty()) continue;
    add_at_command(subject, script, command, Severity::Warning, "literal-metric",
                   cat(what, ", so what this step reports is not measured"), out);
  }
}

void check_newest_command(const Subject& subject, const Script& script, const ShellCommand& command,
                          Findings& out) {
  std::string what;
  if (command.begins_with("aws sagemaker list-model-packages") &&
      command.option("--model-approval-status").empty())
    what = "this takes the newest model, approved or not: add '--model-approval-status Approved'";
  for (const std::string& word : command.words)
    if (word.starts_with("models:/") && word.ends_with("/latest"))
      what = cat("'", word, "' is the newest version, approved or not; name the champion: '",
                 word.substr(0, word.size() - 7), "@champion'");
  std::string path;
  const std::string* text = script_of(subject, script, command, path);
  if (text != nullptr && path.ends_with(".py"))
    if (const auto found = find_newest_model(*text))
      what = cat(path, ":", found->line, ": ", found->what);
  if (!what.empty())
    add_at_command(subject, script, command, Severity::Warning, "unapproved-model", std::move(what),
                   out);
}

// A gate file that compares with nothing.
bool compares(const YamlNode& gate) {
  const YamlNode* checks = gate.find("checks");
  if (checks == nullptr) return true;
  return std::any_of(checks->items.begin(), checks->items.end(), [](const YamlNode& check) {
    const YamlNode* kind = check.find("kind");
    return (kind != nullptr && kind->text == "change") || check.find("max_worse") != nullptr ||
           check.find("max_worse_absolute") != nullptr;
  });
}

void check_baseline(const Subject& subject, const Script& script, const ShellCommand& command,
                    Findings& out) {
  std::string path;
  const std::string* text = script_of(subject, script, command, path);
  if (text == nullptr) return;
  std::string what;
  if (command.begins_with("sluice gate")) {
    const YamlParse gate = parse_yaml(*text);
    if (gate.problems.empty() && !compares(gate.root))
      what = cat(path,
                 ": no check compares with the champion, so a model that is worse than the one in "
                 "production passes; add one of 'kind: change'");
  } else if (path.ends_with(".py")) {
    if (const auto found = find_vacuous_pass(*text))
      what = cat(path, ":", found->line, ": ", found->what, "; let it fail, or say so by name");
  }
  if (!what.empty())
    add_at_command(subject, script, command, Severity::Warning, "gate-without-baseline",
                   std::move(what), out);
}

}  // namespace

void lint_deploy_without_gate(const Subject& subject, Findings& out) {
  const JobGraph graph(subject.workflow);
  if (!graph.find_cycle().empty()) return;
  const ModelJobs jobs = find_model_jobs(subject);
  for (std::size_t i = 0; i < subject.workflow.jobs.size(); ++i)
    if (jobs.delivers[i]) check_delivery(subject, graph, jobs, i, out);
}

void lint_model_gates(const Subject& subject, Findings& out) {
  for_each_script(subject, [&](const Script& script) {
    check_gate(subject, script, out);
    for (const ShellCommand& command : script.commands)
      check_baseline(subject, script, command, out);
  });
}

void lint_hollow_check(const Subject& subject, Findings& out) {
  for_each_script(subject, [&](const Script& script) { check_canary(subject, script, out); });
}

void lint_literal_metric(const Subject& subject, Findings& out) {
  for_each_script(subject, [&](const Script& script) {
    for (const ShellCommand& command : script.commands)
      check_metric_script(subject, script, command, out);
    check_inline_metrics(subject, script, out);
  });
}

void lint_unapproved_model(const Subject& subject, Findings& out) {
  const bool delivers = std::any_of(subject.workflow.jobs.begin(), subject.workflow.jobs.end(),
                                    [&](const Job& job) { return is_deploy_job(subject, job); });
  if (!delivers) return;
  for_each_script(subject, [&](const Script& script) {
    for (const ShellCommand& command : script.commands)
      check_newest_command(subject, script, command, out);
  });
}

}  // namespace sluice::pipeline::github
