// actions/upload-artifact, version 4: one immutable set of files under a name.
#include <algorithm>

#include "base/strings.h"
#include "exec/actions/action.h"
#include "exec/actions/path_patterns.h"
#include "exec/artifacts.h"
#include "exec/file_walk.h"

namespace sluice::exec {
namespace {

using Paths = std::vector<std::string>;

std::string parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(path.substr(0, slash == std::string_view::npos ? 0 : slash));
}

// The deepest folder that holds all of them.
std::string common_folder(const Paths& roots) {
  std::vector<std::string_view> common = split(roots.front(), '/');
  for (const std::string& root : roots) {
    const std::vector<std::string_view> parts = split(root, '/');
    std::size_t same = 0;
    while (same < common.size() && same < parts.size() && common[same] == parts[same]) ++same;
    common.resize(same);
  }
  std::string folder;
  for (const std::string_view part : common) folder += cat(folder.empty() ? "" : "/", part);
  return folder;
}

// What the artifact's paths are relative to, as the action does it: the one place searched, or the
// common folder of several; of a single file its folder.
std::string root_of(const Paths& roots, const Paths& found) {
  const std::string root = roots.size() == 1 ? roots.front() : common_folder(roots);
  const bool is_file = std::find(found.begin(), found.end(), root) != found.end();
  return is_file ? parent_of(root) : root;
}

Result<void> nothing_found(Action& action) {
  const std::string manner = action.input("if-no-files-found", "warn");
  const std::string message =
      cat("no files were found with the path: ", replace_all(action.input("path"), "\n", ", "),
          "; no artifact is uploaded");
  if (manner == "error") return not_found(message);
  if (manner == "ignore")
    action.line(message);
  else if (manner == "warn")
    action.warn(message);
  else
    return invalid_input(
        cat("input 'if-no-files-found': expected warn, error or ignore, found '", manner, "'"));
  return success();
}

Result<std::optional<std::int64_t>> retention(const Action& action) {
  const std::string text = action.input("retention-days");
  if (text.empty() || text == "0") return std::optional<std::int64_t>();
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || text.size() > 5)
    return invalid_input(
        cat("input 'retention-days': expected a number of days, found '", text, "'"));
  return std::optional<std::int64_t>(std::stoll(text));
}

}  // namespace

Result<void> upload_artifact(Action& action) {
  const ActionRequest& request = action.request();
  const PathPatterns patterns = read_path_patterns(action, action.input("path"));
  if (patterns.absolute.empty()) return invalid_input("input 'path' is required");
  const auto glob = TRY(pipeline::FileGlob::parse(patterns.absolute, "/"));
  const bool hidden = TRY(action.flag("include-hidden-files", false));
  const Paths& starts = patterns.starts;
  WalkOptions options;
  options.links = Links::Follow;
  options.hidden = hidden ? HiddenFiles::Take : HiddenFiles::Skip;
  options.starts = starts;
  const Paths found = TRY(find_files(request.world.files, "/", glob, options, request.cancel));
  if (found.empty()) return nothing_found(action);

  const std::string root = root_of(starts, found);
  ArtifactUpload upload;
  upload.name = action.input("name", "artifact");
  upload.root = "/" + root;
  for (const std::string& path : found)
    upload.paths.push_back(root.empty() ? path : path.substr(root.size() + 1));
  upload.retention_days = TRY(retention(action));
  upload.uploader = cat(request.address.folder_name(), "/", request.step.id);
  upload.attempt = request.address.attempt;
  upload.overwrite = TRY(action.flag("overwrite", false)) ? Overwrite::Yes : Overwrite::No;
  Artifacts artifacts(request.world, request.blobs, request.run_folder);
  const Artifact artifact = TRY(artifacts.upload(upload));
  action.line(cat("Artifact '", artifact.name, "': ", plural(artifact.files.size(), "file"), ", ",
                  human_bytes(artifact.size), ", ", artifact.digest.to_string()));
  action.output("artifact-id", std::to_string(artifact.id));
  action.output("artifact-digest", artifact.digest.hex());
  action.output("artifact-url", "");
  return success();
}

}  // namespace sluice::exec
