// actions/download-artifact, version 4, for artifacts of this run.
#include <fnmatch.h>

#include "base/strings.h"
#include "exec/actions/action.h"
#include "exec/artifacts.h"

namespace sluice::exec {
namespace {

constexpr std::string_view kNoEffect[] = {"github-token", "repository", "skip-decompress",
                                          "digest-mismatch"};

Result<std::vector<Artifact>> chosen(const Action& action, const Artifacts& artifacts) {
  const std::string name = action.input("name");
  if (!name.empty()) return std::vector<Artifact>{TRY(artifacts.find(name))};
  const std::string pattern = action.input("pattern");
  const std::string ids = action.input("artifact-ids");
  std::vector<Artifact> picked;
  for (Artifact& artifact : TRY(artifacts.list())) {
    const bool by_pattern =
        pattern.empty() || ::fnmatch(pattern.c_str(), artifact.name.c_str(), 0) == 0;
    bool by_id = ids.empty();
    for (const std::string_view id : split(ids, ','))
      by_id = by_id || trim(id) == std::to_string(artifact.id);
    if (by_pattern && by_id) picked.push_back(std::move(artifact));
  }
  return picked;
}

}  // namespace

Result<void> download_artifact(Action& action) {
  const ActionRequest& request = action.request();
  action.warn_without_effect(kNoEffect);
  if (!action.input("run-id").empty())
    return unsupported("download of another run's artifacts (run-id) is not supported");
  const Artifacts artifacts(request.world, request.blobs, request.run_folder);
  const std::vector<Artifact> picked = TRY(chosen(action, artifacts));
  const bool merge = TRY(action.flag("merge-multiple", false));
  const os::Path destination = action.in_workspace(action.input("path", "."));
  const bool flat = merge || !action.input("name").empty();
  for (const Artifact& artifact : picked) {
    if (request.cancel.cancelled()) return Error(ErrorCode::Cancelled, "download of artifacts");
    const os::Path target = flat ? destination : destination / artifact.name;
    TRY(artifacts.extract(artifact, target));
    action.line(cat("Artifact '", artifact.name, "': ", plural(artifact.files.size(), "file"),
                    " into ", target.string()));
  }
  if (picked.empty()) action.warn("no artifact of this run matches; nothing is downloaded");
  action.output("download-path", destination.string());
  return success();
}

}  // namespace sluice::exec
