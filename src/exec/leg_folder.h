// Where everything of one leg lies (docs/formats/run_folder.md). Pure.
#pragma once

#include <string>

#include "exec/ports/step_backend.h"

namespace sluice::exec {

struct LegFolder {
  os::Path base;     // the same in every attempt: workspace, temp, tools, event.json
  os::Path attempt;  // of this attempt: steps, logs, summaries, supervisor

  os::Path workspace() const { return base / "workspace"; }
  os::Path temp() const { return base / "temp"; }
  os::Path tools() const { return base / "tools"; }
  os::Path leg_record() const { return attempt / "leg.json"; }
  os::Path log(int step) const { return attempt / "logs" / (std::to_string(step) + ".log"); }
  os::Path record(const std::string& step_id) const;
  os::Path summary(const std::string& step_id) const;
  // What a step finds beside its environment: its script, and the files it may write into.
  os::Path step_files() const { return temp() / "_sluice"; }
  os::Path step_file(const std::string& step_id, const std::string& name) const;
};

os::Path run_folder(const os::Path& home, const std::string& run);
LegFolder leg_folder(const os::Path& home, const LegAddress& leg);

}  // namespace sluice::exec
