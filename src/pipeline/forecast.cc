#include "pipeline/forecast.h"

#include <algorithm>
#include <deque>
#include <iterator>

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
    forecast_.jobs = forecast_jobs(pipeline_.plan().jobs);
    forecast_.result = pipeline_.conclude_run(facts_);
    return std::move(forecast_);
  }

 private:
  using Jobs = std::vector<JobForecast>;

  // Each with those that it calls behind it.
  Jobs forecast_jobs(const std::vector<PlannedJob>& jobs) {
    std::vector<Jobs> told(jobs.size());
    for (bool progress = true; progress;) {
      progress = false;
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (!told[i].empty() || !is_ready(jobs[i])) continue;
        told[i] = forecast_job(jobs[i]);
        facts_.jobs[jobs[i].id] = told[i].front().ended;
        progress = true;
      }
    }
    Jobs all;
    for (Jobs& some : told)
      all.insert(all.end(), std::make_move_iterator(some.begin()),
                 std::make_move_iterator(some.end()));
    return all;
  }

  bool is_ready(const PlannedJob& job) const {
    return std::all_of(job.needs.begin(), job.needs.end(),
                       [&](const std::string& need) { return facts_.jobs.contains(need); });
  }

  Jobs forecast_job(const PlannedJob& planned) {
    JobForecast job;
    Jobs called;
    job.id = planned.id;
    const AssumedJob* assumed = find_assumed(assumptions_, planned.id);
    JobDecision decision = pipeline_.decide_job(planned.id, facts_);
    std::visit([&](const auto& decided) { job.reason = decided.reason; }, decision);
    const bool assumes_result = assumed != nullptr && assumed->result;
    const bool assumed_away = assumes_result && *assumed->result == Outcome::Skipped;
    if (const auto* runs = std::get_if<RunJob>(&decision); runs != nullptr && !assumed_away) {
      run_legs(planned, *runs, assumed, job);
    } else if (auto* calls = std::get_if<CallJobs>(&decision); calls != nullptr && !assumed_away) {
      called = run_calls(planned, *calls, assumed, job);
    } else if (assumes_result) {
      job.verdict = Verdict::Assumed;
      job.ended.result = *assumed->result;
    } else {
      const bool fails = std::holds_alternative<FailJob>(decision);
      job.verdict = fails ? Verdict::Fails : Verdict::Skipped;
      job.ended.result = fails ? Outcome::Failed : Outcome::Skipped;
    }
    job.ended.assumed = assumes_result;
    if (assumed != nullptr)
      for (const auto& [name, value] : assumed->outputs) job.ended.outputs[name] = value;
    called.insert(called.begin(), std::move(job));
    return called;
  }

  void run_legs(const PlannedJob& planned, const RunJob& runs, const AssumedJob* assumed,
                JobForecast& job) const {
    for (const Leg& leg : runs.legs) {
      const bool told = runs.legs_alike && !job.legs.empty() && !assumes_legs();
      job.legs.push_back(told ? job.legs.front() : forecast_leg(planned, leg, assumed));
      job.legs.back().leg = leg;
    }
    if (runs.fail_fast) cut_siblings(job.legs);
    conclude(planned, is_open(runs.reason), assumed, job);
  }

  // Which of them are still going when one fails, only the run will tell.
  static void cut_siblings(std::vector<LegForecast>& legs) {
    const auto failed = std::find_if(legs.begin(), legs.end(), [](const LegForecast& leg) {
      return leg.result.result == Outcome::Failed && !leg.result.continue_on_error;
    });
    if (failed == legs.end()) return;
    for (LegForecast& leg : legs)
      if (leg.result.result != Outcome::Failed) leg.cut_by = failed->leg.name;
  }

  // The called jobs, which are told as if nothing was assumed of their caller.
  Jobs run_calls(const PlannedJob& planned, CallJobs& calls, const AssumedJob* assumed,
                 JobForecast& job) {
    Jobs all;
    for (CalledLeg& called : calls.legs) {
      Jobs told = forecast_jobs(called.jobs);
      all.insert(all.end(), std::make_move_iterator(told.begin()),
                 std::make_move_iterator(told.end()));
      LegForecast leg;
      leg.leg = called.leg;
      if (!called.jobs.empty())
        leg.result = pipeline_.conclude_call(planned.id, called.leg, facts_);
      leg.verdict = leg.result.result == Outcome::Skipped ? Verdict::Skipped : Verdict::Runs;
      if (assumed != nullptr && assumed->result) {
        leg.verdict = Verdict::Assumed;
        leg.result.result = *assumed->result;
      }
      job.legs.push_back(std::move(leg));
      forecast_.called.insert(forecast_.called.end(), std::make_move_iterator(called.jobs.begin()),
                              std::make_move_iterator(called.jobs.end()));
    }
    conclude(planned, is_open(calls.reason), assumed, job);
    return all;
  }

  void conclude(const PlannedJob& planned, bool decided_open, const AssumedJob* assumed,
                JobForecast& job) const {
    const bool assumes_result = assumed != nullptr && assumed->result;
    const bool open = decided_open && !assumes_result;
    job.verdict = assumes_result ? Verdict::Assumed : open ? Verdict::Open : Verdict::Runs;
    std::vector<LegResult> results;
    for (const LegForecast& leg : job.legs) results.push_back(leg.result);
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
                    {"cut_by", leg.cut_by},
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

const PlannedJob* Forecast::find_called(std::string_view id) const {
  for (const PlannedJob& job : called)
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
