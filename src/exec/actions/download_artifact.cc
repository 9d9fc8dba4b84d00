// actions/download-artifact, versions 3 to 5, for artifacts of this run or another one of this
// home.
#include <algorithm>

#include "base/strings.h"
#include "exec/actions/action.h"
#include "exec/actions/artifact_pattern.h"
#include "exec/artifacts.h"
#include "exec/leg_folder.h"

namespace sluice::exec {
namespace {

// The files go right into the folder, or each artifact into one with its name.
enum class Folders { One, Named };

struct Choice {
  std::vector<Artifact> artifacts;
  Folders folders = Folders::Named;
};

Result<Choice> chosen_by_id(const Action& action, std::vector<Artifact> all) {
  Choice choice;
  std::vector<std::string> missing;
  const std::string ids = action.input("artifact-ids");
  for (const std::string_view text : split(ids, ',')) {
    const std::string id(trim(text));
    if (id.empty()) continue;
    if (id.find_first_not_of("0123456789") != std::string::npos)
      return invalid_input(cat("input 'artifact-ids': '", id, "' is no number"));
    const auto found = std::find_if(all.begin(), all.end(), [&](const Artifact& artifact) {
      return std::to_string(artifact.id) == id;
    });
    if (found == all.end())
      missing.push_back(id);
    else
      choice.artifacts.push_back(*found);
  }
  if (!missing.empty())
    return not_found(cat("the run has no artifact with the id ", join(missing, ", ")));
  // From version 5 on a single one goes where a named one would.
  if (choice.artifacts.size() == 1 && action.major_version() >= 5) choice.folders = Folders::One;
  return choice;
}

Result<Choice> choose(const Action& action, const Artifacts& artifacts) {
  const std::string name = action.input("name");
  const bool by_id = !action.input("artifact-ids").empty();
  if (!name.empty() && by_id)
    return invalid_input("inputs 'name' and 'artifact-ids' cannot be used together");
  Choice choice;
  if (!name.empty()) {
    choice.artifacts.push_back(TRY(artifacts.find(name)));
    choice.folders = Folders::One;
    return choice;
  }
  std::vector<Artifact> all = TRY(artifacts.list());
  if (by_id) return chosen_by_id(action, std::move(all));
  const std::string pattern = action.input("pattern");
  for (Artifact& artifact : all)
    if (pattern.empty() || fits_pattern(pattern, artifact.name))
      choice.artifacts.push_back(std::move(artifact));
  return choice;
}

// The folder of the run that the inputs name: a run of this home.
Result<os::Path> folder_of_run(const Action& action) {
  const ActionRequest& request = action.request();
  const auto own = request.step.env.find("GITHUB_REPOSITORY");
  const std::string repository = action.input("repository");
  if (!repository.empty() && own != request.step.env.end() &&
      !equal_ignoring_case(repository, own->second))
    return unsupported(cat("artifacts of another repository ('", repository,
                           "') cannot be downloaded: only those of this one are here"));
  const std::string run = action.input("run-id");
  if (run.empty()) return request.run_folder;
  const os::Path folder = run_folder(request.home, run);
  if (!request.world.files.stat(folder).ok())
    return not_found(cat("input 'run-id': this home has no run '", run,
                         "'; `sluice runs list` shows those that it has"));
  return folder;
}

// Asked for every folder before the first file is written.
Result<void> check_links(const Action& action, const Artifact& artifact, const os::Path& target) {
  os::Path checked = target;
  for (const ArtifactFile& file : artifact.files) {
    const os::Path parent = (target / file.path).parent_path();
    if (parent == checked) continue;
    TRY_CONTEXT(action.check_inside(target, file.path), cat("artifact '", artifact.name, "'"));
    checked = parent;
  }
  return success();
}

}  // namespace

Result<void> download_artifact(Action& action) {
  const ActionRequest& request = action.request();
  action.warn_without_effect();
  const os::Path folder = TRY(folder_of_run(action));
  const Artifacts artifacts(request.world, request.blobs, folder);
  const Choice choice = TRY(choose(action, artifacts));
  const bool merge = TRY(action.flag("merge-multiple", false));
  const os::Path path = action.input("path", ".");
  const os::Path destination = TRY(action.folder_to_fill(path.string()));
  const bool flat = merge || choice.folders == Folders::One;
  for (const Artifact& artifact : choice.artifacts) {
    if (request.cancel.cancelled()) return Error(ErrorCode::Cancelled, "download of artifacts");
    os::Path target = destination;
    if (!flat) target = TRY(action.folder_to_fill((path / artifact.name).string()));
    TRY(check_links(action, artifact, target));
    TRY(artifacts.extract(artifact, target));
    action.line(cat("Artifact '", artifact.name, "': ", plural(artifact.files.size(), "file"),
                    " into ", target.string()));
  }
  if (choice.artifacts.empty())
    action.warn("no artifact of the run matches; nothing is downloaded");
  action.output("download-path", destination.string());
  return success();
}

}  // namespace sluice::exec
