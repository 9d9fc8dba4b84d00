// The shell scripts of a workflow for the rules that look into them. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipeline/github/lint/lint.h"
#include "pipeline/github/lint/shell_commands.h"

namespace sluice::pipeline::github {

struct Script {
  const Job& job;
  const Step& step;
  std::string text;  // as written, with its `${{ }}`
  std::vector<ShellCommand> commands;
};
struct WorkflowScripts {
  std::vector<std::vector<Script>> of_job;  // by place in Workflow::jobs
};

// Scripts of bash and sh; those of other shells, and of Windows runners without a shell, are left
// out.
WorkflowScripts read_scripts(const Subject& subject);

void for_each_script(const Subject& subject, const std::function<void(const Script&)>& visit);
const std::vector<Script>& scripts_of(const Subject& subject, const Job& job);

// The text that says which shell runs the step; empty when nothing says so.
std::string written_shell(const Workflow& workflow, const Job& job, const Step& step);
// Labels of the runner as written, expressions included, joined by spaces, in lower case.
std::string runner_text(const Subject& subject, const Job& job);

// A finding at a command, underlined to its end.
Diagnostic& add_at_command(const Subject& subject, const Script& script,
                           const ShellCommand& command, Severity severity, std::string_view rule,
                           std::string message, Findings& out);

// Whether the command runs the user's tests: pytest, `npm test`, `make check`, …
bool runs_tests(const ShellCommand& command);
// Whether the command puts a model or a service in front of users.
bool deploys(const ShellCommand& command);
// Whether the command judges a model: `sluice gate`, `sluice evaluate`, …
bool judges_model(const ShellCommand& command);
// Whether one of the names, which people gave, has the word in it: "deploy-prod" has "deploy".
bool name_has(std::string_view name, std::string_view word);
bool is_deploy_job(const Subject& subject, const Job& job);

}  // namespace sluice::pipeline::github
