// Which gate the versions of a model must pass: what `sluice.yml` names, out of the sources that
// are under judgement least of all.
//
// In a job of `sluice run` that is the source that the run began with (commit and the user's
// edits), whatever steps did to their workspace; elsewhere the commit that is checked out; outside
// of any repository the working directory itself. Reads only; asks git.
#pragma once

#include <optional>
#include <string>

#include "ml/ports/registry.h"
#include "os/world.h"

namespace sluice::app {

// Where a command works.
struct WorkPlace {
  os::World world;
  os::Path home;
  os::Path executable;  // this program
  os::Path folder;      // absolute
  std::string run_id;   // as the environment says; may be empty or of another home
};

// Unset where no sluice.yml names one. An error where one cannot be read, names a gate that is not
// there or is no gate for this model, or is there but not committed.
Result<std::optional<ml::RequiredGate>> find_required_gate(const WorkPlace& place,
                                                           const std::string& model);

// The gate file that sluice.yml in the working tree names, as a path to read: of `model`, or where
// that is empty of the only model that it names. NotFound says what it names.
Result<os::Path> gate_file_of(const WorkPlace& place, const std::string& model);

}  // namespace sluice::app
