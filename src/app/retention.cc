#include "app/retention.h"

#include <algorithm>
#include <functional>
#include <set>

#include "app/deployed_models.h"
#include "base/ids.h"
#include "base/strings.h"
#include "exec/artifacts.h"
#include "exec/caches.h"
#include "store/home.h"

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

// A starting run makes its folder before anything else knows it.
bool is_young(Workbench& workbench, const os::Path& folder) {
  constexpr Duration kYoung = std::chrono::hours(1);
  const auto info = workbench.world().files.stat(folder);
  return info.ok() && workbench.world().clock.now() - info->modified < kYoung;
}

// What the home's runs still need, and whether one of them goes on.
struct Needed {
  std::set<Digest> blobs;
  bool run_goes_on = false;
};

Result<Needed> look_at_runs(Workbench& workbench, Collected* collected) {
  std::set<std::string> known;
  for (const engine::RunRow& run : TRY(workbench.read_model().runs(kAllRuns))) known.insert(run.id);
  Needed needed;
  const os::Path runs = workbench.home() / "runs";
  const auto entries = workbench.world().files.list(runs);
  if (!entries.ok()) return needed;
  for (const os::DirectoryEntry& entry : *entries) {
    if (!is_sortable_id(entry.name)) continue;
    needed.run_goes_on =
        needed.run_goes_on || engine::is_driven(workbench.world(), workbench.home(), entry.name);
    if (known.contains(entry.name)) {
      const exec::Artifacts artifacts(workbench.world(), workbench.blobs(), runs / entry.name);
      for (const exec::Artifact& artifact : TRY(artifacts.list()))
        for (const exec::ArtifactFile& file : artifact.files) needed.blobs.insert(file.digest);
    } else if (!is_young(workbench, runs / entry.name) && TRY(remove_run(workbench, entry.name))) {
      ++collected->folders;
    }
  }
  return needed;
}

// When something was last written in the folder of a training job.
Timestamp last_written(const os::FileReader& files, const os::Path& folder) {
  Timestamp last{};
  for (const os::Path& path : {folder, folder / "training.log", folder / "job.json"})
    if (const auto info = files.stat(path); info.ok()) last = std::max(last, info->modified);
  return last;
}

Result<std::size_t> remove_training_jobs(const os::World& world, const os::Path& folder,
                                         const CollectRequest& request) {
  std::vector<std::pair<Timestamp, os::Path>> jobs;
  const auto entries = world.files.list(folder);
  if (!entries.ok()) return std::size_t{0};
  for (const os::DirectoryEntry& entry : *entries)
    if (entry.kind == os::FileKind::Directory)
      jobs.emplace_back(last_written(world.files, folder / entry.name), folder / entry.name);
  std::ranges::sort(jobs, std::greater());
  std::size_t removed = 0;
  for (std::size_t i = request.keep_training; i < jobs.size(); ++i) {
    if (world.clock.now() - jobs[i].first < request.training_older_than) continue;
    TRY(world.files.remove_all(jobs[i].second));
    ++removed;
  }
  return removed;
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

Result<Collected> collect_garbage(Workbench& workbench, const CollectRequest& request) {
  const auto lock = TRY(store::lock_collection(workbench.world(), workbench.home()));
  Collected collected;
  collected.training_jobs =
      TRY(remove_training_jobs(workbench.world(), workbench.home() / "training", request));
  collected.deployed_models =
      TRY(remove_unused_deployed_models(workbench.world(), workbench.home()));
  collected.profiles = TRY(ml::remove_unused_profiles(
      workbench.world().files, workbench.home(), workbench.world().clock.now(), request.profiles));
  Needed needed = TRY(look_at_runs(workbench, &collected));
  if (needed.run_goes_on) {
    collected.left = BlobsLeft::RunsGoOn;
    return collected;
  }
  exec::Caches caches(workbench.world(), workbench.blobs(), workbench.home());
  collected.caches = TRY(caches.evict(exec::kDefaultCacheLimit)).entries;
  for (const exec::CacheEntry& entry : TRY(caches.list())) needed.blobs.insert(entry.archive);
  std::vector<store::BlobInfo> unwanted;
  TRY(workbench.blobs().for_each([&](const store::BlobInfo& blob) {
    if (!needed.blobs.contains(blob.digest)) unwanted.push_back(blob);
    return success();
  }));
  for (const store::BlobInfo& blob : unwanted) {
    TRY(workbench.blobs().remove(blob.digest));
    ++collected.blobs;
    collected.blob_bytes += blob.size;
  }
  return collected;
}

}  // namespace sluice::app
