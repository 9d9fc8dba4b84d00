// What a viewer knows of a run: jobs, legs and steps with their states, made from the events as
// they come. A pure fold, so live progress, `runs watch` and tests draw the same picture.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/annotations.h"
#include "engine/run_events.h"
#include "pipeline/plan.h"
#include "store/journal.h"

namespace sluice::cli {

struct StepNode {
  int step = 0;
  std::string part;  // of a step inside of that one: "1.2"
  std::string name;
  std::string state;  // running, skipped, or the conclusion
  std::string outcome;
  std::string message;
  Timestamp started{};
  std::optional<Timestamp> finished;
  engine::StepAnnotations annotations = {};
};

struct LegNode {
  int leg = 0;
  std::string name;
  std::string state = "waiting";  // waiting, running, or the result
  std::string conclusion;         // of an ended one: what counts
  std::string message;
  std::optional<Timestamp> started;
  std::optional<Timestamp> finished;
  std::vector<StepNode> steps;  // that ran or were skipped, in order
  std::vector<std::string> dropped_outputs;
  std::string environment;  // it is deployed to; empty: none
  std::string environment_url;

  // The one that was started last, where several run at once.
  const StepNode* running_step() const;
  const StepNode* find_step(int step, std::string_view part) const;
};

struct JobNode {
  std::string id;
  std::string name;
  std::string state = "waiting";
  std::string reason;  // of a skipped or failed job
  std::vector<LegNode> legs;
};

class RunTree {
 public:
  void apply(const store::StoredEvent& event);

  const std::vector<JobNode>& jobs() const { return jobs_; }
  // What the run as a whole waits for; empty when for nothing.
  const std::string& waiting() const { return waiting_; }
  const std::string& result() const { return result_; }  // empty while it runs
  Timestamp started() const { return started_; }
  std::optional<Timestamp> finished() const { return finished_; }
  const std::string& pipeline() const { return pipeline_; }
  const std::string& run_id() const { return run_id_; }
  // What people call the run: its number; the id of one that was made when runs had none.
  std::string shown_number() const { return number_ > 0 ? std::to_string(number_) : run_id_; }
  const std::string& title() const { return title_; }
  std::int64_t attempt() const { return attempt_; }

  JobNode* find_job(std::string_view id);
  LegNode* find_leg(const engine::LegKey& key);

 private:
  void apply_created(const JsonObject& body);
  void apply_job(const store::StoredEvent& event, const JsonObject& body);
  void apply_call(const JsonObject& body);
  void apply_leg(const store::StoredEvent& event, const JsonObject& body);
  void apply_step(const store::StoredEvent& event, const JsonObject& body);
  void apply_group(const store::StoredEvent& event, const JsonObject& body);
  void apply_rerun(const JsonObject& body);

  std::vector<JobNode> jobs_;
  std::string pipeline_;
  std::string title_;
  std::string run_id_;
  std::int64_t number_ = 0;
  std::int64_t attempt_ = 1;
  std::string waiting_;
  std::string result_;
  Timestamp started_{};
  std::optional<Timestamp> finished_;
};

}  // namespace sluice::cli
