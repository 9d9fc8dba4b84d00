// The artifacts of a run: files kept under a name, as lists in runs/<id>/artifacts/<name>.json over
// content-addressed blobs. They last until the run is pruned.
//
// A name is given once per attempt of the run; a later attempt's upload takes its place. Parts, as
// version 3 of the action makes them, lie beside each other as <name>.<uploader>.json and are shown
// as one artifact, in which the file uploaded last counts. Errors: AlreadyExists when the name is
// taken, InvalidInput for a name that is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "os/world.h"
#include "store/ports/blob_store.h"

namespace sluice::exec {

struct ArtifactFile {
  std::string path;  // relative, '/'-separated
  Digest digest;
  std::uint64_t size = 0;

  bool operator==(const ArtifactFile&) const = default;
};

struct Artifact {
  std::string name;
  std::int64_t id = 0;  // a function of run and name
  Digest digest;        // of the list of files
  std::uint64_t size = 0;
  Timestamp created{};
  std::optional<std::int64_t> retention_days;
  std::string uploader;  // leg folder and step: "build/step-3"
  std::int64_t attempt = 1;
  bool part = false;                // of an artifact that several uploads make
  std::vector<ArtifactFile> files;  // sorted by path
};

// When the name is taken: an error, or the old artifact goes. Share: a part beside other parts.
enum class NameUse { Own, Replace, Share };

struct ArtifactUpload {
  std::string name;
  os::Path root;                   // what the paths are relative to
  std::vector<std::string> paths;  // of files
  std::optional<std::int64_t> retention_days;
  std::string uploader;
  std::int64_t attempt = 1;
  NameUse use = NameUse::Own;
};

// Thread-safe.
class Artifacts {
 public:
  Artifacts(const os::World& world, store::BlobStore& blobs, os::Path run_folder)
      : world_(world), blobs_(blobs), run_folder_(std::move(run_folder)) {}

  // Again by the same uploader with the same files (a crash came between): what is there.
  Result<Artifact> upload(const ArtifactUpload& upload);
  // The same with files that are in the store already; `upload` gives no paths.
  Result<Artifact> compose(const ArtifactUpload& upload, std::vector<ArtifactFile> files);
  Result<void> remove(const Artifact& artifact);
  Result<Artifact> find(const std::string& name) const;  // NotFound names those that are there
  Result<std::vector<Artifact>> list() const;            // by name
  // Writes the files below `destination` (0644, as GitHub's do), replacing what is there.
  Result<void> extract(const Artifact& artifact, const os::Path& destination) const;

 private:
  os::Path folder() const { return run_folder_ / "artifacts"; }
  os::Path list_path(const std::string& name) const;
  Result<std::vector<ArtifactFile>> store_files(const ArtifactUpload& upload) const;
  Result<std::vector<Artifact>> read_all() const;
  Result<Artifact> add(const ArtifactUpload& upload, Artifact artifact);
  Result<Artifact> add_part(Artifact artifact);

  const os::World world_;
  store::BlobStore& blobs_;
  const os::Path run_folder_;
};

}  // namespace sluice::exec
