#include "app/required_gate.h"

#include <functional>

#include "app/repository.h"
#include "app/workbench.h"
#include "base/strings.h"
#include "ml/evaluate/gate_file.h"
#include "pipeline/project_file.h"
#include "store/home.h"

namespace sluice::app {
namespace {

using pipeline::kProjectFile;

constexpr std::uint64_t kMaxFile = 1u << 20;

// Files of one revision of a repository.
struct Sources {
  std::string repository;  // for people, and to tell it from others
  std::string revision;    // for people; may be empty
  // Unset: there is no such file.
  std::function<Result<std::optional<std::string>>(const std::string& path)> read;
};

std::string place_of(const Sources& sources) {
  return cat(sources.repository, sources.revision.empty() ? "" : " at ", sources.revision);
}

Result<std::optional<std::string>> if_there(Result<std::string> text) {
  if (!text.ok() && text.error().code() == ErrorCode::NotFound) return std::optional<std::string>();
  return std::optional(TRY(std::move(text)));
}

// A link could lead to what steps write.
Result<std::optional<std::string>> read_plain(const os::FileReader& files, const os::Path& path) {
  const auto info = files.stat(path);
  if (!info.ok())
    return info.error().code() == ErrorCode::NotFound ? Result(std::optional<std::string>())
                                                      : info.error();
  if (info->kind != os::FileKind::Regular)
    return invalid_input(cat(path.string(), " must be a regular file"));
  return if_there(files.read(path, kMaxFile));
}

std::string name_of(const store::Checkout& checkout) {
  const os::Path& git = checkout.common_dir;
  return (git.filename() == ".git" ? git.parent_path() : git).string();
}

Result<Sources> sources_at(const os::World& world, const os::Path& root,
                           const std::string& revision) {
  const auto checkout = TRY(store::find_checkout(world.files, root));
  if (!checkout) return not_found(cat(root.string(), " is no git repository any more"));
  const Repository repository = TRY(Repository::open(world, root));
  const std::string commit = TRY(repository.commit_of(revision));
  return Sources{name_of(*checkout), commit.substr(0, 7),
                 [repository, commit](const std::string& path) {
                   return if_there(repository.read_at(commit, path));
                 }};
}

// ---- a run of this home ----

// The run that `folder` belongs to, else the one that the environment names.
std::string run_of(const WorkPlace& place) {
  const os::Path runs = place.home / "runs";
  const os::Path inside = place.folder.lexically_relative(runs);
  if (!inside.empty() && *inside.begin() != ".." && *inside.begin() != ".")
    return inside.begin()->string();
  const bool plain = !place.run_id.empty() && place.run_id.find('/') == std::string::npos &&
                     place.run_id != "." && place.run_id != "..";
  return plain && place.world.files.stat(runs / place.run_id).ok() ? place.run_id : std::string();
}

Result<bool> was_deleted(const os::FileReader& files, const os::Path& snapshot,
                         const std::string& path) {
  const auto list = TRY(if_there(files.read(snapshot / "deleted", 64u << 20)));
  if (!list) return false;
  for (const std::string_view deleted : split(*list, '\0'))
    if (deleted == path) return true;
  return false;
}

Result<Sources> sources_of_run(const WorkPlace& place, const std::string& run) {
  const auto workbench = TRY(Workbench::open(place.world, place.home, place.executable));
  const auto events = TRY(workbench->journal().load(engine::stream_of(run)));
  if (events.empty()) return not_found("its journal is empty");
  const JsonObject& created = *TRY(as_object(events.front().event.body, "RunCreated"));
  const JsonObject& source = *TRY(get_object(created, "source"));
  const std::string repository = TRY(get_string(source, "repository"));
  const std::string commit = TRY(get_string(source, "commit"));
  const os::Path snapshot = TRY(get_string(source, "snapshot"));
  Sources sources = TRY(sources_at(place.world, repository, commit));
  if (snapshot.empty()) return sources;
  const os::FileReader& files = place.world.files;
  sources.read = [&files, snapshot, committed = sources.read](
                     const std::string& path) -> Result<std::optional<std::string>> {
    auto edited = TRY(read_plain(files, snapshot / "files" / path));
    if (edited) return edited;
    const auto deleted = TRY(was_deleted(files, snapshot, path));
    return deleted ? Result(std::optional<std::string>()) : committed(path);
  };
  sources.revision += " with edits";
  return sources;
}

// ---- elsewhere ----

Sources sources_in_folder(const os::FileReader& files, const os::Path& folder) {
  return {folder.string(), {}, [&files, folder](const std::string& path) {
            return read_plain(files, folder / path);
          }};
}

// Unset: there is none to be asked.
Result<std::optional<Sources>> sources_here(const WorkPlace& place) {
  const os::FileReader& files = place.world.files;
  const auto checkout = TRY(store::find_checkout(files, place.folder));
  if (!checkout) return std::optional(sources_in_folder(files, place.folder));
  auto committed = sources_at(place.world, checkout->root, "HEAD");
  const os::Path edited = checkout->root / kProjectFile;
  const bool there = files.stat(edited).ok();
  // No commit yet, or no git: nothing is lost where there is no such file anyway.
  if (!committed.ok() && !there) return std::optional<Sources>();
  Sources sources = TRY(std::move(committed));
  const auto text = TRY(sources.read(std::string(kProjectFile)));
  if (!text && there)
    return failed_precondition(cat(edited.string(),
                                   " is not committed, and which gate a model needs is asked of "
                                   "the commit: commit it"));
  return std::optional(std::move(sources));
}

Result<std::optional<Sources>> sources_of(const WorkPlace& place) {
  const std::string run = run_of(place);
  if (run.empty()) return sources_here(place);
  return std::optional(
      TRY_CONTEXT(sources_of_run(place, run),
                  cat("which gate is required is asked of the source of run ", run)));
}

Result<ml::RequiredGate> read_gate(const Sources& sources, const pipeline::NamedGate& named) {
  const std::string place = cat(kProjectFile, ":", named.position.line, ":", named.position.column);
  const auto text = TRY(sources.read(named.file));
  if (!text)
    return not_found(cat(place, ": the gate of '", named.model, "', ", named.file, ", is not in ",
                         place_of(sources)));
  const auto gate =
      TRY_CONTEXT(ml::parse_gate_file(*text, named.file),
                  cat("the gate that ", place_of(sources), " names for '", named.model, "'"));
  if (!gate.model.empty() && gate.model != named.model)
    return invalid_input(cat(place, ": ", named.file, " is a gate for '", gate.model,
                             "' (its 'model'), and not for '", named.model, "'"));
  ml::RequiredGate required;
  required.file = named.file;
  required.digest = gate.digest;
  const os::Path waivers = os::Path(named.file).parent_path() / "waivers.yml";
  if (const auto beside = TRY(sources.read(waivers.string()))) required.waivers = sha256(*beside);
  required.target = gate.target;
  required.repository = sources.repository;
  required.revision = sources.revision;
  return required;
}

}  // namespace

Result<std::optional<ml::RequiredGate>> find_required_gate(const WorkPlace& place,
                                                           const std::string& model) {
  const auto sources = TRY(sources_of(place));
  if (!sources) return std::optional<ml::RequiredGate>();
  const auto text = TRY(sources->read(std::string(kProjectFile)));
  if (!text) return std::optional<ml::RequiredGate>();
  const auto project =
      TRY_CONTEXT(pipeline::parse_project_file(*text, kProjectFile), place_of(*sources));
  const pipeline::NamedGate* named = project.find_gate(model);
  if (named == nullptr) return std::optional<ml::RequiredGate>();
  return std::optional(TRY(read_gate(*sources, *named)));
}

Result<os::Path> gate_file_of(const WorkPlace& place, const std::string& model) {
  const auto checkout = TRY(store::find_checkout(place.world.files, place.folder));
  const os::Path root = checkout ? checkout->root : place.folder;
  const os::Path path = root / kProjectFile;
  const auto text = TRY(if_there(place.world.files.read(path, kMaxFile)));
  if (!text) return not_found(cat("there is no ", path.string(), " that names gates"));
  const auto project = TRY(pipeline::parse_project_file(*text, path.string()));
  const pipeline::NamedGate* named = project.find_gate(model);
  if (model.empty() && project.gates.size() == 1) named = &project.gates.front();
  if (named != nullptr) return root / named->file;
  std::vector<std::string> names;
  for (const auto& gate : project.gates) names.push_back(gate.model);
  return not_found(cat(
      path.string(), " names ", names.empty() ? "no gate" : cat("gates for ", join(names, ", ")),
      model.empty() ? "" : cat(", none for '", model, "'", did_you_mean(model, names))));
}

}  // namespace sluice::app
