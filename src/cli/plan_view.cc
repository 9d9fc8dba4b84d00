#include "cli/plan_view.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/reason_view.h"
#include "cli/style.h"

namespace sluice::cli {
namespace {

using pipeline::JobForecast;
using pipeline::LegForecast;
using pipeline::Outcome;
using pipeline::PlannedJob;
using pipeline::StepForecast;
using pipeline::Verdict;

struct Widths {
  std::size_t name = 0;
  std::size_t steps = 0;
};

std::string one_line(const std::string& text) {
  return shorten(replace_all(std::string(trim(text)), "\n", " "), 100);
}

std::string mark(TerminalKind kind, Verdict verdict, Outcome result) {
  if (verdict == Verdict::Open) return mark_of(kind, "open");
  if (verdict == Verdict::Runs && result != Outcome::Cancelled)
    return mark_of(kind, result == Outcome::Failed ? "failed" : "succeeded");
  return mark_of(kind, pipeline::to_string(result));
}

std::string legs_of(const PlannedJob& job, const JobForecast& forecast) {
  if (forecast.legs.empty() && job.expansion == pipeline::Expansion::Dynamic &&
      forecast.verdict != Verdict::Skipped)
    return "× (matrix known while it runs)";
  if (forecast.legs.size() < 2) return "";
  constexpr std::size_t kShown = 4;
  std::string text = cat("× ", forecast.legs.size(), ": ");
  for (std::size_t i = 0; i < forecast.legs.size() && i < kShown; ++i)
    text += cat(i > 0 ? ", " : "", forecast.legs[i].leg.name);
  return forecast.legs.size() > kShown ? cat(text, ", …") : text;
}

// What stands behind the name of a job and the number of its steps.
std::vector<std::string> notes_of(const PlannedJob& job, const JobForecast& forecast) {
  std::vector<std::string> notes;
  if (job.name != job.id && forecast.legs.size() < 2) notes.push_back(cat("(", job.name, ")"));
  if (!job.calls.empty()) notes.push_back(cat("of ", job.calls));
  if (!job.needs.empty()) notes.push_back(cat("after ", join(job.needs, ", ")));
  if (std::string legs = legs_of(job, forecast); !legs.empty()) notes.push_back(std::move(legs));
  return notes;
}

// "3 steps".
std::string size_of(const PlannedJob& job) {
  return job.calls.empty() ? plural(job.steps.size(), "step") : "call";
}

bool simply_runs(const StepForecast& step) {
  return step.verdict == Verdict::Runs && step.conclusion == Outcome::Succeeded;
}

std::string step_text(TerminalKind kind, const StepForecast& step, std::size_t indent,
                      const PlanDetail& detail) {
  if (!step.part.empty())
    indent += 2 + 2 * static_cast<std::size_t>(std::count(step.part.begin(), step.part.end(), '.'));
  const std::string number = cat(step.step + 1, step.part.empty() ? "" : ".", step.part);
  std::string text = cat(std::string(indent, ' '), mark(kind, step.verdict, step.conclusion), " ",
                         number, " ", step.name);
  if (step.verdict == Verdict::Assumed) text += cat("  assumed: ", to_string(step.outcome));
  if (step.outcome != step.conclusion) text += ", and goes on (continue-on-error)";
  if (!step.message.empty()) text += cat("  ", step.message);
  text += "\n";
  const Json reason = to_json(step.reason);
  if ((!detail.jobs.empty() || !simply_runs(step)) && decides_something(reason))
    text += reason_text(kind, reason, indent + 4);
  return text;
}

// What is to be said of a leg: its steps, or why there are none.
std::string leg_text(TerminalKind kind, const JobForecast& job, const LegForecast& leg,
                     std::size_t indent, const PlanDetail& detail) {
  const bool all = !detail.jobs.empty() || detail.every_step;
  std::string text;
  for (const StepForecast& step : leg.steps)
    if (all || !simply_runs(step)) text += step_text(kind, step, indent, detail);
  if (leg.verdict == Verdict::Fails) text += cat(std::string(indent, ' '), leg.message, "\n");
  if (leg.verdict == Verdict::Assumed && job.verdict != Verdict::Assumed)
    text += cat(std::string(indent, ' '), mark(kind, leg.verdict, leg.result.result),
                " assumed: ", pipeline::to_string(leg.result.result),
                leg.result.continue_on_error ? ", and goes on (continue-on-error)" : "", "\n");
  if (!leg.cut_by.empty())
    text += cat(std::string(indent, ' '), mark_of(kind, "open"), " cancelled (fail-fast) if '",
                leg.cut_by, "' fails before it ends\n");
  return text;
}

// Legs that say the same stand together.
std::string legs_text(TerminalKind kind, const JobForecast& job, const PlanDetail& detail) {
  constexpr std::size_t kIndent = 6;
  constexpr std::size_t kMostGroups = 4;
  if (job.legs.size() == 1) return leg_text(kind, job, job.legs.front(), kIndent, detail);
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const LegForecast& leg : job.legs) {
    std::string text = leg_text(kind, job, leg, kIndent + 2, detail);
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&](const auto& group) { return group.first == text; });
    if (same != groups.end())
      same->second.push_back(leg.leg.name);
    else
      groups.emplace_back(std::move(text), std::vector{leg.leg.name});
  }
  std::erase_if(groups, [](const auto& group) { return group.first.empty(); });
  std::string all;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == kMostGroups && detail.jobs.empty()) {
      all += cat(std::string(kIndent, ' '), "and ", groups.size() - i,
                 " more legs or groups of legs (--job ", job.id, " shows all)\n");
      break;
    }
    all += cat(std::string(kIndent, ' '), shorten(join(groups[i].second, ", "), 100), ":\n",
               groups[i].first);
  }
  return all;
}

