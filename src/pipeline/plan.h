// The plan: what a pipeline would do for an event. A graph of jobs, immutable, printable, hashable;
// the same for the three languages (a Jenkins stage and a GitLab job are jobs here).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "pipeline/diagnostic.h"
#include "pipeline/explanation.h"

namespace sluice::pipeline {

// When the legs of a job become known.
enum class Expansion {
  Single,   // one leg, no matrix
  Static,   // the matrix is written out in the file
  Dynamic,  // the matrix depends on results of other jobs
};

struct PlannedStep {
  std::string id;         // given in the file, or empty
  std::string name;       // as shown
  std::string condition;  // source text, empty when none
  TextPosition position;
  std::vector<Diagnostic> not_honoured = {};  // what of it cannot be done here
  std::vector<PlannedStep> nested = {};       // the steps of an action that is made of steps
};

// Of those that share a group, runs and legs alike, one goes on at a time. Case does not count in
// names.
enum class GroupQueue {
  Single,  // one may wait; who comes later takes its place
  Max,     // up to kMostWaiting wait
};
struct ConcurrencyGroup {
  static constexpr int kMostWaiting = 100;

  std::string name;
  bool cancel_in_progress = false;  // who comes cancels who is there
  GroupQueue queue = GroupQueue::Single;
};

// One cell of a matrix; a job without a matrix has exactly one.
struct Leg {
  int index = 0;     // 0-based, in matrix order
  std::string name;  // as shown: "test (3.11, ubuntu)"
  Json matrix;       // object; empty without a matrix
  int total = 1;     // legs of the job
  // Known when the job is decided, not in the plan.
  std::optional<ConcurrencyGroup> concurrency;
};

// The id of a called job is that of its caller, '/' and its own: "deploy/test"; when the caller has
// a matrix with the index of the leg: "deploy.1/test".
struct PlannedJob {
  std::string id;
  std::string name;
  TextPosition position;
  std::vector<std::string> needs;   // ids, in file order
  std::string condition;            // source text of its `if`, empty when none
  std::vector<std::string> labels;  // where it wants to run
  Expansion expansion = Expansion::Single;
  std::vector<Leg> legs;  // known now; empty when Dynamic
  std::vector<PlannedStep> steps;
  // What of the job itself cannot be done here (its steps name their own): the job is not started.
  std::vector<Diagnostic> not_honoured;
  // Names of those that it declares; none where they are not known. For checks, not in to_json().
  std::optional<std::vector<std::string>> outputs = std::nullopt;
  std::string calls;               // path of the pipeline that it calls; it has no steps then
  std::vector<PlannedJob> called;  // jobs of that pipeline, for all legs; empty when Dynamic
  Json permissions;                // of its token, as written; null: nothing is said
  Json environment;                // object with name, url and deployment; null without one
  // What the job would do, given that everything it needs succeeds: false with the reason where the
  // condition is already false for this event.
  bool would_run = true;
  Explanation reason;
};

struct Plan {
  std::string language;                         // "github"
  std::string name;                             // of the pipeline, as shown
  std::string title;                            // of this run; the name where the file gives none
  std::string file;                             // path inside the repository
  Digest source;                                // of the file's text
  bool triggered = true;                        // whether the event starts this pipeline at all
  Explanation reason;                           // of triggered
  std::optional<ConcurrencyGroup> concurrency;  // of the run as a whole
  std::vector<PlannedJob> jobs;                 // file order
  std::vector<Diagnostic> not_enforced;         // keys that are recorded and have no effect here

  // Also the jobs of called pipelines ("deploy/test"), as far as they are known.
  const PlannedJob* find_job(std::string_view id) const;
  // The job that calls the pipeline in which `id` is; null: it is not a called one.
  const PlannedJob* find_caller(std::string_view id) const;
  // Everything that is not honoured in a job and its steps, and in what it calls and would run.
  static std::vector<Diagnostic> all_not_honoured(const PlannedJob& job);
};

Json to_json(const PlannedJob& job);
Json to_json(const Plan& plan);
Json to_json(const ConcurrencyGroup& group);

}  // namespace sluice::pipeline
