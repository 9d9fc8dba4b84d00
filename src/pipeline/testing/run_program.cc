#include "pipeline/testing/run_program.h"

#include <deque>

#include "base/strings.h"

namespace sluice::pipeline::testing {
namespace {

class LegRun {
 public:
  LegRun(JobProgram& program, std::string job, const Leg& leg, const Script& script,
         RunFacts& facts)
      : program_(program), job_(std::move(job)), leg_(leg), script_(script), facts_(facts) {}

  std::vector<JobEffect> run() {
    inputs_.emplace_back(BeginJob{});
    while (!inputs_.empty() || !held_.empty()) {
      if (inputs_.empty()) release(std::string(held_.front().first));
      const JobInput input = std::move(inputs_.front());
      inputs_.pop_front();
      feed(input);
      if (std::exchange(cancel_next_, false)) feed(CancelJob{"a test"});
    }
    CHECK(!effects_.empty() && std::holds_alternative<FinishJob>(effects_.back()));
    return std::move(effects_);
  }

 private:
  void feed(const JobInput& input) {
    Result<std::vector<JobEffect>> effects = program_.advance(input);
    CHECK(effects.ok());
    for (const JobEffect& effect : effects.value()) {
      effects_.push_back(effect);
      if (const auto* step = std::get_if<RunStep>(&effect)) carry_out(*step);
      if (const auto* stop = std::get_if<StopStep>(&effect)) end_cancelled(stop->id);
      if (const auto* hash = std::get_if<HashFiles>(&effect)) answer(*hash);
    }
    const auto* ended = std::get_if<StepEnded>(&input);
    if (ended != nullptr) release(names_[ended->id]);
  }

  void answer(const HashFiles& request) {
    const Result<std::string> digest =
        script_.on_hash ? script_.on_hash(request) : Result<std::string>("digest");
    FilesHashed hashed{request.id, digest.ok() ? digest.value() : std::string()};
    if (!digest.ok()) hashed.error = digest.error().describe();
    inputs_.emplace_back(std::move(hashed));
  }

  void carry_out(const RunStep& step) {
    StepResult result = script_.on_step ? script_.on_step(job_, leg_, step) : StepResult{};
    names_[step.id] = step.name;
    const auto until = script_.until.find(step.name);
    if (until != script_.until.end())
      held_.emplace_back(until->second, StepEnded{step.id, std::move(result)});
    else
      inputs_.emplace_back(StepEnded{step.id, std::move(result)});
    if (!script_.cancel_during || !script_.cancel_during(job_, step)) return;
    facts_.cancelled = true;
    cancel_next_ = true;
  }

  void end_cancelled(const std::string& id) {
    for (auto held = held_.begin(); held != held_.end(); ++held) {
      if (held->second.id != id) continue;
      inputs_.emplace_back(std::move(held->second));
      held_.erase(held);
      break;
    }
    for (JobInput& input : inputs_)
      if (auto* ended = std::get_if<StepEnded>(&input); ended != nullptr && ended->id == id)
        ended->result.outcome = Outcome::Cancelled;
  }

