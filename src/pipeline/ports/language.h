// A pipeline language: text in, plan and programs out. Pure.
//
// Order of use: read() once per file, which finds its mistakes; bind() once per run; while the run
// goes, decide_job() when everything a job needs has ended, start_leg() for each leg (of a job that
// calls a pipeline: conclude_call() when all the jobs called by the leg have ended), conclude_job()
// when all its legs have ended, conclude_run() at the end. All of them are functions
// of their arguments; the engine calls them again in replay and expects the same answers.
// Thread-safe (const).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "pipeline/diagnostic.h"
#include "pipeline/event.h"
#include "pipeline/plan.h"
#include "pipeline/ports/job_program.h"

namespace sluice::pipeline {

// A pipeline's file, with the files that it refers to (called workflows, local actions).
struct SourceFile {
  std::string path;  // inside the repository: ".github/workflows/ci.yml"
  std::string text;
  // By path inside the repository. Without a value: looked for and not there. A path that is not
  // here was not looked for, and nothing is said of what stands in it.
  std::map<std::string, std::optional<std::string>> others = {};
};

// How much is known of a job in a forecast.
enum class Known {
  Everything,
  Result,   // it runs and ends so; of its outputs only the given ones
  Nothing,  // whether it runs depends on what only the run will tell; if so, it ends so
};

// A job that has ended, or was skipped.
struct JobFacts {
  Outcome result = Outcome::Succeeded;  // Succeeded, Failed, Cancelled or Skipped
  std::map<std::string, std::string> outputs;
  Known known = Known::Everything;
  bool assumed = false;  // in a forecast: the result is not what comes of the results before it
};

// Whether a run goes on, or somebody asks what one would do (pipeline/forecast.h).
enum class Purpose { Run, Forecast };

// What is known about a run at a moment.
struct RunFacts {
  std::map<std::string, JobFacts> jobs;  // ended ones, by id
  bool cancelled = false;
  Purpose purpose = Purpose::Run;
};

struct SkipJob {
  Explanation reason;
};
struct RunJob {
  std::vector<Leg> legs;  // at least one
  std::optional<int> max_parallel;
  bool fail_fast = true;
  Explanation reason;
  bool legs_alike = false;  // forecast: nothing in a leg depends on which of them it is
};
// It calls another pipeline: in each leg the jobs of that one run in its place. The caller ends
// when they have ended.
struct CalledLeg {
  Leg leg;
  std::vector<PlannedJob> jobs;  // at least one; their needs name each other
};
struct CallJobs {
  std::vector<CalledLeg> legs;  // at least one
  std::optional<int> max_parallel;
  bool fail_fast = true;
  Explanation reason;
};
struct FailJob {  // the condition or the matrix cannot be evaluated
  Explanation reason;
};
// In a forecast: a reason that was decided by DecidedBy::Open means that it may run, legs that only
// the run will tell are empty, and what this machine cannot do is no reason to fail.
using JobDecision = std::variant<SkipJob, RunJob, CallJobs, FailJob>;

struct LegResult {
  Outcome result = Outcome::Succeeded;
  std::map<std::string, std::string> outputs;
  bool continue_on_error = false;  // that of its LegSettings
};

// What the leg needs from its surroundings before its first step.
struct LegSettings {
  Duration timeout = std::chrono::minutes(360);
  Duration cancel_timeout = std::chrono::minutes(5);
  bool continue_on_error = false;  // a failed leg does not fail the job's siblings or the run
  std::vector<std::string> labels;
  std::string environment;  // it is deployed to; empty: none
  // Absolute path -> content: written by the backend before the first step.
  std::map<std::string, std::string> files;
};

struct StartedLeg {
  std::unique_ptr<JobProgram> program;
  LegSettings settings;
};

// A parsed pipeline, bound to an event and a run.
class BoundPipeline {
 public:
  virtual ~BoundPipeline() = default;
  virtual const Plan& plan() const = 0;
  virtual JobDecision decide_job(const std::string& job, const RunFacts& facts) const = 0;
  // Error when settings such as timeout-minutes cannot be evaluated: the leg then fails with it.
  virtual Result<StartedLeg> start_leg(const std::string& job, const Leg& leg,
                                       const RunFacts& facts, const JobPlace& place) const = 0;
  // Whether a job that runs or waits goes on although the run was cancelled.
  virtual bool survives_cancel(const std::string& job, const RunFacts& facts) const = 0;
  // What a leg of a calling job has come to; the jobs that it called are among `facts`.
  virtual LegResult conclude_call(const std::string& job, const Leg& leg,
                                  const RunFacts& facts) const = 0;
  // `legs` in the order in which they ended.
  virtual JobFacts conclude_job(const std::string& job,
                                const std::vector<LegResult>& legs) const = 0;
  virtual Outcome conclude_run(const RunFacts& facts) const = 0;
};

// When a clock starts the pipeline: pipeline/cron.h, in a zone of tzdata.
struct CronSchedule {
  std::string cron;
  std::string timezone;  // empty: UTC
  TextPosition position;
};

// A file that has been read. Thread-safe (const); outlives what it was read from.
class ReadPipeline {
 public:
  virtual ~ReadPipeline() = default;
  // Everything wrong with the file, graph rules included, by position.
  virtual const std::vector<Diagnostic>& diagnostics() const = 0;
  virtual std::vector<CronSchedule> schedules() const = 0;  // in file order
  // InvalidInput with the first error of diagnostics(), or when the event's inputs do not fit.
  virtual Result<std::unique_ptr<BoundPipeline>> bind(const TriggerEvent& event,
                                                      const RunIdentity& run,
                                                      const RunValues& values) const = 0;
};

class Language {
 public:
  virtual ~Language() = default;
  virtual std::string_view name() const = 0;     // "github"
  virtual std::string_view version() const = 0;  // of the program; changes when replay may differ
  // Whether this language reads the file, judged by its path.
  virtual bool reads(std::string_view path) const = 0;
  // Paths inside the repository that this one text refers to and read() wants in
  // SourceFile::others; of those that name one thing in two spellings (action.yml, action.yaml) one
  // may be missing.
  virtual std::vector<std::string> references(std::string_view path,
                                              std::string_view text) const = 0;
  virtual std::unique_ptr<const ReadPipeline> read(const SourceFile& file) const = 0;
};

}  // namespace sluice::pipeline
