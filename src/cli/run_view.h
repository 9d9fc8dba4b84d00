// Shows a run while it goes: a picture that redraws itself on a terminal, plain lines elsewhere.
#pragma once

#include <functional>
#include <memory>

#include "cli/command.h"
#include "cli/log_reader.h"
#include "cli/run_tree.h"
#include "engine/run_owner.h"

namespace sluice::cli {

using LogPathOf = std::function<os::Path(const engine::LegKey& leg, int step)>;

// Interactive: each job with its running step and durations, redrawn at most ten times a second.
// Plain: a line per start and end, and the steps' output behind the job's name.
class RunView : public engine::RunListener {
 public:
  // Takes in what happened before without showing it.
  virtual void remember(const std::vector<store::StoredEvent>& events) = 0;
  virtual const RunTree& tree() const = 0;
  // What is on the screen stays; the picture is drawn anew below it.
  virtual void begin_anew() = 0;
  // The end: what failed and why with the last lines of its log, and where to look next.
  virtual void finish() = 0;
};

std::unique_ptr<RunView> make_run_view(Terminal& terminal, const os::Clock& clock,
                                       const os::FileReader& files, LogPathOf log_path);

// The jobs and steps of a tree as text; `now` for the durations of what runs.
std::string draw_tree(const RunTree& tree, Timestamp now, TerminalKind kind, int width);

}  // namespace sluice::cli
