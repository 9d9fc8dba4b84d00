// An opened home with everything that running pipelines needs: engine.db, keys, blobs, languages
// and the host's step backend. One per process; the wiring of ports to adapters stands here.
#pragma once

#include <memory>

#include "engine/read_model.h"
#include "engine/run_owner.h"
#include "os/world.h"
#include "store/ports/blob_store.h"
#include "store/ports/database.h"

namespace sluice::app {

std::unique_ptr<engine::Languages> make_languages();

// Thread-safe as its parts are.
class Workbench {
 public:
  // `executable` is this program: steps find it first on PATH. Refuses a home that a newer sluice
  // wrote.
  static Result<std::unique_ptr<Workbench>> open(const os::World& world, const os::Path& home,
                                                 const os::Path& executable);
  ~Workbench();

  const os::Path& home() const { return home_; }
  const os::World& world() const { return world_; }
  engine::ReadModel& read_model() { return *read_model_; }
  store::Journal& journal() { return *journal_; }
  store::BlobStore& blobs() { return *blobs_; }
  const engine::Languages& languages() const { return *languages_; }
  // Makes the step backend on first use.
  Result<engine::EngineParts> engine_parts();
  // Where the log of a step lies.
  Result<os::Path> log_path(const exec::LegAddress& leg, int step);

 private:
  Workbench(const os::World& world, os::Path home, os::Path executable);
  Result<void> open_stores();

  os::World world_;
  os::Path home_;
  os::Path executable_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<engine::ReadModel> read_model_;
  std::unique_ptr<store::Sealer> sealer_;
  std::unique_ptr<store::BlobStore> blobs_;
  std::unique_ptr<engine::Languages> languages_;
  std::unique_ptr<exec::StepBackend> backend_;
};

}  // namespace sluice::app
