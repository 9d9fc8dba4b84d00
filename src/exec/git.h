// The git program, run so that the result depends on the repository alone: no hooks, no prompts, no
// system configuration, none of the GIT_* variables of whoever started sluice.
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "os/world.h"

namespace sluice::exec {

// Whose ignore rules and settings count: those of the user (reading the user's own working tree),
// or none (making clones).
enum class GitSettings { OfUser, None };

using GitRun = os::CapturedRun;

class Git {
 public:
  Git(const os::World& world, CancellationToken cancel) : world_(world), cancel_(cancel) {}

  // A non-zero exit is in the status. NotFound when git is not installed.
  Result<GitRun> try_run(GitSettings settings, const os::Path& folder,
                         const std::vector<std::string>& arguments) const;
  // Standard output; a non-zero exit is FailedPrecondition with what git said.
  Result<std::string> run(GitSettings settings, const os::Path& folder,
                          const std::vector<std::string>& arguments) const;
  // Several that do not depend on each other, at once; the first failure by their order.
  Result<std::vector<std::string>> run_together(
      GitSettings settings, const os::Path& folder,
      const std::vector<std::vector<std::string>>& calls) const;

 private:
  os::ProcessSpec spec_of(GitSettings settings, const os::Path& folder,
                          const std::vector<std::string>& arguments) const;

  const os::World& world_;
  const CancellationToken cancel_;
};

}  // namespace sluice::exec
