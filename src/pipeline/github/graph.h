// Who needs whom among the jobs of a workflow, by place in Workflow::jobs. Pure.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "pipeline/github/contexts.h"
#include "pipeline/github/workflow.h"

namespace sluice::pipeline::github {

// Asked of an ancestor: whether nothing above it matters.
using Closes = std::function<bool(std::size_t)>;

class JobGraph {
 public:
  // Unknown names in `needs` are left out (lint reports them).
  explicit JobGraph(const Workflow& workflow);

  const std::vector<std::size_t>& needs(std::size_t job) const { return needs_[job]; }
  // Every job after all it needs; without the jobs on a cycle and behind one.
  const std::vector<std::size_t>& order() const { return order_; }
  // One cycle as a closed walk (first = last); empty when there is none.
  std::vector<std::size_t> find_cycle() const;
  // All that the job needs, directly or not, and itself, in the order of order(); nothing above an
  // ancestor that `closes`. Takes time for those only.
  std::vector<std::size_t> lineage(std::size_t job, const Closes& closes = {}) const;
  // The same as a mark for each job.
  std::vector<bool> ancestors(std::size_t job) const;

 private:
  std::vector<std::vector<std::size_t>> needs_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> rank_;  // place in order_
};

// What is known of a job's result; nothing when it has not ended.
using ResultOf = std::function<std::optional<Outcome>(std::size_t)>;
using SummaryOf = std::function<const AncestorSummary&(std::size_t)>;
// From the summaries of its needs: one job's own. Both answer for each need.
AncestorSummary combine_ancestors(const Workflow& workflow, const std::vector<std::size_t>& needs,
                                  const SummaryOf& summary_of, const ResultOf& result_of);
// Whether it can have run only because all before it succeeded.
bool demands_success(const Job& job);
// Of a job: nothing above an ancestor that `closes` is looked at, so that many jobs take linear
// time. May be said of one that demands success, and got it, in results that nobody made up.
AncestorSummary summarize_ancestors(const Workflow& workflow, const JobGraph& graph,
                                    std::size_t job, const ResultOf& result_of,
                                    const Closes& closes);

}  // namespace sluice::pipeline::github
