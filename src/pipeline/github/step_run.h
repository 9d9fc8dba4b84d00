// What a leg's program knows of its steps while they go: lists of steps (the job's, or those inside
// of a composite action), the steps in progress, what steps hand on. Values; the program owns them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/github/contexts.h"
#include "pipeline/github/local_action.h"
#include "pipeline/ports/job_program.h"

namespace sluice::pipeline::github {

NamedTexts merged(NamedTexts base, const NamedTexts& over);

// How a step ended and what it leaves.
struct StepEnd {
  Outcome outcome = Outcome::Succeeded;
  std::string message;
  std::map<std::string, std::string> outputs;
  NamedTexts environment;                    // for later steps
  std::vector<std::string> paths;            // to put in front of PATH
  std::map<std::string, std::string> state;  // for the action's own post step
};

// A step that has ended, as the `steps` context shows it.
struct EndedStep {
  std::string name;  // in the context
  Outcome outcome = Outcome::Succeeded;
  Outcome conclusion = Outcome::Succeeded;
  std::map<std::string, std::string> outputs;
};

// The environment and PATH that steps build up for those after them.
struct Carried {
  std::map<std::string, std::string> env;
  std::vector<std::string> path;  // the latest first
  // All that was taken, in order: for a step in the background, whose own Carried this is.
  NamedTexts taken_env;
  std::vector<std::string> taken_paths;

  void take(const NamedTexts& environment, const std::vector<std::string>& paths);
};

struct StepRun;

// Whether the step is made of steps.
bool is_composite(const Step& step);

struct StepList {
  const std::vector<Step>* steps = nullptr;
  const std::string* file = nullptr;  // that they are written in, and its text
  const std::string* text = nullptr;
  Carried* carried = nullptr;
  std::size_t next = 0;
  std::unique_ptr<StepRun> current;  // in the foreground
  std::vector<EndedStep> ended;
  Outcome status = Outcome::Succeeded;  // Succeeded, Failed or Cancelled
  std::string failed_by;                // name of the first failed step
  // Inside of a composite action:
  const LocalAction* action = nullptr;
  StepRun* owner = nullptr;
  Value inputs;
  std::string folder;  // absolute
  NamedTexts outer_env;

  void skip_rest() { next = steps->size(); }
};

// A step in progress.
struct StepRun {
  enum class Phase {
    Deciding,  // a hash is waited for before it runs
    Queued,    // too many steps run in the background
    Running,
    Inside,      // the steps of its action go
    Waiting,     // for steps in the background
    Concluding,  // it has ended; a hash is waited for
    Settled,
  };

  StepList* list = nullptr;
  std::size_t index = 0;  // in the list
  int top = 0;            // index of the outermost step in the plan
  std::string number;     // "3", "3.1": of the outermost step from 1, then inside
  std::string part;       // "", "1"
  Phase phase = Phase::Deciding;
  std::string outstanding;  // id of the effect that is waited for
  bool admitted = false;    // its condition held
  bool dismissed = false;   // a `cancel` step ended it
  Explanation reason;
  std::string name;  // as shown
  FileHashes hashes;
  int hash_count = 0;
  std::vector<std::string> asked_patterns;
  NamedTexts env;  // its own `env`
  StepEnd end;
  Outcome conclusion = Outcome::Succeeded;
  std::optional<Duration> left;  // of its timeout, where its steps share it
  std::unique_ptr<StepList> inside;
  std::unique_ptr<Carried> own;  // of a step in the background
  bool taken = false;            // in the background: later steps see what it left

  const Step& step() const { return (*list->steps)[index]; }
  bool in_background() const { return step().mode == StepMode::Background; }
  bool settled() const { return phase == Phase::Settled; }
};

// What an action that has run its main part will do when the job's steps are over.
struct PostStep {
  std::string number;  // of its main part
  std::string part;    // "" or its place inside of the outermost step
  std::string name;    // "Post …"
  const Step* step = nullptr;
  const StepList* list = nullptr;
  If condition;
  const std::string* file = nullptr;  // that the condition is written in
  const std::string* text = nullptr;
  RunStep request;                               // but for what only the moment tells
  NamedTexts env;                                // of the step and of those around it
  std::map<std::string, std::string> extra_env;  // INPUT_…
  std::map<std::string, std::string> state;      // that its main part left
};

// The post steps of one outermost step, in the order of their main parts.
struct PostGroup {
  int main = 0;  // index of that step
  std::vector<PostStep> steps;
};

}  // namespace sluice::pipeline::github
