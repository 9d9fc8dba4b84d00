#include "pipeline/forecast.h"

#include <algorithm>
#include <deque>

#include "base/strings.h"

namespace sluice::pipeline {
namespace {

// Where a leg would live; nothing of it is read.
JobPlace forecast_place() {
  JobPlace place;
  place.workspace = "/workspace";
  place.temp = "/temp";
  place.tool_cache = "/tools";
  place.home = "/home";
  return place;
}

bool is_open(const Explanation& reason) {
  return reason.decided_by == DecidedBy::Open;
}

const AssumedJob* find_assumed(const Assumptions& assumptions, std::string_view name) {
  for (const auto& [known, assumed] : assumptions.jobs)
    if (equal_ignoring_case(known, name)) return &assumed;
  return nullptr;
}

// One leg's program, fed with assumed results until it is finished.
class LegWalk {
 public:
  LegWalk(JobProgram& program, const PlannedJob& job, std::vector<const AssumedJob*> assumed,
          LegForecast& leg)
      : program_(program), job_(job), assumed_(std::move(assumed)), leg_(leg) {}

  void run() {
    inputs_.emplace_back(BeginJob{});
    while (!inputs_.empty()) {
      const JobInput input = std::move(inputs_.front());
      inputs_.pop_front();
      const Result<std::vector<JobEffect>> effects = program_.advance(input);
      CHECK(effects.ok());  // it is fed what it asked for
      for (const JobEffect& effect : *effects) std::visit([this](const auto& e) { on(e); }, effect);
    }
  }

 private:
  void on(const RunStep& run) {
    StepForecast& step = begun(run.step, run.part, run.name, run.reason);
    StepResult result;
    for (const AssumedJob* job : assumed_)
      for (const auto& [name, assumed] : job->steps) {
        if (!run.part.empty() || !is_named(run.step, name)) continue;
        if (assumed.result) result.outcome = *assumed.result;
        if (assumed.result) step.verdict = Verdict::Assumed;
        for (const auto& [output, value] : assumed.outputs) result.outputs[output] = value;
      }
    if (result.outcome == Outcome::Failed) result.exit_code = 1;
    inputs_.emplace_back(StepEnded{run.id, std::move(result)});
  }
  void on(const BeginStep& begin) { begun(begin.step, begin.part, begin.name, begin.reason); }
  void on(const SkipStep& skip) {
    StepForecast& step = step_at(skip.step, skip.part, skip.name);
    step.verdict = Verdict::Skipped;
    step.reason = skip.reason;
    step.outcome = step.conclusion = Outcome::Skipped;
  }
  void on(const ConcludeStep& end) {
    const auto& planned = job_.steps[static_cast<std::size_t>(end.step)];
    StepForecast& step = step_at(end.step, end.part, planned.name);
    step.outcome = end.outcome;
    step.conclusion = end.conclusion;
    if (end.outcome != Outcome::Errored) return;
    step.message = end.message;
    if (step.verdict != Verdict::Assumed) step.verdict = Verdict::Fails;
  }
  void on(const HashFiles& request) {
    inputs_.emplace_back(FilesHashed{request.id, std::string(64, '0')});
  }
  void on(const StopStep&) {}
  void on(const FinishJob& finish) {
    leg_.result.result = finish.result;
    leg_.result.outputs = finish.outputs;
    leg_.message = finish.message;
  }

  bool is_named(int step, std::string_view name) const {
    const PlannedStep& planned = job_.steps[static_cast<std::size_t>(step)];
    return name == planned.id || name == planned.name || name == std::to_string(step + 1);
  }
  StepForecast& begun(int step, std::string_view part, std::string_view name,
                      const Explanation& reason) {
    StepForecast& forecast = step_at(step, part, name);
    forecast.verdict = is_open(reason) ? Verdict::Open : Verdict::Runs;
    forecast.reason = reason;
    return forecast;
  }
  StepForecast& step_at(int step, std::string_view part, std::string_view name) {
    for (StepForecast& known : leg_.steps)
      if (known.step == step && known.part == part) return known;
    leg_.steps.emplace_back();
    leg_.steps.back().step = step;
    leg_.steps.back().part = part;
    leg_.steps.back().name = name;
    return leg_.steps.back();
  }

