// How long things are kept: runs are pruned by age and number, blobs and leftovers collected when
// nothing names them any more.
#pragma once

#include <string>
#include <vector>

#include "app/workbench.h"
#include "ml/data/profile_store.h"

namespace sluice::app {

struct PruneRequest {
  std::size_t keep = 20;                        // newest finished runs that stay in any case
  Duration older_than = std::chrono::hours(0);  // only those that ended longer ago
};

struct Pruned {
  std::vector<std::string> runs;
  std::vector<std::string> kept_unfinished;  // neither finished nor driven by anybody
};

// Removes finished runs with their folder, journal and rows. A run that somebody drives, or that
// never finished, stays.
Result<Pruned> prune_runs(Workbench& workbench, const PruneRequest& request);

struct CollectRequest {
  std::size_t keep_training = 20;  // newest folders of training jobs that stay in any case
  Duration training_older_than = std::chrono::hours(24 * 30);  // since anything was written there
  ml::ProfileRetention profiles = {};
};

enum class BlobsLeft { None, RunsGoOn };

struct Collected {
  std::size_t blobs = 0;
  std::uint64_t blob_bytes = 0;
  std::size_t caches = 0;   // beyond the limit of all caches, or without their archive
  std::size_t folders = 0;  // of runs that no journal knows
  std::size_t training_jobs = 0;
  std::size_t deployed_models = 0;  // copies of folders that no target can start any more
  std::size_t profiles = 0;         // of data
  BlobsLeft left = BlobsLeft::None;
};

// Removes folders of unknown runs, of old training jobs, profiles that were not used for long,
// unused copies of deployed folders, caches beyond their limit, and blobs that neither a cache nor
// an artifact of a remaining run names. While a run goes on blobs and caches stay (RunsGoOn): a
// blob that was just uploaded has no name yet. No run starts or is taken over in the meantime
// (store::lock_collection).
Result<Collected> collect_garbage(Workbench& workbench, const CollectRequest& request);

}  // namespace sluice::app