std::string job_line(TerminalKind kind, const PlannedJob& job, const JobForecast& forecast,
                     const Widths& widths) {
  const std::string steps = size_of(job);
  const std::string notes = join(notes_of(job, forecast), "  ");
  std::string line = cat("  ", mark(kind, forecast.verdict, forecast.ended.result), " ",
                         paint(kind, Colour::Bold, job.id),
                         std::string(widths.name - display_width(job.id), ' '), "  ");
  line +=
      paint(kind, Colour::Dim,
            notes.empty() ? steps
                          : cat(steps, std::string(widths.steps - steps.size(), ' '), "  ", notes));
  if (forecast.verdict == Verdict::Assumed)
    line += cat("  assumed: ", pipeline::to_string(forecast.ended.result));
  return line + "\n";
}

std::string job_reason(TerminalKind kind, const PlannedJob& job, const JobForecast& forecast,
                       const PlanDetail& detail) {
  constexpr std::size_t kIndent = 6;
  const Json reason = to_json(forecast.reason);
  if (!detail.jobs.empty()) return reason_text(kind, reason, kIndent);
  const bool decided = forecast.verdict == Verdict::Runs || forecast.verdict == Verdict::Assumed;
  if (!decided) return reason_text(kind, reason, kIndent);
  if (job.condition.empty()) return {};
  return paint(kind, Colour::Dim, cat(std::string(kIndent, ' '), "if: ", one_line(job.condition))) +
         "\n";
}

std::string job_text(TerminalKind kind, const PlannedJob& job, const JobForecast& forecast,
                     const Widths& widths, const PlanDetail& detail) {
  std::string text = job_line(kind, job, forecast, widths);
  text += job_reason(kind, job, forecast, detail);
  text += legs_text(kind, forecast, detail);
  const auto refused = job.calls.empty() ? pipeline::Plan::all_not_honoured(job) : job.not_honoured;
  for (const auto& diagnostic : refused)
    text += paint(kind, Colour::Yellow,
                  cat("      not honoured here: ", diagnostic.file, ":", diagnostic.position.line,
                      ":", diagnostic.position.column, ": ", diagnostic.message)) +
            "\n";
  return text;
}

bool is_wanted(const PlanDetail& detail, const std::string& job) {
  return detail.jobs.empty() ||
         std::find(detail.jobs.begin(), detail.jobs.end(), job) != detail.jobs.end();
}

