#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/graph.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

std::vector<std::string> job_ids(const Workflow& workflow) {
  std::vector<std::string> ids;
  for (const Job& job : workflow.jobs) ids.push_back(job.id);
  return ids;
}

void check_need_read(const Workflow& workflow, const Job& job, const ReadPath& read,
                     Findings& out) {
  if (read.names.size() < 2 || !equal_ignoring_case(read.names[0], "needs")) return;
  const std::string& name = read.names[1];
  if (name == "*") return;
  const bool listed =
      std::any_of(job.needs.begin(), job.needs.end(),
                  [&name](const Reference& need) { return equal_ignoring_case(need.name, name); });
  if (listed) return;
  const bool exists = workflow.find_job(name) != nullptr;
  add_finding(workflow, Severity::Warning, "needs-not-listed", position_of(workflow, read),
              cat("'needs.", name, "' is empty here: job '", job.id, "' does not list '", name,
                  "' in 'needs'", exists ? std::string() : did_you_mean(name, job_ids(workflow))),
              out);
}

void check_output_read(const Workflow& workflow, const ReadPath& read, Findings& out) {
  if (read.names.size() < 4 || !equal_ignoring_case(read.names[0], "needs") ||
      !equal_ignoring_case(read.names[2], "outputs"))
    return;
  const Job* needed = workflow.find_job(read.names[1]);
  const std::string& output = read.names[3];
  if (needed == nullptr || needed->steps.empty() || output == "*" ||
      needed->outputs.has_expression() || needed->outputs.find(output) != nullptr)
    return;
  std::vector<std::string> known;
  for (const TokenEntry& entry : needed->outputs.entries) {
    if (entry.insert || entry.key.has_expression()) return;
    known.push_back(entry.key.literal_text());
  }
  add_finding(
      workflow, Severity::Warning, "undefined-output", position_of(workflow, read),
      cat("job '", needed->id, "' has no output '", output, "'", did_you_mean(output, known)), out);
}

}  // namespace

void lint_unknown_needs(const Workflow& workflow, Findings& out) {
  for (const Job& job : workflow.jobs)
    for (const Reference& need : job.needs) {
      if (workflow.find_job(need.name) != nullptr) continue;
      std::vector<std::string> others = job_ids(workflow);
      std::erase(others, job.id);
      add_finding(workflow, Severity::Error, "unknown-needs", need.position,
                  cat("job '", job.id, "' needs the unknown job '", need.name, "'",
                      did_you_mean(need.name, others)),
                  out);
    }
}

void lint_needs_cycle(const Workflow& workflow, Findings& out) {
  const std::vector<std::size_t> cycle = JobGraph(workflow).find_cycle();
  if (cycle.empty()) return;
  std::vector<std::string> ids;
  for (const std::size_t job : cycle) ids.push_back(workflow.jobs[job].id);
  add_finding(workflow, Severity::Error, "needs-cycle", workflow.jobs[cycle.front()].position,
              cat("jobs need each other in a circle: ", join(ids, " -> ")), out);
}

void lint_needs_context(const Workflow& workflow, Findings& out) {
  for (const Job& job : workflow.jobs) {
    const VisitPath check = [&](const ReadPath& read) {
      check_need_read(workflow, job, read, out);
      check_output_read(workflow, read, out);
    };
    for_each_path(job, check);
    for (const Step& step : job.steps) for_each_path(step, check);
  }
}

}  // namespace sluice::pipeline::github
