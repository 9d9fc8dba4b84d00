#include "pipeline/github/graph.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

bool holds_only_with_success(const ExpressionNode& node) {
  if (node.kind == NodeKind::And)
    return std::any_of(node.children.begin(), node.children.end(), holds_only_with_success);
  return node.kind == NodeKind::Call && node.function == FunctionId::Environment &&
         node.children.empty() && equal_ignoring_case(node.name, "success");
}

}  // namespace

JobGraph::JobGraph(const Workflow& workflow) : needs_(workflow.jobs.size()) {
  const std::size_t count = workflow.jobs.size();
  std::vector<std::vector<std::size_t>> needed_by(count);
  std::vector<std::size_t> open(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    for (const Reference& need : workflow.jobs[i].needs) {
      const Job* job = workflow.find_job(need.name);
      if (job == nullptr) continue;
      const auto index = static_cast<std::size_t>(job - workflow.jobs.data());
      if (std::find(needs_[i].begin(), needs_[i].end(), index) != needs_[i].end()) continue;
      needs_[i].push_back(index);
      needed_by[index].push_back(i);
      ++open[i];
    }
  }
  for (std::size_t i = 0; i < count; ++i)
    if (open[i] == 0) order_.push_back(i);
  for (std::size_t at = 0; at < order_.size(); ++at)
    for (const std::size_t next : needed_by[order_[at]])
      if (--open[next] == 0) order_.push_back(next);
  rank_.assign(count, count);
  for (std::size_t at = 0; at < order_.size(); ++at) rank_[order_[at]] = at;
}

std::vector<std::size_t> JobGraph::find_cycle() const {
  std::vector<bool> done(needs_.size(), false);
  for (const std::size_t job : order_) done[job] = true;
  const auto first = std::find(done.begin(), done.end(), false);
  if (first == done.end()) return {};
  // Each job that is not done needs another one that is not: walking on must come round.
  std::vector<std::size_t> walk{static_cast<std::size_t>(first - done.begin())};
  while (true) {
    const auto& needs = needs_[walk.back()];
    const auto next =
        std::find_if(needs.begin(), needs.end(), [&done](std::size_t need) { return !done[need]; });
    CHECK(next != needs.end());
    const auto seen = std::find(walk.begin(), walk.end(), *next);
    const bool closed = seen != walk.end();
    const auto start = seen - walk.begin();
    walk.push_back(*next);
    if (closed) return {walk.begin() + start, walk.end()};
  }
}

std::vector<std::size_t> JobGraph::lineage(std::size_t job, const Closes& closes) const {
  std::unordered_set<std::size_t> seen{job};
  std::vector<std::size_t> found{job};
  for (std::size_t at = 0; at < found.size(); ++at) {
    if (at > 0 && closes && closes(found[at])) continue;
    for (const std::size_t need : needs_[found[at]])
      if (seen.insert(need).second) found.push_back(need);
  }
  std::sort(found.begin(), found.end(),
            [this](std::size_t a, std::size_t b) { return rank_[a] < rank_[b]; });
  return found;
}

std::vector<bool> JobGraph::ancestors(std::size_t job) const {
  std::vector<bool> marks(needs_.size(), false);
  for (const std::size_t at : lineage(job)) marks[at] = true;
  return marks;
}

AncestorSummary combine_ancestors(const Workflow& workflow, const std::vector<std::size_t>& needs,
                                  const SummaryOf& summary_of, const ResultOf& result_of) {
  AncestorSummary result;
  const auto blame = [&result](const std::string& id, Outcome outcome) {
    const bool better =
        result.deciding.empty() || (is_failure(outcome) && !is_failure(result.deciding_result));
    if (better) {
      result.deciding = id;
      result.deciding_result = outcome;
    }
  };
  for (const std::size_t need : needs) {
    const AncestorSummary& above = summary_of(need);
    if (!above.all_succeeded) blame(above.deciding, above.deciding_result);
    const Outcome own = result_of(need).value_or(Outcome::Skipped);
    if (own != Outcome::Succeeded) blame(workflow.jobs[need].id, own);
    result.all_succeeded = result.all_succeeded && above.all_succeeded && own == Outcome::Succeeded;
    result.any_failed = result.any_failed || above.any_failed || is_failure(own);
  }
  return result;
}

bool demands_success(const Job& job) {
  return holds_only_with_success(job.condition.condition.expression.root);
}

AncestorSummary summarize_ancestors(const Workflow& workflow, const JobGraph& graph,
                                    std::size_t job, const ResultOf& result_of,
                                    const Closes& closes) {
  std::unordered_map<std::size_t, AncestorSummary> summaries;
  const SummaryOf summary_of = [&summaries](std::size_t at) -> const AncestorSummary& {
    return summaries[at];
  };
  for (const std::size_t at : graph.lineage(job, closes))
    summaries[at] = combine_ancestors(workflow, graph.needs(at), summary_of, result_of);
  return summaries[job];
}

}  // namespace sluice::pipeline::github
