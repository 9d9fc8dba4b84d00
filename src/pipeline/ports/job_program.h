// A job (one leg of it) as a deterministic program: it asks for effects and is fed their recorded
// results. GitHub's list of steps, GitLab's script and Jenkins' Groovy block sit behind this one
// interface, so the engine knows no language.
//
// Replay: making the program again from the same inputs and feeding it the same sequence of inputs
// gives the same effects with the same ids. A program reads no clock, no randomness, no files.
// Several effects may be outstanding at once. Threads: one at a time.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "pipeline/explanation.h"

namespace sluice::pipeline {

// How something ended. The outcome is what happened, the conclusion what counts
// (continue-on-error makes a failed outcome a successful conclusion).
enum class Outcome { Succeeded, Failed, TimedOut, Cancelled, Skipped, Errored };
std::string_view to_string(Outcome outcome);  // "succeeded" …
std::optional<Outcome> outcome_from_string(std::string_view text);

// Where the job lives on the machine that runs it: absolute paths, fixed when the leg starts.
struct JobPlace {
  std::string workspace;
  std::string temp;  // emptied before and after the job
  std::string tool_cache;
  std::string home;  // $SLUICE_HOME
  std::string os = "Linux";
  std::string arch = "X64";
};

// ---- effects
// -------------------------------------------------------------------------------------

// A script, written to a file and run by a command that names it as {0}.
struct ScriptAction {
  std::string text;
  std::vector<std::string> command;  // e.g. {"bash", "-e", "{0}"}
  std::string extension = ".sh";
  std::vector<std::string> fallback;  // used when command[0] is not installed; may be empty
};

// The part of an action that runs in its place, and the one that runs when the job's steps are
// over.
enum class ActionStage { Main, Post };

// Something built in: "checkout", "upload-artifact", … with evaluated inputs.
struct BuiltinAction {
  std::string name;     // as written before the @: "actions/checkout"
  std::string version;  // after it: "v4"
  std::map<std::string, std::string> inputs;
  ActionStage stage = ActionStage::Main;
  // In Post: what its main part left in StepResult::state.
  std::map<std::string, std::string> state = {};
};

// What is read out of the step's output while it is written.
enum class LogCommands { None, Github };

// A file that exists while the step runs, whose path the step finds in an environment variable
// and whose content comes back in its result.
struct CollectedFile {
  std::string variable;  // "GITHUB_OUTPUT"
  std::uint64_t limit = 10u << 20;
};

struct RunStep {
  std::string id;    // effect id, unique in the leg and the same in each replay: "step-3.1"
  int step = 0;      // index into the plan's steps; steps inside of it share its log
  std::string part;  // of a step inside of that one: "1", "1.2"; empty: the step itself
  std::string name;  // as shown
  std::variant<ScriptAction, BuiltinAction> action;
  std::map<std::string, std::string> env;  // complete, but for PATH's base and CollectedFile paths
  std::vector<std::string> path_prefix;    // in front of PATH, first wins
  std::string working_directory;  // absolute, or relative to the workspace; empty: workspace
  std::optional<Duration> timeout;
  LogCommands log_commands = LogCommands::None;
  std::vector<CollectedFile> collected_files;
  std::vector<std::string> masks;  // everything that must not appear in the log
  Explanation reason;              // why it runs
  int again = 0;                   // how often it was tried before; the engine counts
};

// A step that begins and runs nothing itself (its steps do, or it waits for others): reported,
// nothing to do. A ConcludeStep follows.
struct BeginStep {
  int step = 0;
  std::string part;
  std::string name;
  Explanation reason;
};

// A step that does not run: reported, nothing to do.
struct SkipStep {
  int step = 0;
  std::string part;
  std::string name;
  Explanation reason;
};

// A step has ended and this is what counts of it: reported, nothing to do.
struct ConcludeStep {
  int step = 0;
  std::string part;
  Outcome outcome = Outcome::Succeeded;
  Outcome conclusion = Outcome::Succeeded;
  std::string message;  // why it failed, where there is more than an exit code
  std::map<std::string, std::string> outputs;  // may hold masked values
};

// Asks for the digest of files in the workspace (GitHub's hashFiles).
struct HashFiles {
  std::string id;
  std::vector<std::string> patterns;
  bool follow_symlinks = false;
};

// Asks for a running step to be stopped: interrupt, grace, terminate, kill.
struct StopStep {
  std::string id;  // of the RunStep
};

// The last effect of a program.
struct FinishJob {
  Outcome result = Outcome::Succeeded;
  std::map<std::string, std::string> outputs;
  std::vector<std::string> dropped_outputs;  // names left out because they held a secret
  std::string message;
  std::string environment_url = {};  // of the deployment; may hold masked values; empty: none
};

using JobEffect =
    std::variant<RunStep, BeginStep, SkipStep, ConcludeStep, HashFiles, StopStep, FinishJob>;

// ---- inputs
// --------------------------------------------------------------------------------------

// A command that the step wrote into its log ("::error file=a.py,line=3::text").
struct LogCommand {
  std::string name;  // lower case
  std::map<std::string, std::string> properties;
  std::string data;
};

struct StepResult {
  Outcome outcome = Outcome::Succeeded;
  int exit_code = 0;
  std::string message;                             // of Errored and TimedOut: what happened
  std::map<std::string, std::string> files;        // CollectedFile variable -> content
  std::vector<LogCommand> commands;                // in order
  std::map<std::string, std::string> outputs;      // of a built-in action
  std::map<std::string, std::string> environment;  // set by a built-in action for later steps
  std::vector<std::string> path_additions;         // by a built-in action
  std::map<std::string, std::string> state;        // left by a built-in action for its post stage
  Duration took{};                                 // 0: not known
};

struct BeginJob {};
struct StepEnded {
  std::string id;
  StepResult result;
};
struct FilesHashed {
  std::string id;
  std::string digest;      // empty: no file matched
  std::string error = {};  // why they could not be hashed: the expression cannot be evaluated
};
// Somebody cancelled the run, or fail-fast this leg. Conditions of running steps are evaluated
// again; what follows runs only if its condition holds in a cancelled job.
struct CancelJob {
  std::string reason;
};

using JobInput = std::variant<BeginJob, StepEnded, FilesHashed, CancelJob>;

class JobProgram {
 public:
  virtual ~JobProgram() = default;
  // An error means that the input fits no outstanding effect (a broken journal).
  virtual Result<std::vector<JobEffect>> advance(const JobInput& input) = 0;
  // Everything known so far that must be masked, secrets included.
  virtual std::vector<std::string> masks() const = 0;
};

// JSON forms, used by the journal (which seals what the masks touch).
Json to_json(const StepResult& result);
Result<StepResult> step_result_from_json(const Json& value);

}  // namespace sluice::pipeline
