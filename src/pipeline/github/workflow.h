// A workflow file as typed data with positions. Values only; what may be evaluated is a Token.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/diagnostic.h"
#include "pipeline/github/permissions.h"
#include "pipeline/github/schema.h"
#include "pipeline/github/token.h"

namespace sluice::pipeline::github {

// A name and where it is written.
struct Reference {
  std::string name;
  TextPosition position;
};

enum class InputType { Text, Boolean, Number, Choice, Environment };

struct DispatchInput {
  std::string name;
  TextPosition position;
  InputType type = InputType::Text;
  bool required = false;
  std::optional<std::string> default_value;
  std::vector<std::string> options;  // of Choice
};

// Patterns of one filter key, e.g. `branches-ignore`.
struct Filter {
  std::vector<Reference> patterns;
  TextPosition position;  // line 0: absent

  bool present() const { return position.line > 0; }
};

// What a workflow takes and gives when another one calls it (`on.workflow_call`).
struct CallInput {
  std::string name;
  TextPosition position;
  InputType type = InputType::Text;  // Text, Boolean or Number
  bool required = false;
  Token default_value;
};

struct CallSecret {
  std::string name;
  TextPosition position;
  bool required = false;
};

struct CallOutput {
  std::string name;
  TextPosition position;
  Token value;
};

struct CallInterface {
  std::vector<CallInput> inputs;
  std::vector<CallSecret> secrets;
  std::vector<CallOutput> outputs;
  Token written_inputs, written_secrets, written_outputs;  // the same as they stand in the file

  const CallInput* find_input(std::string_view name) const;  // without case
  const CallSecret* find_secret(std::string_view name) const;
};

// An entry of `on.schedule`.
struct Schedule {
  Reference cron;
  Reference timezone;  // empty: UTC
};

struct Trigger {
  std::string event;
  TextPosition position;
  std::vector<Reference> types;
  Filter branches, branches_ignore, tags, tags_ignore, paths, paths_ignore;
  Filter workflows;                   // workflow_run
  Filter names, versions;             // image_version
  std::vector<Schedule> schedules;    // schedule
  std::vector<DispatchInput> inputs;  // workflow_dispatch
  CallInterface call;                 // workflow_call
};

// `if`, as written and as it is evaluated.
struct If {
  std::string source;  // empty: none written
  TextPosition position;
  YamlStyle style = YamlStyle::Plain;
  Condition condition;

  bool present() const { return position.line > 0; }
  std::string evaluated() const;  // with the success() that is added
};

// `concurrency`, in both its forms.
struct Concurrency {
  Token written;  // as a whole
  Token group;
  Token cancel_in_progress;
  Token queue;

  bool present() const { return written.present(); }
};

struct RunDefaults {
  Token shell;
  Token working_directory;
};

struct ActionReference {
  std::string name;     // "actions/checkout"; the whole text of a local action or an image
  std::string version;  // "v4"
  TextPosition position;
};

struct LocalAction;  // local_action.h

// Wait, WaitAll and Cancel speak of steps in the background; they always run.
enum class StepKind { Run, Uses, Wait, WaitAll, Cancel };
enum class StepMode { Foreground, Background };

// `parallel: [a, b]` is read as two steps in the background and a Wait for both.
struct Step {
  TextPosition position;
  StepKind kind = StepKind::Run;
  StepMode mode = StepMode::Foreground;
  std::string id;            // as given, or empty
  std::string context_name;  // id, or what GitHub calls it: "__run_2", "__actions_checkout"
  TextPosition id_position;
  Token name;
  If condition;
  Token run;
  std::optional<ActionReference> uses;
  Token shell;
  Token working_directory;
  Token env;
  Token with;
  Token continue_on_error;
  Token timeout_minutes;
  std::vector<Diagnostic> not_honoured;  // what of it cannot be done here
  std::vector<Reference> waits_for;      // Wait, Cancel: ids as written
  std::vector<std::size_t> targets;      // the same as places in the list of steps
  // Of `uses: ./path`; null when the action's file was not looked for, or is wrong.
  std::shared_ptr<const LocalAction> action;

  bool is_control() const { return kind != StepKind::Run && kind != StepKind::Uses; }
  std::string shown_name() const;  // before evaluation
};

struct Strategy {
  Token whole;  // an expression that gives all of it; the others are absent then
  Token matrix;
  Token fail_fast;
  Token max_parallel;

  bool present() const {
    return whole.present() || matrix.present() || fail_fast.present() || max_parallel.present();
  }
};

struct Workflow;

// The workflow that a job calls instead of running steps.
struct Call {
  Reference target;  // as written: "./.github/workflows/build.yml"
  Token with;
  Token secrets;
  bool inherit_secrets = false;
  std::shared_ptr<const Workflow> workflow;  // null: it was not looked for, or cannot be had
};

struct Job {
  std::string id;
  TextPosition position;
  Token name;
  std::vector<Reference> needs;
  If condition;
  std::optional<Permissions> permissions;
  Token runs_on;      // labels, or a mapping with group and labels
  Token environment;  // its name, or a mapping with name, url and deployment
  Token container;    // image, or a mapping
  Token services;
  Token snapshot;
  std::optional<Call> call;
  Strategy strategy;
  Concurrency concurrency;
  Token env;
  RunDefaults defaults;
  Token outputs;
  Token timeout_minutes;
  Token cancel_timeout_minutes;
  Token continue_on_error;
  std::vector<Step> steps;
  std::vector<Diagnostic> not_honoured;  // what of it and its steps cannot be done here
};

struct Workflow {
  std::string file;
  std::string text;  // the file
  std::string name;  // the file's path when it has none
  Token run_name;
  std::vector<Trigger> triggers;
  std::optional<Permissions> permissions;
  Token env;
  RunDefaults defaults;
  Concurrency concurrency;
  std::vector<Job> jobs;                                   // file order
  std::unordered_map<std::string, std::size_t> job_index;  // lower-case id -> place in `jobs`
  std::vector<Diagnostic> not_enforced;

  const Job* find_job(std::string_view id) const;  // without case
  const Trigger* find_trigger(std::string_view event) const;
};

// What an evaluated `runs-on` asks for: a text, a list, or a mapping with `labels`.
std::vector<std::string> runner_labels(const Value& runs_on);
// The labels in a `runs-on`, as written.
std::vector<std::string> written_labels(const Token& runs_on);

// The system that a label asks for where it is not Linux: "Windows" or "macOS", as `runner.os` has
// it; else empty.
std::string_view foreign_system(std::string_view label);
std::string_view foreign_system(const std::vector<std::string>& labels);
// What becomes of a label of `runs-on` here.
Treatment use_of_label(std::string_view label);
// Whether the labels can be had on this kind of host; the reason when not.
std::optional<std::string> unavailable_runner(const std::vector<std::string>& labels);

}  // namespace sluice::pipeline::github
