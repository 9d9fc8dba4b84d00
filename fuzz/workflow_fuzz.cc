// Any text is either read, planned and run to its end, or refused with a diagnostic.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drive_leg.h"
#include "pipeline/github/language.h"
#include "pipeline/github/lint/rules.h"
#include "pipeline/ports/job_program.h"

using namespace sluice::pipeline;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const github::GithubLanguage language;
  const SourceFile file{".github/workflows/fuzz.yml", std::string(text)};
  const auto read = language.read(file);
  const bool wrong = has_errors(read->diagnostics());
  for (const Diagnostic& diagnostic : read->diagnostics())
    if (github::find_lint_rule(diagnostic.rule) == nullptr) __builtin_trap();
  TriggerEvent event;
  event.ref = "refs/heads/main";
  RunIdentity run;
  run.run_id = "r";
  const auto bound = read->bind(event, run, {});
  if (wrong == bound.ok()) __builtin_trap();
  if (!bound.ok()) return 0;
  to_json(bound.value()->plan());
  for (const PlannedJob& job : bound.value()->plan().jobs) {
    const JobDecision decision = bound.value()->decide_job(job.id, {});
    const auto* runs = std::get_if<RunJob>(&decision);
    if (runs == nullptr) continue;
    JobPlace place;
    place.temp = "/t/temp";
    auto leg = bound.value()->start_leg(job.id, runs->legs.front(), {}, place);
    if (!leg.ok()) continue;
    sluice::fuzz::drive_leg(*leg.value().program, text);
  }
  return 0;
}
