// Any text as the action of the repository: read and run to its end inside of a job (in its place,
// in the background, inside of another action), or refused with a diagnostic that has a place.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drive_leg.h"
#include "pipeline/github/language.h"

using namespace sluice::pipeline;  // NOLINT

namespace {

constexpr std::string_view kWorkflow = R"(on: push
jobs:
  a:
    runs-on: linux
    outputs: {o: "${{ steps.x.outputs.o }}"}
    steps:
      - {id: x, uses: ./x, background: true, with: {who: you}}
      - {uses: ./around, timeout-minutes: 2, continue-on-error: true}
      - {wait: x}
      - {uses: ./x, if: always()}
)";
constexpr std::string_view kAround =
    "runs: {using: composite, steps: [{uses: ./x}, {run: y, shell: sh, if: always()}]}\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const github::GithubLanguage language;
  for (const std::string& path : language.references("x/action.yml", text))
    if (path.find("..") != std::string::npos && path.starts_with("..")) __builtin_trap();
  SourceFile file{".github/workflows/fuzz.yml", std::string(kWorkflow)};
  file.others["x/action.yml"] = std::string(text);
  file.others["around/action.yml"] = std::string(kAround);
  const auto read = language.read(file);
  for (const Diagnostic& diagnostic : read->diagnostics())
    if (diagnostic.severity == Severity::Error && diagnostic.position.line < 1) __builtin_trap();
  TriggerEvent event;
  event.ref = "refs/heads/main";
  RunIdentity run;
  run.run_id = "r";
  const auto bound = read->bind(event, run, {});
  if (has_errors(read->diagnostics()) == bound.ok()) __builtin_trap();
  if (!bound.ok()) return 0;
  const Plan& plan = bound.value()->plan();
  to_json(plan);
  if (!plan.all_not_honoured(plan.jobs.front()).empty()) return 0;  // refused before it starts
  JobPlace place;
  place.workspace = "/w";
  place.temp = "/t/temp";
  const JobDecision decision = bound.value()->decide_job("a", {});
  auto leg = bound.value()->start_leg("a", std::get<RunJob>(decision).legs.front(), {}, place);
  if (!leg.ok()) __builtin_trap();
  sluice::fuzz::drive_leg(*leg.value().program, text);
  return 0;
}
