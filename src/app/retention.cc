#include "app/retention.h"

#include <set>

#include "base/ids.h"
#include "base/strings.h"
#include "exec/artifacts.h"
#include "exec/caches.h"

namespace sluice::app {
namespace {

constexpr std::size_t kAllRuns = 1'000'000;

// Takes the run's lock for the time of its removal: nobody drives it then.
Result<bool> remove_run(Workbench& workbench, const std::string& run) {
  const os::Path folder = engine::run_folder(workbench.home(), run);
  TRY(workbench.world().files.make_directories(folder, 0700));
  auto lock = workbench.world().locks.try_lock(folder / "owner.lock");
  if (!lock.ok()) return false;
  TRY(workbench.journal().remove_stream(engine::stream_of(run)));
  TRY(workbench.read_model().remove_run(run));
  TRY(workbench.world().files.remove_all(folder));
  return true;
}

Result<bool> any_run_goes_on(Workbench& workbench) {
  for (const engine::RunRow& run : TRY(workbench.read_model().runs(kAllRuns)))
    if (run.status != "finished" && engine::is_driven(workbench.world(), workbench.home(), run.id))
      return true;
  return false;
}

}  // namespace

Result<Pruned> prune_runs(Workbench& workbench, const PruneRequest& request) {
  Pruned pruned;
  const Timestamp now = workbench.world().clock.now();
  std::size_t finished = 0;
  for (const engine::RunRow& run : TRY(workbench.read_model().runs(kAllRuns))) {
    if (run.status != "finished" || !run.finished) {
      pruned.kept_unfinished.push_back(run.id);
      continue;
    }
    if (++finished <= request.keep || now - *run.finished < request.older_than) continue;
    if (TRY(remove_run(workbench, run.id))) pruned.runs.push_back(run.id);
  }
  return pruned;
}

Result<Collected> collect_garbage(Workbench& workbench) {
  Collected collected;
  os::Files& files = workbench.world().files;
  std::set<std::string> known;
  for (const engine::RunRow& run : TRY(workbench.read_model().runs(kAllRuns))) known.insert(run.id);
  std::set<Digest> wanted;
  exec::Caches caches(workbench.world(), workbench.blobs(), workbench.home());
  for (const exec::CacheEntry& entry : TRY(caches.list())) wanted.insert(entry.archive);
  const os::Path runs = workbench.home() / "runs";
  if (auto entries = files.list(runs); entries.ok()) {
    for (const os::DirectoryEntry& entry : *entries) {
      if (!is_sortable_id(entry.name)) continue;
      if (known.contains(entry.name)) {
        const exec::Artifacts artifacts(workbench.world(), workbench.blobs(), runs / entry.name);
        for (const exec::Artifact& artifact : TRY(artifacts.list()))
          for (const exec::ArtifactFile& file : artifact.files) wanted.insert(file.digest);
      } else if (TRY(remove_run(workbench, entry.name))) {
        ++collected.folders;
      }
    }
  }
  std::vector<store::BlobInfo> unwanted;
  TRY(workbench.blobs().for_each([&](const store::BlobInfo& blob) {
    if (!wanted.contains(blob.digest)) unwanted.push_back(blob);
    return success();
  }));
  if (TRY(any_run_goes_on(workbench))) {
    collected.left = BlobsLeft::RunsGoOn;
    return collected;
  }
  collected.caches = TRY(caches.evict(exec::kDefaultCacheLimit)).entries;
  for (const store::BlobInfo& blob : unwanted) {
    TRY(workbench.blobs().remove(blob.digest));
    ++collected.blobs;
    collected.blob_bytes += blob.size;
  }
  return collected;
}

}  // namespace sluice::app
