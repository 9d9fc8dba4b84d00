// A shell where a step stood: `sluice runs shell`, and what --break-on-failure does with a step
// that failed.
#pragma once

#include "cli/command.h"
#include "cli/run_view.h"
#include "engine/run_owner.h"

namespace sluice::cli {

// Opens a shell for each step that fails and asks how it goes on, on a terminal; elsewhere says how
// to get the same shell later and goes on. The end of input (Ctrl-D, a terminal that was closed)
// leaves the step paused. Borrows all three.
class ShellBreaker final : public engine::StepBreaker {
 public:
  ShellBreaker(Context& context, os::Path home, RunView& view)
      : context_(context), home_(std::move(home)), view_(view) {}

  Result<engine::PauseAnswer> on_paused(const exec::LegAddress& leg, const pipeline::RunStep& step,
                                        const pipeline::StepResult& result) override;

 private:
  void open_shell(const exec::LegAddress& leg, const pipeline::RunStep& step);
  Result<engine::PauseAnswer> ask(const exec::LegAddress& leg, const pipeline::RunStep& step);

  Context& context_;
  os::Path home_;
  RunView& view_;
};

// Adds `shell` to `sluice runs`.
void add_runs_shell(CLI::App& runs, Chosen& chosen);

}  // namespace sluice::cli