std::string jobs_text(TerminalKind kind, const pipeline::Plan& plan,
                      const pipeline::Forecast& forecast, const PlanDetail& detail) {
  std::vector<std::pair<const PlannedJob*, const JobForecast*>> shown;
  Widths widths;
  for (const JobForecast& told : forecast.jobs) {
    const PlannedJob* called = forecast.find_called(told.id);
    const PlannedJob* job = called != nullptr ? called : plan.find_job(told.id);
    if (job == nullptr || !is_wanted(detail, told.id)) continue;
    shown.emplace_back(job, &told);
    widths.name = std::max(widths.name, display_width(job->id));
    widths.steps = std::max(widths.steps, size_of(*job).size());
  }
  std::string text;
  for (const auto& [job, told] : shown) text += job_text(kind, *job, *told, widths, detail);
  return text;
}

// One line for each kind of note, however many jobs it is about.
std::string notes_text(TerminalKind kind, const std::vector<pipeline::Diagnostic>& notes) {
  std::vector<std::pair<const pipeline::Diagnostic*, std::size_t>> kinds;
  for (const auto& note : notes) {
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const auto& known) {
      return known.first->rule == note.rule;
    });
    if (same != kinds.end())
      ++same->second;
    else
      kinds.emplace_back(&note, 0);
  }
  std::string text;
  for (const auto& [note, more] : kinds)
    text += paint(kind, Colour::Dim,
                  cat("    line ", note->position.line, ": ", note->message,
                      more > 0 ? cat(" (and ", more, " more like this)") : "")) +
            "\n";
  return text;
}

std::string time_or_never(const std::optional<Timestamp>& time) {
  return time ? to_rfc3339(*time) : "never";
}

// When clocks start it on GitHub.
std::string schedules_text(TerminalKind kind, const app::PlannedPipeline& planned) {
  std::string text;
  for (const app::ScheduleTimes& times : planned.schedules) {
    const pipeline::CronSchedule& schedule = times.schedule;
    text += paint(kind, Colour::Dim,
                  cat("    schedule '", schedule.cron, "'",
                      schedule.timezone.empty() ? "" : cat(" (", schedule.timezone, ")"), ": last ",
                      time_or_never(times.previous), ", next ", time_or_never(times.next))) +
            "\n";
  }
  return text;
}

}  // namespace

std::string plan_text(TerminalKind kind, const app::PlannedPipeline& planned,
                      const pipeline::Forecast* forecast, const PlanDetail& detail) {
  std::string text;
  for (const auto& diagnostic : planned.diagnostics())
    if (diagnostic.severity >= pipeline::Severity::Warning)
      text += cat("    ", pipeline::to_string(diagnostic), "\n");
  if (planned.refused) text += cat("    ", planned.refused->describe(), "\n");
  if (!planned.plan) return cat(mark_of(kind, "failed"), " ", planned.file.path, "\n", text);
  const pipeline::Plan& plan = *planned.plan;
  const bool wanted = detail.jobs.empty() || std::any_of(detail.jobs.begin(), detail.jobs.end(),
                                                         [&](const std::string& id) {
                                                           return plan.find_job(id) != nullptr;
                                                         });
  if (!wanted) return {};
  const std::string head =
      cat(plan.file, "  ", paint(kind, Colour::Bold, with_title(plan.name, plan.title)));
  if (detail.jobs.empty()) text += schedules_text(kind, planned);
  if (!plan.triggered || forecast == nullptr)
    return cat(mark_of(kind, "skipped"), " ", head, "\n    not run: ", plan.reason.summary,
               plan.reason.position.line > 0
                   ? paint(kind, Colour::Dim, cat("  (line ", plan.reason.position.line, ")"))
                   : "",
               "\n", text);
  const std::string jobs = jobs_text(kind, plan, *forecast, detail);
  text =
      cat(mark_of(kind, "succeeded"), " ", head, "\n    ", plan.reason.summary, "\n", text, jobs);
  return detail.jobs.empty() ? text + notes_text(kind, plan.not_enforced) : text;
}

std::string event_text(const pipeline::TriggerEvent& event) {
  std::string text = cat(event.name, " of ", event.ref, " at ", event.sha.substr(0, 7));
  if (event.changed_files)
    text += cat(", ", plural(event.changed_files->size(), "file"),
                event.comparison_base.empty() ? std::string(" given as changed")
                                              : cat(" changed since ", event.comparison_base));
  return text + "\n";
}

}  // namespace sluice::cli
