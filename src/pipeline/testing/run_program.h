// Runs a bound pipeline to its end in memory, one leg after another, with step results from a
// script: for tests of languages and of what drives them. Jobs are decided in the order in which
// what they need has ended, legs run in matrix order.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/ports/language.h"

namespace sluice::pipeline::testing {

struct Script {
  // The result of a step; the default succeeds.
  std::function<StepResult(const std::string& job, const Leg& leg, const RunStep& step)> on_step;
  std::function<Result<std::string>(const HashFiles& request)> on_hash;
  // True: the run is cancelled while this step runs; it then ends as on_step says, or Cancelled
  // when the program stops it.
  std::function<bool(const std::string& job, const RunStep& step)> cancel_during = {};
  // Name of a step -> name of another: it goes on until that one has ended, or until it is stopped.
  std::map<std::string, std::string> until = {};
};

struct EndedLeg {
  Leg leg;
  LegSettings settings;
  LegResult result;
  std::vector<JobEffect> effects;  // all of them, in order
  std::string error;               // of start_leg
};

struct EndedRun {
  std::map<std::string, JobFacts> jobs;
  std::map<std::string, JobDecision> decisions;
  std::map<std::string, std::vector<EndedLeg>> legs;
  Outcome result = Outcome::Succeeded;
  // "job build: run", "job deploy: call", "job x: skip (reason)", "build.0 run Name", "build.0
  // begin Name", "build.0 skip Name (reason)", "build.0 end Name failed/succeeded", "build.0 finish
  // failed".
  std::vector<std::string> log;
};

EndedRun run_pipeline(const BoundPipeline& pipeline, const Script& script = {});

// Drives one program to its end; aborts when it makes no progress.
std::vector<JobEffect> run_leg(JobProgram& program, const std::string& job, const Leg& leg,
                               const Script& script, RunFacts& facts);

// Where legs run in these tests: /w, /t/temp, …
JobPlace test_place();

}  // namespace sluice::pipeline::testing
