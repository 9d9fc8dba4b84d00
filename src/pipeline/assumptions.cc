#include <algorithm>

#include "base/strings.h"
#include "pipeline/forecast.h"

namespace sluice::pipeline {
namespace {

constexpr std::string_view kOutputs = ".outputs.";
constexpr std::string_view kSteps = ".steps.";

Result<Outcome> result_of(std::string_view word) {
  static constexpr std::pair<std::string_view, Outcome> kWords[] = {
      {"success", Outcome::Succeeded},
      {"failure", Outcome::Failed},
      {"cancelled", Outcome::Cancelled},
      {"skipped", Outcome::Skipped}};
  std::vector<std::string> names;
  for (const auto& [name, outcome] : kWords) {
    if (equal_ignoring_case(name, word)) return outcome;
    names.emplace_back(name);
  }
  return invalid_input(cat("--assume: '", word, "' is no result", did_you_mean(word, names),
                           " (results: ", join(names, ", "), ")"));
}

Error malformed(std::string_view text) {
  return invalid_input(
      cat("--assume takes JOB=RESULT, JOB.outputs.NAME=TEXT or "
          "JOB.steps.STEP=RESULT, not '",
          text, "'"));
}

// "build.outputs.x" as "build" and "x"; nothing when the separator is not there.
std::optional<std::pair<std::string, std::string>> split_at(std::string_view text,
                                                            std::string_view separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return std::pair(std::string(text.substr(0, at)),
                   std::string(text.substr(at + separator.size())));
}

bool has_step(const PlannedJob& job, std::string_view name) {
  for (std::size_t i = 0; i < job.steps.size(); ++i)
    if (name == job.steps[i].id || name == job.steps[i].name || name == std::to_string(i + 1))
      return true;
  return false;
}

void find_named(const std::vector<PlannedJob>& jobs, std::string_view name,
                std::vector<const PlannedJob*>& found) {
  for (const PlannedJob& job : jobs) {
    const bool has_leg = std::any_of(job.legs.begin(), job.legs.end(),
                                     [&](const Leg& leg) { return leg.name == name; });
    if (has_leg || equal_ignoring_case(job.id, name)) found.push_back(&job);
    find_named(job.called, name, found);
  }
}

// The jobs of the plans that are meant: by id, or as the job that has a leg of that name.
std::vector<const PlannedJob*> jobs_named(const std::vector<Plan>& plans, std::string_view name) {
  std::vector<const PlannedJob*> found;
  for (const Plan& plan : plans) find_named(plan.jobs, name, found);
  return found;
}

Error no_such_job(const std::vector<Plan>& plans, std::string_view name) {
  std::vector<std::string> names;
  for (const Plan& plan : plans)
    for (const PlannedJob& job : plan.jobs)
      if (std::find(names.begin(), names.end(), job.id) == names.end()) names.push_back(job.id);
  return invalid_input(cat("--assume: no pipeline has a job '", name, "'",
                           did_you_mean(name, names), " (jobs: ", join(names, ", "), ")"));
}

Error no_such_step(const std::vector<const PlannedJob*>& jobs, std::string_view name) {
  std::vector<std::string> names;
  for (const PlannedJob* job : jobs)
    for (const PlannedStep& step : job->steps)
      names.push_back(step.id.empty() ? step.name : step.id);
  return invalid_input(cat("--assume: job '", jobs.front()->id, "' has no step '", name, "'",
                           did_you_mean(name, names), " (steps: ", join(names, ", "), ")"));
}

// An output that none of the jobs declares; nothing when one may have it.
std::optional<Error> unknown_output(const std::vector<const PlannedJob*>& jobs,
                                    const std::string& output) {
  std::vector<std::string> names;
  for (const PlannedJob* job : jobs) {
    if (!job->outputs) return std::nullopt;
    for (const std::string& name : *job->outputs) {
      if (equal_ignoring_case(name, output)) return std::nullopt;
      names.push_back(name);
    }
  }
  return invalid_input(
      cat("--assume: job '", jobs.front()->id, "' has no output '", output, "'",
          did_you_mean(output, names),
          names.empty() ? " (it declares none)" : cat(" (outputs: ", join(names, ", "), ")")));
}

}  // namespace

Result<void> Assumptions::add(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return malformed(text);
  std::string who(text.substr(0, equals));
  const std::string value(text.substr(equals + 1));
  if (auto step = split_at(who, kSteps)) {
    if (step->first.empty() || step->second.empty()) return malformed(text);
    auto& steps = jobs[step->first].steps;
    if (const auto output = split_at(step->second, kOutputs)) {
      steps[output->first].outputs[output->second] = value;
      return success();
    }
    const Outcome result = TRY(result_of(value));
    if (result == Outcome::Skipped)
      return invalid_input("--assume: only its own condition skips a step");
    steps[step->second].result = result;
    return success();
  }
  if (const auto output = split_at(who, kOutputs)) {
    if (output->first.empty() || output->second.empty()) return malformed(text);
    jobs[output->first].outputs[output->second] = value;
    return success();
  }
  jobs[who].result = TRY(result_of(value));
  return success();
}

Result<void> check_assumptions(const Assumptions& assumptions, const std::vector<Plan>& plans) {
  for (const auto& [name, assumed] : assumptions.jobs) {
    const std::vector<const PlannedJob*> jobs = jobs_named(plans, name);
    if (jobs.empty()) return no_such_job(plans, name);
    for (const auto& [output, ignored] : assumed.outputs)
      if (auto unknown = unknown_output(jobs, output)) return *std::move(unknown);
    for (const auto& [step, ignored] : assumed.steps) {
      const bool found = std::any_of(jobs.begin(), jobs.end(), [&step = step](const auto* job) {
        return has_step(*job, step);
      });
      if (!found) return no_such_step(jobs, step);
    }
  }
  return success();
}

}  // namespace sluice::pipeline
