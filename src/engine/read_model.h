// Tables that are made of events, for listings: runs, jobs (a row per leg) and steps. Written in
// the commit that writes the events. Also the run numbers and the requests that other processes
// leave for a run's owner.
//
// A run has two numbers: `number`, unique in the home, by which people and commands name it, and
// `run_number`, which counts the runs of one pipeline file as github.run_number does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/annotations.h"
#include "engine/concurrency.h"
#include "engine/run_events.h"
#include "store/journal.h"

namespace sluice::engine {

struct RunRow {
  std::string id;
  std::int64_t number = 0;
  std::int64_t run_number = 0;
  std::int64_t attempt = 1;
  std::string pipeline;
  std::string title;  // of this run; the pipeline's name where the file gives none
  std::string file;
  std::string event;
  std::string ref;
  std::string sha;
  std::string status;  // waiting (for its concurrency group), running, finished
  std::string result;  // of a finished one: pipeline::Outcome
  Timestamp created{};
  std::optional<Timestamp> finished;
};

struct LegRow {
  std::string job;
  int leg = 0;
  std::int64_t attempt = 1;  // in which it ran last
  std::string name;
  std::string status;  // waiting, running, finished, skipped
  std::string result;
  std::string conclusion;  // what counts: that of a failed leg with continue-on-error is succeeded
  std::string message;
  std::string environment;      // it is deployed to; empty: none
  std::string environment_url;  // known at its end; empty: none
  Json reason;                  // pipeline::Explanation
  Json outputs;
  std::optional<Timestamp> started;
  std::optional<Timestamp> finished;
};

struct StepRow {
  std::string job;
  int leg = 0;
  std::int64_t attempt = 1;
  int step = 0;
  std::string name;
  std::string status;  // running, paused, finished, skipped, replayed
  std::string outcome;
  std::string conclusion;
  std::string message;
  Json reason;
  std::optional<std::int64_t> pid;
  std::optional<Timestamp> started;
  std::optional<Timestamp> finished;
  std::string part;  // of a step inside of `step`: "1.2"
  StepAnnotations annotations;
};

struct RunNumbers {
  std::int64_t home = 0;
  std::int64_t pipeline = 0;
};

struct RunRequest {
  std::int64_t id = 0;
  std::string kind;  // "cancel"
  Json body;
};

// All methods thread-safe; rows of engine.db.
class ReadModel {
 public:
  static Result<void> migrate(store::Database& database);

  explicit ReadModel(store::Database& database) : database_(database) {}

  // Hang into Journal::set_projection.
  static Result<void> project(store::Transaction& transaction, const std::string& stream,
                              const std::vector<store::StoredEvent>& events);

  // Newest first; at most `limit`.
  Result<std::vector<RunRow>> runs(std::size_t limit) const;
  Result<std::vector<RunRow>> unfinished_runs() const;  // newest first
  // The run whose id starts with `reference`, or whose number it is ("7", "#7"), or "latest".
  // NotFound and InvalidInput (ambiguous) say what there is.
  Result<RunRow> find_run(std::string_view reference) const;
  Result<std::vector<LegRow>> legs(const std::string& run) const;
  Result<std::vector<StepRow>> steps(const std::string& run) const;
  Result<void> remove_run(const std::string& run);

  // Makes the rows of runs, jobs and steps anew from the journal, also those of runs that go on,
  // and removes rows of runs that it does not know. Run numbers, requests and concurrency groups
  // are not made of a run's events alone and stay. Returns the number of runs.
  Result<std::size_t> rebuild(store::Journal& journal);

  ConcurrencyGroups groups() const { return ConcurrencyGroups(database_); }

  // The next ones; never given again.
  Result<RunNumbers> take_run_numbers(const std::string& pipeline_file);

  Result<void> add_request(const std::string& run, const std::string& kind, const Json& body,
                           Timestamp now);
  Result<std::vector<RunRequest>> requests(const std::string& run) const;
  Result<void> remove_request(std::int64_t id);

 private:
  store::Database& database_;
};

}  // namespace sluice::engine