  // Steps that wait for this one to end; all of them when nothing else goes on.
  void release(const std::string& name) {
    for (std::size_t i = 0; i < held_.size();) {
      if (held_[i].first != name) {
        ++i;
        continue;
      }
      inputs_.emplace_back(std::move(held_[i].second));
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  JobProgram& program_;
  std::string job_;
  const Leg& leg_;
  const Script& script_;
  RunFacts& facts_;
  std::deque<JobInput> inputs_;
  std::vector<std::pair<std::string, StepEnded>> held_;  // until a step of that name has ended
  std::map<std::string, std::string> names_;             // of steps, by effect id
  bool cancel_next_ = false;
  std::vector<JobEffect> effects_;
};

// Writes down what the effects of one leg say.
class LegLog {
 public:
  LegLog(std::string prefix, std::vector<std::string>& log)
      : prefix_(std::move(prefix)), log_(log) {}

  void add(const JobEffect& effect) {
    if (const auto* run = std::get_if<RunStep>(&effect)) {
      names_[{run->step, run->part}] = run->name;
      log_.push_back(cat(prefix_, " run ", run->name));
    } else if (const auto* begin = std::get_if<BeginStep>(&effect)) {
      names_[{begin->step, begin->part}] = begin->name;
      log_.push_back(cat(prefix_, " begin ", begin->name));
    } else if (const auto* skip = std::get_if<SkipStep>(&effect)) {
      log_.push_back(cat(prefix_, " skip ", skip->name, " (", skip->reason.summary, ")"));
    } else if (const auto* end = std::get_if<ConcludeStep>(&effect)) {
      log_.push_back(cat(prefix_, " end ", names_[{end->step, end->part}], " ",
                         to_string(end->outcome), "/", to_string(end->conclusion)));
    } else if (const auto* stop = std::get_if<StopStep>(&effect)) {
      log_.push_back(cat(prefix_, " stop ", stop->id));
    } else if (const auto* hash = std::get_if<HashFiles>(&effect)) {
      log_.push_back(cat(prefix_, " hash ", hash->id, " ", join(hash->patterns, " ")));
    } else if (const auto* finish = std::get_if<FinishJob>(&effect)) {
      log_.push_back(cat(prefix_, " finish ", to_string(finish->result)));
    }
  }

 private:
  std::string prefix_;
  std::vector<std::string>& log_;
  std::map<std::pair<int, std::string>, std::string> names_;
};

LegResult result_of(const EndedLeg& ended) {
  LegResult result;
  result.continue_on_error = ended.settings.continue_on_error;
  if (ended.effects.empty()) {
    result.result = Outcome::Failed;
    return result;
  }
  const auto& finish = std::get<FinishJob>(ended.effects.back());
  result.result = finish.result;
  result.outputs = finish.outputs;
  return result;
}

EndedLeg run_one(const BoundPipeline& pipeline, const std::string& job, const Leg& leg,
                 const Script& script, RunFacts& facts) {
  EndedLeg ended;
  ended.leg = leg;
  Result<StartedLeg> started = pipeline.start_leg(job, leg, facts, test_place());
  if (started.ok()) {
    StartedLeg leg_start = std::move(started).value();
    ended.settings = leg_start.settings;
    ended.effects = run_leg(*leg_start.program, job, leg, script, facts);
  } else {
    ended.error = started.error().describe();
  }
  ended.result = result_of(ended);
  return ended;
}

bool is_ready(const PlannedJob& job, const RunFacts& facts) {
  for (const std::string& need : job.needs)
    if (!facts.jobs.contains(need)) return false;
  return true;
}

JobFacts decide_and_run(const BoundPipeline& pipeline, const PlannedJob& job, const Script& script,
                        RunFacts& facts, EndedRun& run);

void run_jobs(const BoundPipeline& pipeline, const std::vector<PlannedJob>& jobs,
              const Script& script, RunFacts& facts, EndedRun& run) {
  bool progress = true;
  while (progress) {
    progress = false;
    for (const PlannedJob& job : jobs) {
      if (facts.jobs.contains(job.id) || !is_ready(job, facts)) continue;
      JobFacts ended = decide_and_run(pipeline, job, script, facts, run);
      facts.jobs[job.id] = std::move(ended);
      progress = true;
    }
  }
}

JobFacts run_called(const BoundPipeline& pipeline, const PlannedJob& job, const CallJobs& call,
                    const Script& script, RunFacts& facts, EndedRun& run) {
  run.log.push_back(cat("job ", job.id, ": call"));
  std::vector<LegResult> results;
  for (const CalledLeg& called : call.legs) {
    run_jobs(pipeline, called.jobs, script, facts, run);
    results.push_back(pipeline.conclude_call(job.id, called.leg, facts));
  }
  return pipeline.conclude_job(job.id, results);
}

JobFacts decide_and_run(const BoundPipeline& pipeline, const PlannedJob& job, const Script& script,
                        RunFacts& facts, EndedRun& run) {
  const JobDecision decision = pipeline.decide_job(job.id, facts);
  run.decisions.emplace(job.id, decision);
  if (const auto* skip = std::get_if<SkipJob>(&decision)) {
    run.log.push_back(cat("job ", job.id, ": skip (", skip->reason.summary, ")"));
    return {facts.cancelled ? Outcome::Cancelled : Outcome::Skipped, {}};
  }
  if (const auto* fail = std::get_if<FailJob>(&decision)) {
    run.log.push_back(cat("job ", job.id, ": fail (", fail->reason.summary, ")"));
    return {Outcome::Failed, {}};
  }
  if (const auto* call = std::get_if<CallJobs>(&decision))
    return run_called(pipeline, job, *call, script, facts, run);
  run.log.push_back(cat("job ", job.id, ": run"));
  std::vector<LegResult> results;
  for (const Leg& leg : std::get<RunJob>(decision).legs) {
    EndedLeg ended = run_one(pipeline, job.id, leg, script, facts);
    LegLog log(cat(job.id, ".", leg.index), run.log);
    for (const JobEffect& effect : ended.effects) log.add(effect);
    if (!ended.error.empty()) run.log.push_back(cat(job.id, ".", leg.index, " ", ended.error));
    results.push_back(ended.result);
    run.legs[job.id].push_back(std::move(ended));
  }
  return pipeline.conclude_job(job.id, results);
}

}  // namespace

JobPlace test_place() {
  JobPlace place;
  place.workspace = "/w";
  place.temp = "/t/temp";
  place.tool_cache = "/tools";
  place.home = "/home/sluice";
  return place;
}

std::vector<JobEffect> run_leg(JobProgram& program, const std::string& job, const Leg& leg,
                               const Script& script, RunFacts& facts) {
  return LegRun(program, job, leg, script, facts).run();
}

EndedRun run_pipeline(const BoundPipeline& pipeline, const Script& script) {
  EndedRun run;
  RunFacts facts;
  run_jobs(pipeline, pipeline.plan().jobs, script, facts, run);
  run.result = pipeline.conclude_run(facts);
  run.jobs = std::move(facts.jobs);
  return run;
}

}  // namespace sluice::pipeline::testing
