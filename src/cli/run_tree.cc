#include "cli/run_tree.h"

#include <algorithm>
#include <utility>

#include "engine/concurrency.h"

namespace sluice::cli {
namespace {

namespace kind = engine::event_kind;

std::int64_t int_or(const JsonObject& body, std::string_view key, std::int64_t fallback) {
  const Json* member = find(body, key);
  return member != nullptr && member->is_int64() ? member->get_int64() : fallback;
}

std::string summary_of(const JsonObject& body) {
  const Json* reason = find(body, "reason");
  const auto* object = reason != nullptr ? reason->if_object() : nullptr;
  return object != nullptr ? string_or(*object, "summary", "") : std::string();
}

// One that another attempt keeps is as it was.
LegNode leg_node(const JsonObject& leg, const std::vector<LegNode>& before) {
  LegNode node;
  node.leg = static_cast<int>(int_or(leg, "index", 0));
  node.name = string_or(leg, "name", "");
  if (find(leg, "kept") == nullptr) return node;
  for (const LegNode& known : before)
    if (known.leg == node.leg) return known;
  return node;
}

}  // namespace

const StepNode* LegNode::running_step() const {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    if (step->state == "running" || step->state == "paused") return &*step;
  return nullptr;
}

const StepNode* LegNode::find_step(int step, std::string_view part) const {
  for (const StepNode& candidate : steps)
    if (candidate.step == step && candidate.part == part) return &candidate;
  return nullptr;
}

JobNode* RunTree::find_job(std::string_view id) {
  for (JobNode& job : jobs_)
    if (job.id == id) return &job;
  return nullptr;
}

LegNode* RunTree::find_leg(const engine::LegKey& key) {
  JobNode* job = find_job(key.job);
  if (job == nullptr) return nullptr;
  for (LegNode& leg : job->legs)
    if (leg.leg == key.leg) return &leg;
  return nullptr;
}

void RunTree::apply(const store::StoredEvent& event) {
  const auto* body = event.event.body.if_object();
  if (body == nullptr) return;
  const std::string& name = event.event.kind;
  if (name == kind::kRunCreated) {
    started_ = event.time;
    apply_created(*body);
  } else if (name == kind::kRunFinished) {
    waiting_.clear();
    result_ = string_or(*body, "result", "");
    finished_ = event.time;
  } else if (name == kind::kRerunRequested) {
    started_ = event.time;
    apply_rerun(*body);
  } else if (name == kind::kJobStarted || name == kind::kJobSkipped || name == kind::kJobFailed ||
             name == kind::kJobFinished) {
    apply_job(event, *body);
  } else if (name == kind::kLegStarted || name == kind::kLegFinished ||
             name == kind::kCallStarted || name == kind::kCallFinished) {
    apply_leg(event, *body);
    if (name == kind::kCallStarted) apply_call(*body);
  } else if (name == kind::kGroupWaiting || name == kind::kGroupClaimed) {
    apply_group(event, *body);
  } else if (name.starts_with("Step")) {
    apply_step(event, *body);
  }
}

void RunTree::apply_created(const JsonObject& body) {
  number_ = int_or(body, "number", 0);
  if (auto identity = get_object(body, "identity"); identity.ok()) {
    run_id_ = string_or(**identity, "run_id", "");
    attempt_ = int_or(**identity, "attempt", 1);
  }
  const auto plan = get_object(body, "plan");
  if (!plan.ok()) return;
  pipeline_ = string_or(**plan, "name", "");
  title_ = string_or(**plan, "title", "");
  const auto jobs = get_array(**plan, "jobs");
  if (!jobs.ok()) return;
  for (const Json& item : **jobs) {
    const JsonObject& job = item.as_object();
    jobs_.push_back({string_or(job, "id", ""), string_or(job, "name", ""), "waiting", "", {}});
  }
}

void RunTree::apply_job(const store::StoredEvent& event, const JsonObject& body) {
  JobNode* job = find_job(string_or(body, "job", ""));
  if (job == nullptr) return;
  if (event.event.kind == kind::kJobStarted) {
    job->state = "running";
    const std::vector<LegNode> before = std::exchange(job->legs, {});
    if (const auto legs = get_array(body, "legs"); legs.ok())
      for (const Json& item : **legs) job->legs.push_back(leg_node(item.as_object(), before));
  } else if (event.event.kind == kind::kJobFinished) {
    job->state = string_or(body, "result", "");
  } else {
    job->state = event.event.kind == kind::kJobFailed ? "failed" : "skipped";
    job->reason = summary_of(body);
  }
}

// The called jobs stand behind their caller and what it called before.
void RunTree::apply_call(const JsonObject& body) {
  const std::string caller = string_or(body, "job", "");
  const auto listed = get_array(body, "jobs");
  if (!listed.ok()) return;
  const auto is_below = [&caller](const JobNode& job) {
    return job.id == caller || (job.id.starts_with(caller) &&
                                (job.id[caller.size()] == '/' || job.id[caller.size()] == '.'));
  };
  const auto last = std::find_if(jobs_.rbegin(), jobs_.rend(), is_below);
  auto at = last.base() - jobs_.begin();
  for (const Json& item : **listed) {
    const JsonObject& job = item.as_object();
    const std::string id = string_or(job, "id", "");
    if (JobNode* known = find_job(id)) {
      *known = {id, string_or(job, "name", ""), "waiting", "", {}};
      continue;
    }
    jobs_.insert(jobs_.begin() + at++, {id, string_or(job, "name", ""), "waiting", "", {}});
  }
}

void RunTree::apply_leg(const store::StoredEvent& event, const JsonObject& body) {
  const auto key = engine::leg_key(body);
  LegNode* leg = key.ok() ? find_leg(*key) : nullptr;
  if (leg == nullptr) return;
  if (event.event.kind == kind::kLegStarted || event.event.kind == kind::kCallStarted) {
    leg->state = "running";
    leg->message.clear();
    leg->started = event.time;
    leg->environment = string_or(body, "environment", "");
    return;
  }
  leg->state = string_or(body, "result", "");
  leg->environment_url = string_or(body, "environment_url", "");
  leg->conclusion = string_or(body, "conclusion", leg->state);
  leg->message = string_or(body, "message", "");
  leg->finished = event.time;
  for (StepNode& step : leg->steps)
    if (step.state == "running" || step.state == "paused") {
      step.state = "cancelled";
      step.finished = event.time;
    }
  if (const Json* dropped = find(body, "dropped_outputs"); dropped && dropped->is_array())
    for (const Json& item : dropped->get_array())
      leg->dropped_outputs.emplace_back(view(item.as_string()));
}

void RunTree::apply_step(const store::StoredEvent& event, const JsonObject& body) {
  const auto key = engine::leg_key(body);
  LegNode* leg = key.ok() ? find_leg(*key) : nullptr;
  if (leg == nullptr) return;
  const std::string& name = event.event.kind;
  const int index = static_cast<int>(int_or(body, "step", -1));
  const std::string part = string_or(body, "part", "");
  if (name == kind::kStepStarted || name == kind::kStepSkipped || name == kind::kStepReplayed) {
    StepNode step;
    step.step = index;
    step.part = part;
    step.name = string_or(body, "name", "");
    step.state = name == kind::kStepSkipped ? "skipped" : "running";
    step.message = summary_of(body);
    step.started = event.time;
    if (name == kind::kStepSkipped) step.finished = event.time;
    // Tried again: it takes its own place.
    std::erase_if(leg->steps,
                  [&](const StepNode& known) { return known.step == index && known.part == part; });
    leg->steps.push_back(std::move(step));
  } else if (name == kind::kStepPaused) {
    for (StepNode& step : leg->steps)
      if (step.step == index && step.part == part) step.state = "paused";
  } else if (name == kind::kStepAnnotated) {
    for (StepNode& step : leg->steps)
      if (step.step == index && step.part == part)
        step.annotations = engine::step_annotations_from(body);
  } else if (name == kind::kStepConcluded) {
    for (StepNode& step : leg->steps) {
      if (step.step != index || step.part != part) continue;
      step.state = string_or(body, "conclusion", "");
      step.outcome = string_or(body, "outcome", "");
      step.message = string_or(body, "message", "");
      step.finished = event.time;
    }
  }
}

void RunTree::apply_group(const store::StoredEvent& event, const JsonObject& body) {
  const engine::LegKey who = engine::claimant(body);
  LegNode* leg = find_leg(who);
  if (leg == nullptr && !who.job.empty()) return;
  std::string& text = leg != nullptr ? leg->message : waiting_;
  text = event.event.kind == kind::kGroupWaiting ? engine::describe_waiting(body) : "";
}

void RunTree::apply_rerun(const JsonObject& body) {
  result_.clear();
  finished_.reset();
  attempt_ = int_or(body, "attempt", attempt_ + 1);
}

}  // namespace sluice::cli