  JobProgram& program_;
  const PlannedJob& job_;
  std::vector<const AssumedJob*> assumed_;
  LegForecast& leg_;
  std::deque<JobInput> inputs_;
};

class Forecaster {
 public:
  Forecaster(const BoundPipeline& pipeline, const Assumptions& assumptions)
      : pipeline_(pipeline), assumptions_(assumptions) {
    facts_.purpose = Purpose::Forecast;
  }

  Forecast run() {
    const std::vector<PlannedJob>& jobs = pipeline_.plan().jobs;
    forecast_.jobs.resize(jobs.size());
    std::vector<bool> done(jobs.size(), false);
    for (bool progress = true; progress;) {
      progress = false;
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (done[i] || !is_ready(jobs[i])) continue;
        forecast_.jobs[i] = forecast_job(jobs[i]);
        facts_.jobs[jobs[i].id] = forecast_.jobs[i].ended;
        done[i] = progress = true;
      }
    }
    forecast_.result = pipeline_.conclude_run(facts_);
    return std::move(forecast_);
  }

 private:
  bool is_ready(const PlannedJob& job) const {
    return std::all_of(job.needs.begin(), job.needs.end(),
                       [&](const std::string& need) { return facts_.jobs.contains(need); });
  }

  JobForecast forecast_job(const PlannedJob& planned) const {
    JobForecast job;
    job.id = planned.id;
    const AssumedJob* assumed = find_assumed(assumptions_, planned.id);
    const JobDecision decision = pipeline_.decide_job(planned.id, facts_);
    std::visit([&](const auto& decided) { job.reason = decided.reason; }, decision);
    const auto* runs = std::get_if<RunJob>(&decision);
    const bool assumes_result = assumed != nullptr && assumed->result;
    if (runs != nullptr && !(assumes_result && *assumed->result == Outcome::Skipped)) {
      run_legs(planned, *runs, assumed, job);
    } else if (assumes_result) {
      job.verdict = Verdict::Assumed;
      job.ended.result = *assumed->result;
    } else {
      const bool fails = std::holds_alternative<FailJob>(decision);
      job.verdict = fails ? Verdict::Fails : Verdict::Skipped;
      job.ended.result = fails ? Outcome::Failed : Outcome::Skipped;
    }
    if (assumed != nullptr)
      for (const auto& [name, value] : assumed->outputs) job.ended.outputs[name] = value;
    return job;
  }

  void run_legs(const PlannedJob& planned, const RunJob& runs, const AssumedJob* assumed,
                JobForecast& job) const {
    const bool assumes_result = assumed != nullptr && assumed->result;
    const bool open = is_open(runs.reason) && !assumes_result;
    job.verdict = assumes_result ? Verdict::Assumed : open ? Verdict::Open : Verdict::Runs;
    std::vector<LegResult> results;
    for (const Leg& leg : runs.legs) {
      const bool told = runs.legs_alike && !job.legs.empty() && !assumes_legs();
      job.legs.push_back(told ? job.legs.front() : forecast_leg(planned, leg, assumed));
      job.legs.back().leg = leg;
      results.push_back(job.legs.back().result);
    }
    if (!results.empty()) job.ended = pipeline_.conclude_job(planned.id, results);
    if (assumes_result && (results.empty() || *assumed->result == Outcome::Succeeded))
      job.ended.result = *assumed->result;
    job.ended.known = open ? Known::Nothing : Known::Result;
  }

  // Whether something is assumed of what is no job: then it is a leg.
  bool assumes_legs() const {
    return std::any_of(assumptions_.jobs.begin(), assumptions_.jobs.end(), [&](const auto& named) {
      const auto& jobs = pipeline_.plan().jobs;
      return std::none_of(jobs.begin(), jobs.end(), [&](const PlannedJob& job) {
        return equal_ignoring_case(job.id, named.first);
      });
    });
  }

