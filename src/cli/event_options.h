// The options that say what happened and what the run is given: shared by `run` and `plan`.
#pragma once

#include <string>
#include <vector>

#include "app/trigger.h"
#include "cli/command.h"

namespace sluice::cli {

struct EventOptions {
  std::string event = "push";
  std::string event_file;
  std::string action;
  std::string branch;
  std::string tag;
  std::string base;
  std::string diff;
  std::vector<std::string> changed;
  std::vector<std::string> inputs;  // "k=v"
  std::string cron;
  std::string ended_run;               // recorded here: number, id or "latest"
  std::string workflow;                // or only the name of its workflow …
  std::string conclusion = "success";  // … and how it ended
  std::vector<std::string> labels;
  std::string fork;
  bool draft = false;
  bool committed = false;
  bool despite_skip = false;
};

void add_event_options(CLI::App& command, EventOptions& options);

// Opens the home only to look up --of RUN.
Result<app::TriggerRequest> trigger_request(const Context& context, const EventOptions& options);

// What the owner of a run supplies.
struct ValueOptions {
  std::vector<std::string> secrets;    // "K=V", or "K" whose value the environment has
  std::vector<std::string> variables;  // "K=V"
};

void add_value_options(CLI::App& command, ValueOptions& options);

// Says which secrets the event keeps from the run.
Result<pipeline::RunValues> run_values(const Context& context, const ValueOptions& options,
                                       const pipeline::TriggerEvent& event);

// "K=V" texts as a map; InvalidInput names `option` for one without '='.
Result<std::map<std::string, std::string>> key_values(const std::vector<std::string>& texts,
                                                      std::string_view option);

}  // namespace sluice::cli
