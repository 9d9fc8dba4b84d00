#include "app/start_run.h"

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "base/strings.h"
#include "exec/workspace.h"
#include "os/machine.h"

namespace sluice::app {
namespace {

using engine::CreatedRun;

Result<void> check_jobs(const pipeline::Plan& plan, const std::vector<std::string>& jobs) {
  std::vector<std::string> known;
  for (const pipeline::PlannedJob& job : plan.jobs) known.push_back(job.id);
  for (const std::string& job : jobs)
    if (plan.find_job(job) == nullptr)
      return invalid_input(cat(plan.file, ": there is no job '", job, "'", did_you_mean(job, known),
                               " (jobs: ", join(known, ", "), ")"));
  return success();
}

// The named jobs and all they need; every job where none is named.
std::set<std::string> selected_jobs(const pipeline::Plan& plan,
                                    const std::vector<std::string>& jobs) {
  std::set<std::string> selected;
  std::vector<std::string> open = jobs;
  if (jobs.empty())
    for (const pipeline::PlannedJob& job : plan.jobs) open.push_back(job.id);
  while (!open.empty()) {
    const std::string id = std::move(open.back());
    open.pop_back();
    const pipeline::PlannedJob* job = plan.find_job(id);
    if (job == nullptr || !selected.insert(id).second) continue;
    open.insert(open.end(), job->needs.begin(), job->needs.end());
    if (const pipeline::PlannedJob* caller = plan.find_caller(id))
      open.insert(open.end(), caller->needs.begin(), caller->needs.end());
  }
  return selected;
}

Result<void> check_honoured(const pipeline::Plan& plan, const std::vector<std::string>& jobs) {
  std::string refused;
  for (const std::string& id : selected_jobs(plan, jobs)) {
    const pipeline::PlannedJob& job = *plan.find_job(id);
    if (!job.would_run) continue;
    for (const auto& diagnostic : pipeline::Plan::all_not_honoured(job))
      refused += cat("\n  job '", id, "': ", diagnostic.file, ":", diagnostic.position.line, ":",
                     diagnostic.position.column, ": ", diagnostic.message);
  }
  if (refused.empty()) return success();
  return unsupported(cat(plan.file, " is not run, because it holds what is not honoured here",
                         " (--job NAME runs only that job and what it needs):", refused));
}

// Local runs share the machine with their user: as many legs as processors, but at least two, so
// that a job that waits does not stop everything.
int slots_of_machine() {
  return std::max(2, os::describe_machine().processors);
}

Result<CreatedRun> describe_run(Workbench& workbench, const Repository& repository,
                                const StartRequest& request, const pipeline::Plan& plan) {
  const os::World& world = workbench.world();
  CreatedRun run;
  run.identity = identity_of(repository, world.clock.now());
  std::array<std::uint8_t, 10> random{};
  world.random.fill(random);
  run.identity.run_id = make_sortable_id(run.identity.created, random);
  const engine::RunNumbers numbers = TRY(workbench.read_model().take_run_numbers(plan.file));
  run.number = numbers.home;
  run.identity.run_number = numbers.pipeline;
  run.event = request.event;
  run.file = request.pipeline.file;
  run.language = plan.language;
  run.language_version = std::string(workbench.languages().find(plan.language)->version());
  run.source = {repository.facts().root, repository.facts().head, request.event.ref, {}};
  run.options = {request.jobs, slots_of_machine(), request.on_failure};
  run.values = request.values;
  return run;
}

}  // namespace

Result<void> check_runnable(const PlannedPipeline& planned, const std::vector<std::string>& jobs) {
  const std::string& path = planned.file.path;
  if (planned.refused) return *planned.refused;
  if (!planned.plan) {
    std::string all;
    for (const auto& diagnostic : planned.diagnostics())
      if (diagnostic.severity == pipeline::Severity::Error)
        all += cat("\n", pipeline::to_string(diagnostic));
    return invalid_input(cat(path, " cannot run:", all));
  }
  if (!planned.plan->triggered)
    return failed_precondition(cat(path, " does not run: ", planned.plan->reason.summary));
  TRY(check_jobs(*planned.plan, jobs));
  return check_honoured(*planned.plan, jobs);
}

Result<std::unique_ptr<engine::RunOwner>> start_run(Workbench& workbench,
                                                    const Repository& repository,
                                                    const StartRequest& request,
                                                    engine::RunListener* listener) {
  const engine::EngineParts parts = TRY(workbench.engine_parts());
  const PlannedPipeline& planned = request.pipeline;
  TRY(check_runnable(planned, request.jobs));
  CreatedRun run = TRY(describe_run(workbench, repository, request, *planned.plan));
  // The stored plan must be the one that replay makes: bound to the run's own identity.
  run.plan = to_json(TRY(planned.read->bind(run.event, run.identity, run.values))->plan());
  if (request.edits == Edits::Include) {
    const os::Path folder = engine::run_folder(workbench.home(), run.identity.run_id);
    TRY(parts.world.files.make_directories(folder, 0700));
    run.source.snapshot =
        TRY(exec::capture_snapshot(parts.world, run.source.repository, folder / "snapshot")).folder;
  }
  return engine::RunOwner::create(parts, run, listener);
}

}  // namespace sluice::app