  LegForecast forecast_leg(const PlannedJob& planned, const Leg& leg,
                           const AssumedJob* of_job) const {
    LegForecast forecast;
    forecast.leg = leg;
    std::vector<const AssumedJob*> assumed;
    if (of_job != nullptr) assumed.push_back(of_job);
    if (!equal_ignoring_case(leg.name, planned.id))
      if (const AssumedJob* own = find_assumed(assumptions_, leg.name)) assumed.push_back(own);
    Result<StartedLeg> started = pipeline_.start_leg(planned.id, leg, facts_, forecast_place());
    if (!started.ok()) {
      forecast.verdict = Verdict::Fails;
      forecast.message = started.error().describe();
      forecast.result.result = Outcome::Failed;
      return forecast;
    }
    StartedLeg start = std::move(started).value();
    std::optional<Outcome> result;
    for (const AssumedJob* one : assumed)
      if (one->result) result = one->result;
    if (result && *result != Outcome::Succeeded) {
      forecast.verdict = Verdict::Assumed;
      forecast.result.result = *result;
    } else {
      LegWalk(*start.program, planned, assumed, forecast).run();
    }
    if (result) forecast.result.result = *result;
    forecast.result.continue_on_error = start.settings.continue_on_error;
    return forecast;
  }

  const BoundPipeline& pipeline_;
  const Assumptions& assumptions_;
  RunFacts facts_;
  Forecast forecast_;
};

Json step_json(const StepForecast& step) {
  return JsonObject{{"step", step.step + 1},
                    {"part", step.part},
                    {"name", step.name},
                    {"verdict", to_string(step.verdict)},
                    {"outcome", to_string(step.outcome)},
                    {"conclusion", to_string(step.conclusion)},
                    {"message", step.message},
                    {"reason", to_json(step.reason)}};
}

Json leg_json(const LegForecast& leg) {
  JsonArray steps;
  for (const StepForecast& step : leg.steps) steps.push_back(step_json(step));
  return JsonObject{{"index", leg.leg.index},
                    {"name", leg.leg.name},
                    {"matrix", leg.leg.matrix},
                    {"verdict", to_string(leg.verdict)},
                    {"result", to_string(leg.result.result)},
                    {"continue_on_error", leg.result.continue_on_error},
                    {"message", leg.message},
                    {"steps", std::move(steps)}};
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Runs:
      return "runs";
    case Verdict::Skipped:
      return "skipped";
    case Verdict::Fails:
      return "fails";
    case Verdict::Open:
      return "open";
    case Verdict::Assumed:
      return "assumed";
  }
  UNREACHABLE();
}

const JobForecast* Forecast::find_job(std::string_view id) const {
  for (const JobForecast& job : jobs)
    if (job.id == id) return &job;
  return nullptr;
}

Forecast forecast(const BoundPipeline& pipeline, const Assumptions& assumptions) {
  return Forecaster(pipeline, assumptions).run();
}

Json to_json(const Forecast& forecast) {
  JsonArray jobs;
  for (const JobForecast& job : forecast.jobs) {
    JsonArray legs;
    for (const LegForecast& leg : job.legs) legs.push_back(leg_json(leg));
    JsonObject outputs;
    for (const auto& [name, value] : job.ended.outputs) outputs.emplace(name, value);
    jobs.push_back(JsonObject{{"id", job.id},
                              {"verdict", to_string(job.verdict)},
                              {"result", to_string(job.ended.result)},
                              {"outputs", std::move(outputs)},
                              {"reason", to_json(job.reason)},
                              {"legs", std::move(legs)}});
  }
  return JsonObject{{"result", to_string(forecast.result)}, {"jobs", std::move(jobs)}};
}

}  // namespace sluice::pipeline
