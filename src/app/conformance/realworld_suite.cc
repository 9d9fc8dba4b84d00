#include <algorithm>
#include <array>

#include "app/conformance/suite_files.h"
#include "app/conformance/suites.h"
#include "app/pipelines.h"
#include "base/strings.h"
#include "pipeline/github/language.h"

namespace sluice::app::conformance {
namespace {

using pipeline::Diagnostic;

constexpr std::uint64_t kLargestFile = 4u << 20;
constexpr std::array<const char*, 4> kEvents = {"push", "pull_request", "workflow_dispatch",
                                                "schedule"};

enum class FileClass { Planned, PlannedWithNotes, NotHonoured, Rejected, Trouble };

struct Judged {
  FileClass file_class = FileClass::Trouble;
  std::string trouble;
};

pipeline::TriggerEvent event_named(std::string_view name) {
  pipeline::TriggerEvent event;
  event.name = name;
  event.ref = "refs/heads/main";
  event.sha = std::string(40, 'a');
  event.before_sha = std::string(40, '0');
  if (name == "pull_request") {
    event.action = "synchronize";
    event.base_ref = "main";
    event.head_ref = "topic";
  }
  event.changed_files = std::vector<std::string>{"README.md", "src/main.py"};
  event.payload = JsonObject{{"repository", JsonObject{{"default_branch", "main"}}}};
  return event;
}

std::string without_place(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.position.line < 1) return cat("no place: ", to_string(diagnostic));
  return {};
}

// Empty, or what went wrong on our side. Inputs that a dispatch must bring are the user's.
std::string plan_for_events(const pipeline::ReadPipeline& read, pipeline::Plan* plan) {
  for (const char* name : kEvents) {
    const auto bound = read.bind(event_named(name), {.run_id = "r"}, {});
    if (bound.ok()) {
      *plan = (*bound)->plan();
      if (plan->jobs.empty()) return cat(name, ": a plan without jobs");
      continue;
    }
    if (std::string_view(name) != "workflow_dispatch" ||
        bound.error().code() != ErrorCode::InvalidInput)
      return cat(name, ": ", bound.error().describe());
  }
  return {};
}

bool holds_unhonoured(const pipeline::Plan& plan) {
  return std::any_of(plan.jobs.begin(), plan.jobs.end(), [](const pipeline::PlannedJob& job) {
    return !pipeline::Plan::all_not_honoured(job).empty();
  });
}

Judged judge(const pipeline::SourceFile& source) {
  const auto read = pipeline::github::GithubLanguage().read(source);
  Judged judged;
  judged.trouble = without_place(read->diagnostics());
  if (!judged.trouble.empty()) return judged;
  if (pipeline::has_errors(read->diagnostics())) {
    judged.file_class = FileClass::Rejected;
    return judged;
  }
  pipeline::Plan plan;
  judged.trouble = plan_for_events(*read, &plan);
  if (!judged.trouble.empty()) return judged;
  judged.file_class = holds_unhonoured(plan)      ? FileClass::NotHonoured
                      : plan.not_enforced.empty() ? FileClass::Planned
                                                  : FileClass::PlannedWithNotes;
  return judged;
}

}  // namespace

Result<SuiteReport> run_realworld(const os::World& world, const os::Path& folder) {
  SuiteReport report;
  const auto names = TRY(files_below(world.files, folder, workflow_endings()));
  std::array<std::int64_t, 5> classes{};
  Duration spent{};
  for (const std::string& name : names) {
    const std::string text = TRY(world.files.read(folder / name, kLargestFile));
    const SteadyTime start = world.clock.steady();
    const Judged judged = judge({name, text});
    spent += std::chrono::duration_cast<Duration>(world.clock.steady() - start);
    ++classes[static_cast<std::size_t>(judged.file_class)];
    report.cases.push_back({name, "", judged.trouble.empty() ? Verdict::Passed : Verdict::Failed,
                            "read, linted and planned", judged.trouble});
  }
  constexpr std::array<const char*, 5> kClasses = {"planned", "planned with notes", "not honoured",
                                                   "rejected for a mistake", "internal error"};
  for (std::size_t i = 0; i < kClasses.size(); ++i)
    report.counts.emplace_back(kClasses[i], classes[i]);
  report.counts.emplace_back("milliseconds",
                             std::chrono::duration_cast<std::chrono::milliseconds>(spent).count());
  return report;
}

}  // namespace sluice::app::conformance
