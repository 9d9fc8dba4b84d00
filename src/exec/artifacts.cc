#include "exec/artifacts.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/json.h"
#include "base/strings.h"
#include "exec/safe_name.h"

namespace sluice::exec {
namespace {

constexpr std::string_view kForbidden = "\"<>|*?\r\n/\\:";

Result<void> check_name(const std::string& name) {
  if (name.empty()) return invalid_input("an artifact needs a name");
  if (const std::size_t at = name.find_first_of(kForbidden); at != std::string::npos)
    return invalid_input(cat("the artifact name '", name, "' must not hold '", name[at],
                             "': none of \" < > | * ? : / \\ and line ends"));
  return success();
}

JsonArray files_json(const Artifact& artifact) {
  JsonArray files;
  for (const ArtifactFile& file : artifact.files)
    files.push_back(JsonObject{{"path", file.path},
                               {"digest", file.digest.to_string()},
                               {"size", static_cast<std::int64_t>(file.size)}});
  return files;
}

Json to_json(const Artifact& artifact) {
  JsonObject object{{"name", artifact.name},
                    {"id", artifact.id},
                    {"digest", artifact.digest.to_string()},
                    {"size", static_cast<std::int64_t>(artifact.size)},
                    {"created", to_rfc3339(artifact.created)},
                    {"uploader", artifact.uploader},
                    {"attempt", artifact.attempt},
                    {"files", files_json(artifact)}};
  if (artifact.retention_days) object["retention_days"] = *artifact.retention_days;
  if (artifact.part) object["part"] = true;
  return object;
}

// Only paths that stay below the folder they are written into.
bool is_safe_path(const std::string& path) {
  if (path.empty() || path.front() == '/') return false;
  for (const std::string_view part : split(path, '/'))
    if (part.empty() || part == "." || part == "..") return false;
  return path.find('\0') == std::string::npos;
}

Result<ArtifactFile> file_from_json(const Json& value) {
  const JsonObject& object = *TRY(as_object(value, "artifact file"));
  ArtifactFile file;
  file.path = TRY(get_string(object, "path"));
  const std::string digest = TRY(get_string(object, "digest"));
  file.digest = TRY(Digest::parse(digest));
  file.size = static_cast<std::uint64_t>(TRY(get_int(object, "size")));
  if (!is_safe_path(file.path)) return corrupt(cat("path '", file.path, "' leaves its folder"));
  return file;
}

Result<Artifact> artifact_from_json(const Json& value) {
  const JsonObject& object = *TRY(as_object(value, "artifact"));
  Artifact artifact;
  artifact.name = TRY(get_string(object, "name"));
  artifact.id = TRY(get_int(object, "id"));
  const std::string digest = TRY(get_string(object, "digest"));
  artifact.digest = TRY(Digest::parse(digest));
  artifact.size = static_cast<std::uint64_t>(TRY(get_int(object, "size")));
  artifact.created = parse_rfc3339(string_or(object, "created", "")).value_or(Timestamp{});
  artifact.uploader = TRY(get_string(object, "uploader"));
  artifact.attempt = TRY(get_int(object, "attempt"));
  if (const Json* days = sluice::find(object, "retention_days"); days && days->is_int64())
    artifact.retention_days = days->as_int64();
  if (const Json* part = sluice::find(object, "part"); part && part->is_bool())
    artifact.part = part->as_bool();
  for (const Json& file : *TRY(get_array(object, "files")))
    artifact.files.push_back(TRY(file_from_json(file)));
  return artifact;
}

Result<Artifact> read_list(const os::Files& files, const os::Path& path) {
  const std::string text = TRY(files.read(path));
  const Json json = TRY_CONTEXT(parse_json(text), path.string());
  return TRY_CONTEXT(artifact_from_json(json), path.string());
}

void set_files(Artifact& artifact, std::vector<ArtifactFile> files) {
  artifact.files = std::move(files);
  std::sort(artifact.files.begin(), artifact.files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  artifact.size = 0;
  for (const ArtifactFile& file : artifact.files) artifact.size += file.size;
  artifact.digest = sha256(to_canonical_text(files_json(artifact)));
}

// A later part: its files take the place of those under the same path.
void take_over(Artifact& whole, const Artifact& part) {
  std::map<std::string, ArtifactFile> files;
  for (const ArtifactFile& file : whole.files) files[file.path] = file;
  for (const ArtifactFile& file : part.files) files[file.path] = file;
  std::vector<ArtifactFile> all;
  for (auto& [path, file] : files) all.push_back(std::move(file));
  whole.uploader = part.uploader;
  whole.attempt = part.attempt;
  whole.created = part.created;
  set_files(whole, std::move(all));
}

// Stable, positive, and small enough for JavaScript: 52 bits of a hash.
std::int64_t id_of(const std::string& run, const std::string& name) {
  const Digest digest = sha256(cat(run, "\n", name));
  std::int64_t id = 0;
  for (std::size_t i = 0; i < 6; ++i) id = id << 8 | digest.bytes[i];
  return id + 1;
}

}  // namespace

os::Path Artifacts::list_path(const std::string& name) const {
  return folder() / cat(safe_name(name), ".json");
}

Result<std::vector<ArtifactFile>> Artifacts::store_files(const ArtifactUpload& upload) const {
  std::vector<ArtifactFile> files;
  for (const std::string& path : upload.paths) {
    if (!is_safe_path(path)) return invalid_input(cat("'", path, "' cannot be in an artifact"));
    const store::BlobInfo blob = TRY(blobs_.put_file(upload.root / path));
    files.push_back({path, blob.digest, blob.size});
  }
  return files;
}

Result<Artifact> Artifacts::upload(const ArtifactUpload& upload) {
  TRY(check_name(upload.name));
  return compose(upload, TRY(store_files(upload)));
}

Result<Artifact> Artifacts::compose(const ArtifactUpload& upload, std::vector<ArtifactFile> files) {
  TRY(check_name(upload.name));
  Artifact artifact;
  artifact.name = upload.name;
  artifact.id = id_of(run_folder_.filename().string(), upload.name);
  artifact.created = world_.clock.now();
  artifact.retention_days = upload.retention_days;
  artifact.uploader = upload.uploader;
  artifact.attempt = upload.attempt;
  artifact.part = upload.use == NameUse::Share;
  set_files(artifact, std::move(files));
  TRY(world_.files.make_directories(folder()));
  return add(upload, std::move(artifact));
}

Result<Artifact> Artifacts::add(const ArtifactUpload& upload, Artifact artifact) {
  const os::Path path = list_path(upload.name);
  const std::string text = to_pretty_text(to_json(artifact)) + "\n";
  const Result<Artifact> there = find(upload.name);
  if (!there.ok() && there.error().code() != ErrorCode::NotFound) return there.error();
  if (there.ok() && there->part && artifact.part) return add_part(std::move(artifact));
  if (there.ok()) {
    const bool same_uploader = there.value().uploader == upload.uploader;
    if (same_uploader && there.value().files == artifact.files) return there;
    if (upload.use != NameUse::Replace && there.value().attempt >= upload.attempt)
      return Error(ErrorCode::AlreadyExists,
                   cat("this run has an artifact '", upload.name, "' already, uploaded by ",
                       there.value().uploader,
                       "; artifacts cannot be changed (give each leg of a "
                       "matrix its own name, or set overwrite: true)"));
    if (there->part || artifact.part) TRY(remove(there.value()));
  }
  if (artifact.part) return add_part(std::move(artifact));
  if (there.ok()) {
    TRY(world_.files.write(path, text));
    return artifact;
  }
  TRY_CONTEXT(world_.files.create_exclusive(path, text),
              cat("artifact '", upload.name, "' is being uploaded twice"));
  return artifact;
}

Result<Artifact> Artifacts::add_part(Artifact artifact) {
  const os::Path path =
      folder() / cat(safe_name(artifact.name), ".", safe_name(artifact.uploader), ".json");
  TRY(world_.files.write(path, to_pretty_text(to_json(artifact)) + "\n"));
  return find(artifact.name);
}

Result<Artifact> Artifacts::find(const std::string& name) const {
  std::vector<std::string> names;
  for (Artifact& artifact : TRY(list())) {
    if (artifact.name == name) return std::move(artifact);
    names.push_back(artifact.name);
  }
  if (names.empty()) return not_found(cat("this run has no artifact '", name, "'; it has none"));
  const std::string near = did_you_mean(name, names);
  return not_found(cat("this run has no artifact '", name, "'", near,
                       near.empty() ? "; it has: " : " It has: ", join(names, ", ")));
}

Result<std::vector<Artifact>> Artifacts::read_all() const {
  std::vector<Artifact> all;
  const Result<std::vector<os::DirectoryEntry>> entries = world_.files.list(folder());
  if (!entries.ok()) {
    if (entries.error().code() == ErrorCode::NotFound) return all;
    return entries.error();
  }
  for (const os::DirectoryEntry& entry : entries.value())
    if (entry.name.ends_with(".json"))
      all.push_back(TRY(read_list(world_.files, folder() / entry.name)));
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.name, a.attempt, a.created) < std::tie(b.name, b.attempt, b.created);
  });
  return all;
}

Result<std::vector<Artifact>> Artifacts::list() const {
  std::vector<Artifact> all;
  for (Artifact& artifact : TRY(read_all())) {
    if (artifact.part && !all.empty() && all.back().name == artifact.name)
      take_over(all.back(), artifact);
    else
      all.push_back(std::move(artifact));
  }
  return all;
}

Result<void> Artifacts::remove(const Artifact& artifact) {
  const std::string begin = safe_name(artifact.name) + ".";
  for (const os::DirectoryEntry& entry : TRY(world_.files.list(folder())))
    if (entry.name.starts_with(begin)) TRY(world_.files.remove_all(folder() / entry.name));
  return success();
}

Result<void> Artifacts::extract(const Artifact& artifact, const os::Path& destination) const {
  TRY(world_.files.make_directories(destination));
  for (const ArtifactFile& file : artifact.files) {
    const os::Path target = destination / file.path;
    const os::Path blob = TRY_CONTEXT(blobs_.path_of(file.digest), file.path);
    TRY(world_.files.make_directories(target.parent_path()));
    TRY(world_.files.remove_all(target));
    TRY(world_.files.copy(blob, target));
    TRY(world_.files.set_mode(target, 0644));
  }
  return success();
}

}  // namespace sluice::exec
