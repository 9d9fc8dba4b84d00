#include "cli/event_options.h"

#include <CLI/CLI.hpp>

#include "app/ended_run.h"
#include "base/strings.h"
#include "cli/session.h"

namespace sluice::cli {
namespace {

// "K=V" or "K", whose value comes from the environment: so it need not stand on a command line
// that other users of the machine can read.
Result<std::map<std::string, std::string>> secrets_of(const Context& context,
                                                      const std::vector<std::string>& texts) {
  std::map<std::string, std::string> secrets;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals != std::string::npos) {
      secrets.insert_or_assign(name, text.substr(equals + 1));
      continue;
    }
    const auto value = context.world.environment.get(name);
    if (!value)
      return invalid_input(cat("--secret ", name,
                               ": there is no environment variable of that name to take the "
                               "value from; set it, or write --secret ",
                               name, "=VALUE"));
    secrets.insert_or_assign(name, *value);
  }
  return secrets;
}

Result<std::optional<app::EndedRun>> ended_run(const Context& context,
                                               const EventOptions& options) {
  if (!options.ended_run.empty() && !options.workflow.empty())
    return invalid_input("--of names a recorded run, --workflow describes another: give one");
  std::optional<app::EndedRun> ended;
  if (!options.ended_run.empty()) {
    const auto workbench = TRY(open_workbench(context));
    ended = TRY(app::find_recorded_run(*workbench, options.ended_run));
  } else if (!options.workflow.empty()) {
    ended.emplace();
    ended->id = "1";
    ended->workflow = options.workflow;
    ended->conclusion = options.conclusion;
    ended->created = context.world.clock.now();
  }
  const bool before_the_end = options.action == "requested" || options.action == "in_progress";
  if (ended && before_the_end) ended->conclusion.clear();
  if (ended && !before_the_end && ended->conclusion.empty())
    return failed_precondition(cat("run ", options.ended_run,
                                   " has not ended; wait for it, or ask "
                                   "for --action requested or in_progress"));
  return ended;
}

}  // namespace

void add_event_options(CLI::App& command, EventOptions& options) {
  command
      .add_option("--event,-e", options.event,
                  "What happened: any event of GitHub, or tag (a push of one)")
      ->capture_default_str();
  command.add_option("--event-file", options.event_file,
                     "JSON document whose members replace those of the event");
  command.add_option("--action,--type", options.action,
                     "Activity (opened, …); of a repository_dispatch its type");
  command.add_option("--branch", options.branch, "Branch the event is about (default: current)");
  command.add_option("--tag", options.tag, "Tag of a tag, release or create");
  command.add_option("--base", options.base, "Target branch of a pull_request or merge_group");
  command
      .add_option("--input,-i", options.inputs,
                  "Input of a workflow_dispatch, client_payload of a repository_dispatch: K=V "
                  "(repeat)")
      ->allow_extra_args(false);
  command.add_option("--of", options.ended_run,
                     "workflow_run: the run that ended, as `sluice runs list` shows it");
  command.add_option("--workflow", options.workflow,
                     "workflow_run: name of the workflow that ended, instead of --of");
  command
      .add_option("--conclusion", options.conclusion,
                  "workflow_run: how it ended (with --workflow)")
      ->check(CLI::IsMember({"success", "failure", "cancelled", "timed_out", "skipped"}))
      ->capture_default_str();
  command.add_option("--cron", options.cron,
                     "schedule: the one that fired, as written (default: which fires next)");
  command.add_option("--label", options.labels, "Label of a pull_request or issue (repeat)")
      ->allow_extra_args(false);
  command.add_flag("--draft", options.draft, "The pull_request is a draft");
  command.add_option("--fork", options.fork, "OWNER/NAME of the fork a pull_request comes from");
  command.add_flag("--despite-skip", options.despite_skip,
                   "Also when the commit's message has [skip ci]");
  command.add_flag("--committed", options.committed, "Leave uncommitted edits out");
}

void add_value_options(CLI::App& command, ValueOptions& options) {
  command
      .add_option("--secret,-s", options.secrets,
                  "Secret NAME=VALUE, or NAME to take it from the environment (repeat)")
      ->allow_extra_args(false);
  command
      .add_option("--var", options.variables, "Variable NAME=VALUE of the vars context (repeat)")
      ->allow_extra_args(false);
}

Result<pipeline::RunValues> run_values(const Context& context, const ValueOptions& options,
                                       const pipeline::TriggerEvent& event) {
  pipeline::RunValues values;
  values.secrets = TRY(secrets_of(context, options.secrets));
  values.variables = TRY(key_values(options.variables, "--var"));
  if (const auto withheld = app::withhold_secrets(event, values); !withheld.empty())
    context.terminal.error(
        cat("note: a pull request from a fork sees no secrets: ", join(withheld, ", "),
            withheld.size() == 1 ? " is" : " are", " withheld, as on GitHub\n"));
  return values;
}

Result<std::map<std::string, std::string>> key_values(const std::vector<std::string>& texts,
                                                      std::string_view option) {
  std::map<std::string, std::string> map;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return invalid_input(cat(option, " takes NAME=VALUE, not '", text, "'"));
    map.insert_or_assign(text.substr(0, equals), text.substr(equals + 1));
  }
  return map;
}

Result<app::TriggerRequest> trigger_request(const Context& context, const EventOptions& options) {
  app::TriggerRequest request;
  request.event = options.event;
  request.action = options.action;
  request.branch = options.branch;
  request.tag = options.tag;
  request.base = options.base;
  request.edits = options.committed ? app::Edits::CommittedOnly : app::Edits::Include;
  request.inputs = TRY(key_values(options.inputs, "--input"));
  request.cron = options.cron;
  request.labels = options.labels;
  request.draft = options.draft;
  request.fork = options.fork;
  request.ended_run = TRY(ended_run(context, options));
  if (options.despite_skip) request.skip_words = app::SkipWords::Ignored;
  if (!options.diff.empty()) request.diff = options.diff;
  if (!options.changed.empty()) request.changed_files = options.changed;
  if (!options.event_file.empty()) {
    constexpr std::uint64_t kLargestEvent = 8u << 20;
    const std::string text = TRY(context.world.files.read(options.event_file, kLargestEvent));
    request.payload = TRY_CONTEXT(parse_json(text), options.event_file);
    TRY_CONTEXT(as_object(request.payload, "the event"), options.event_file);
  }
  return request;
}

}  // namespace sluice::cli
