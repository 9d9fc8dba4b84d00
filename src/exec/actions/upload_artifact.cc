// actions/upload-artifact: version 4 makes one immutable set of files under a name, version 3 lets
// several uploads share one; and actions/upload-artifact/merge.
#include <algorithm>
#include <map>

#include "base/strings.h"
#include "exec/actions/action.h"
#include "exec/actions/artifact_pattern.h"
#include "exec/actions/path_patterns.h"
#include "exec/artifacts.h"
#include "exec/file_walk.h"
#include "exec/safe_name.h"

namespace sluice::exec {
namespace {

using Paths = std::vector<std::string>;

constexpr std::int64_t kMostDays = 99'999;

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

Result<std::optional<std::int64_t>> number(const Action& action, std::string_view input,
                                           std::int64_t highest) {
  const std::string text = action.input(input);
  if (text.empty()) return std::optional<std::int64_t>();
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || text.size() > 9 || std::stoll(text) > highest)
    return invalid_input(
        cat("input '", input, "': expected a number from 0 to ", highest, ", found '", text, "'"));
  return std::optional<std::int64_t>(std::stoll(text));
}

// What names the artifact and says how long it stays: the same for both actions here.
Result<ArtifactUpload> upload_of(const Action& action, std::string_view default_name) {
  ArtifactUpload upload;
  upload.name = action.input("name", default_name);
  upload.retention_days = TRY(number(action, "retention-days", kMostDays));
  if (upload.retention_days == 0) upload.retention_days.reset();
  TRY(number(action, "compression-level", 9));  // blobs are kept as they are
  const ActionRequest& request = action.request();
  upload.uploader = cat(request.address.folder_name(), "/", request.step.id);
  upload.attempt = request.address.attempt;
  if (TRY(action.flag("overwrite", false))) upload.use = NameUse::Replace;
  return upload;
}

void report(Action& action, const Artifact& artifact) {
  action.line(cat("Artifact '", artifact.name, "': ", plural(artifact.files.size(), "file"), ", ",
                  human_bytes(artifact.size), ", ", artifact.digest.to_string()));
  action.output("artifact-id", std::to_string(artifact.id));
  action.output("artifact-digest", artifact.digest.hex());
  action.output("artifact-url", cat("file://", action.request().run_folder.string(), "/artifacts/",
                                    safe_name(artifact.name), ".json"));
}

// Up to 3.1 and 4.3 hidden files were taken; a version without a second number is the newest.
bool takes_hidden_files(const Action& action) {
  const std::string_view version = action.version();
  for (const char* old : {"v3.0", "v3.1", "v4.0", "v4.1", "v4.2", "v4.3"})
    if (version == old || version.starts_with(cat(old, "."))) return true;
  return false;
}

Result<void> take_single_file(ArtifactUpload& upload) {
  if (upload.paths.size() != 1)
    return invalid_input(cat("archive: false takes exactly one file, found ", upload.paths.size()));
  upload.name = upload.paths.front();
  return success();
}

bool is_below_hidden(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

}  // namespace

Result<void> upload_artifact(Action& action) {
  const ActionRequest& request = action.request();
  ArtifactUpload upload = TRY(upload_of(action, "artifact"));
  const PathPatterns patterns = read_path_patterns(action, action.input("path"));
  if (patterns.absolute.empty()) return invalid_input("input 'path' is required");
  const auto glob = TRY(pipeline::FileGlob::parse(patterns.absolute, "/"));
  const bool hidden = TRY(action.flag("include-hidden-files", takes_hidden_files(action)));
  WalkOptions options;
  options.links = Links::Follow;
  options.hidden = hidden ? HiddenFiles::Take : HiddenFiles::Skip;
  options.starts = patterns.starts;
  const Paths found = TRY(find_files(request.world.files, "/", glob, options, request.cancel));
  if (found.empty()) return nothing_found(action);

  const std::string root = root_of(patterns.starts, found);
  upload.root = "/" + root;
  for (const std::string& path : found)
    upload.paths.push_back(root.empty() ? path : path.substr(root.size() + 1));
  if (action.major_version() < 4) upload.use = NameUse::Share;
  if (!TRY(action.flag("archive", true))) TRY(take_single_file(upload));
  Artifacts artifacts(request.world, request.blobs, request.run_folder);
  report(action, TRY(artifacts.upload(upload)));
  return success();
}

Result<void> merge_artifacts(Action& action) {
  const ActionRequest& request = action.request();
  ArtifactUpload upload = TRY(upload_of(action, "merged-artifacts"));
  const std::string pattern = action.input("pattern", "*");
  const bool apart = TRY(action.flag("separate-directories", false));
  const bool hidden = TRY(action.flag("include-hidden-files", takes_hidden_files(action)));
  Artifacts artifacts(request.world, request.blobs, request.run_folder);
  std::vector<Artifact> merged;
  std::map<std::string, ArtifactFile> files;
  for (Artifact& artifact : TRY(artifacts.list())) {
    if (!fits_pattern(pattern, artifact.name) || artifact.uploader == upload.uploader) continue;
    for (ArtifactFile file : artifact.files) {
      if (!hidden && is_below_hidden(file.path)) continue;
      if (apart) file.path = cat(artifact.name, "/", file.path);
      files[file.path] = file;
    }
    merged.push_back(std::move(artifact));
  }
  if (merged.empty())
    return not_found(cat("no artifact of this run fits the pattern '", pattern, "'"));
  std::vector<ArtifactFile> all;
  for (auto& [path, file] : files) all.push_back(std::move(file));
  report(action, TRY(artifacts.compose(upload, std::move(all))));
  if (!TRY(action.flag("delete-merged", false))) return success();
  for (const Artifact& artifact : merged)
    if (artifact.name != upload.name) TRY(artifacts.remove(artifact));
  action.line(cat("Removed the ", plural(merged.size(), "artifact"), " that it was made of"));
  return success();
}

}  // namespace sluice::exec
