#include "cli/event_options.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"

namespace sluice::cli {

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
  command.add_option("--input,-i", options.inputs, "Input of a workflow_dispatch, K=V (repeat)");
  command.add_flag("--committed", options.committed, "Leave uncommitted edits out");
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
