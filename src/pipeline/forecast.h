// What a pipeline would do, told without running it: the decisions and programs of the pipeline
// itself, fed with assumed results. What nothing is assumed of succeeds when it runs; outputs,
// hashes of files and what steps put into the environment are not known unless assumed. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ports/language.h"

namespace sluice::pipeline {

// "What if": how something ends, whatever it would do by itself, and what it hands on.
struct AssumedStep {
  std::optional<Outcome> result;  // Succeeded, Failed or Cancelled
  std::map<std::string, std::string> outputs;
};
struct AssumedJob {
  std::optional<Outcome> result;  // Succeeded, Failed, Cancelled or Skipped
  std::map<std::string, std::string> outputs;
  std::map<std::string, AssumedStep> steps;  // by id, name or number counted from 1
};
struct Assumptions {
  std::map<std::string, AssumedJob> jobs;  // by id, or one leg by its name: "test (3.11)"

  // Adds one: JOB=R, JOB.outputs.NAME=TEXT, JOB.steps.STEP=R or JOB.steps.STEP.outputs.NAME=TEXT,
  // where R is success, failure, cancelled or skipped. InvalidInput with the nearest word.
  Result<void> add(std::string_view text);
};

// InvalidInput for the first job, leg or step that is assumed something of and that none of the
// plans has, with the nearest name.
Result<void> check_assumptions(const Assumptions& assumptions, const std::vector<Plan>& plans);

enum class Verdict {
  Runs,
  Skipped,
  Fails,    // it cannot be evaluated
  Open,     // it may run: that depends on what only the run will tell
  Assumed,  // its result is assumed, so what it would do is not asked
};
std::string_view to_string(Verdict verdict);

struct StepForecast {
  int step = 0;      // index into the plan's steps
  std::string part;  // "2.1": of a step inside of it; empty for itself
  std::string name;
  Verdict verdict = Verdict::Runs;
  Explanation reason;
  Outcome outcome = Outcome::Succeeded;
  Outcome conclusion = Outcome::Succeeded;
  std::string message;  // why it cannot be evaluated
};

struct LegForecast {
  Leg leg;
  Verdict verdict = Verdict::Runs;
  LegResult result;
  std::string message;              // why it fails
  std::string cut_by;               // the leg whose failure cancels it if it is still going then
  std::vector<StepForecast> steps;  // none where the leg's result is assumed
};

struct JobForecast {
  std::string id;
  Verdict verdict = Verdict::Runs;
  Explanation reason;             // of what it does by itself, also where its result is assumed
  std::vector<LegForecast> legs;  // none where it does not run, or the run alone will tell
  JobFacts ended;
};

struct Forecast {
  std::vector<JobForecast> jobs;   // order of the plan, those that a job calls behind it
  std::vector<PlannedJob> called;  // what the plan would say of those
  Outcome result = Outcome::Succeeded;

  const JobForecast* find_job(std::string_view id) const;
  const PlannedJob* find_called(std::string_view id) const;
};

Forecast forecast(const BoundPipeline& pipeline, const Assumptions& assumptions);
Json to_json(const Forecast& forecast);

}  // namespace sluice::pipeline
