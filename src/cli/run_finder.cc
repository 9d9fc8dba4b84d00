#include "cli/run_finder.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/run_rows.h"

namespace sluice::cli {
namespace {

using engine::LegRow;
using engine::StepRow;

// "test" of "test (3.11)", not of "test (1) / build (2)".
bool shows_job(const LegRow& leg, std::string_view job) {
  const std::string begin = cat(job, " (");
  return leg.name.starts_with(begin) && leg.name.ends_with(')') &&
         leg.name.find(" / ", begin.size()) == std::string::npos;
}

using Fits = bool (*)(const LegRow&, std::string_view);
// The first that fits any leg decides.
constexpr Fits kFits[] = {
    [](const LegRow& leg, std::string_view name) { return leg.job == name; },
    [](const LegRow& leg, std::string_view name) { return leg.name == name; },
    [](const LegRow& leg, std::string_view name) { return cat(leg.job, ".", leg.leg) == name; },
    shows_job,
};

// The planned step at a place, its own part of the way: nothing when the plan has none.
const pipeline::PlannedStep* nested_at(const std::vector<pipeline::PlannedStep>& steps,
                                       std::size_t index) {
  return index < steps.size() ? &steps[index] : nullptr;
}

// Whether the step, or one around it, has this id.
bool has_id(const std::vector<pipeline::PlannedStep>& steps, const StepRow& row,
            std::string_view id) {
  const pipeline::PlannedStep* step = nested_at(steps, static_cast<std::size_t>(row.step));
  std::string_view rest = row.part;
  while (step != nullptr) {
    if (!step->id.empty() && step->id == id) return true;
    if (rest.empty()) return false;
    const std::size_t end = std::min(rest.find('.'), rest.size());
    std::size_t index = 0;
    for (const char digit : rest.substr(0, end))
      index = index * 10 + static_cast<std::size_t>(digit - '0');
    rest.remove_prefix(std::min(end + 1, rest.size()));
    step = nested_at(step->nested, index - 1);
  }
  return false;
}

void add(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

Result<std::vector<LegRow>> find_legs(const std::vector<LegRow>& legs, std::string_view name,
                                      std::int64_t run_number) {
  for (const Fits fits : kFits) {
    std::vector<LegRow> found;
    for (const LegRow& leg : legs)
      if (fits(leg, name)) found.push_back(leg);
    if (!found.empty()) return found;
  }
  std::vector<std::string> names;
  for (const LegRow& leg : legs) {
    add(names, leg.job);
    add(names, leg.name);
  }
  return not_found(cat("run ", run_number, " has no job '", name, "'", did_you_mean(name, names),
                       " (jobs: ", join(names, ", "), ")"));
}

bool is_step(const StepRow& step, std::string_view name, const engine::RunMachine* machine) {
  const std::string number = number_of(step);
  if (step.name == name || number == name || number.starts_with(cat(name, "."))) return true;
  const auto* planned = machine != nullptr ? machine->steps_of(step.job) : nullptr;
  return planned != nullptr && has_id(*planned, step, name);
}

Error no_such_step(std::string_view job, std::string_view step, const std::vector<StepRow>& rows) {
  std::vector<std::string> names;
  for (const StepRow& row : rows) add(names, row.name);
  return not_found(cat("job '", job, "' has no step '", step, "'", did_you_mean(step, names),
                       names.empty() ? std::string(" (none of its steps was reached)")
                                     : cat(" (steps: ", join(names, ", "),
                                           "; or an id, or a number counted from 1)")));
}

}  // namespace sluice::cli
