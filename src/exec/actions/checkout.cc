// actions/checkout: an own clone of the user's repository, with the user's edits laid over it.
#include "base/strings.h"
#include "exec/actions/action.h"
#include "exec/workspace.h"

namespace sluice::exec {
namespace {

constexpr std::string_view kBranches = "refs/heads/";

Result<void> refuse_other_repository(const Action& action) {
  const std::string wanted = action.input("repository");
  const auto& env = action.request().step.env;
  const auto own = env.find("GITHUB_REPOSITORY");
  if (wanted.empty() || (own != env.end() && equal_ignoring_case(wanted, own->second)))
    return success();
  return unsupported(cat("checkout of another repository ('", wanted,
                         "') is not supported: clone it in a run step"));
}

Result<void> refuse_unsupported(const Action& action) {
  TRY(refuse_other_repository(action));
  const std::string submodules = action.input("submodules", "false");
  if (!equal_ignoring_case(submodules, "false"))
    return unsupported(
        cat("submodules: ", submodules, " is not supported: run git submodule update in a step"));
  if (TRY(action.flag("lfs", false)))
    return unsupported("lfs: true is not supported: run git lfs pull in a step");
  return success();
}

CloneRequest clone_request(const Action& action, const os::Path& destination) {
  const SourceTree& source = action.request().source;
  const std::string ref = action.input("ref");
  CloneRequest request{source.repository, destination, action.request().folder.temp(),
                       ref.empty() ? source.commit : ref, ""};
  const std::string& standing_on = ref.empty() ? source.ref : ref;
  if (standing_on.starts_with(kBranches)) request.branch = standing_on.substr(kBranches.size());
  if (ref.starts_with(kBranches)) request.revision = request.branch;
  return request;
}

}  // namespace

Result<void> checkout(Action& action) {
  TRY(refuse_unsupported(action));
  action.warn_without_effect();
  const os::Path destination = TRY(action.folder_in_workspace(action.input("path", ".")));
  const SourceTree& source = action.request().source;
  const CloneRequest request = clone_request(action, destination);
  action.line(cat("Cloning ", source.repository.string(), " at ", request.revision));
  const std::string commit = TRY(clone_at(action.world(), request, action.request().cancel));
  const bool edited = !source.snapshot.empty() && commit == source.commit;
  if (edited) {
    TRY(apply_snapshot(action.world(), source.snapshot, destination));
    action.line("Laid the edits of the working tree over it");
  }
  action.line(cat("HEAD is at ", commit));
  action.output("commit", commit);
  action.output("ref", action.input("ref", source.ref));
  return success();
}

}  // namespace sluice::exec
