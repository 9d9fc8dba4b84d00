#include "cli/event_options.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"

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

}  // namespace

void add_event_options(CLI::App& command, EventOptions& options) {
  command
      .add_option("--event,-e", options.event,
                  "What happened: push, pull_request, workflow_dispatch, schedule or tag")
      ->capture_default_str();
  command.add_option("--event-file", options.event_file,
                     "JSON document whose members replace those of the event");
  command.add_option("--action", options.action, "Activity of a pull_request (opened, …)");
  command.add_option("--branch", options.branch, "Branch the event is about (default: current)");
  command.add_option("--tag", options.tag, "Tag that is pushed (with --event tag)");
  command.add_option("--base", options.base, "Target branch of a pull_request");
  command.add_option("--input,-i", options.inputs, "Input of a workflow_dispatch, K=V (repeat)")
      ->allow_extra_args(false);
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

Result<pipeline::RunValues> run_values(const Context& context, const ValueOptions& options) {
  pipeline::RunValues values;
  values.secrets = TRY(secrets_of(context, options.secrets));
  values.variables = TRY(key_values(options.variables, "--var"));
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
