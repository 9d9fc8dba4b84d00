#include "app/workbench.h"

#include "base/strings.h"
#include "exec/host_backend.h"
#include "pipeline/github/language.h"
#include "store/folder_blob_store.h"
#include "store/sealer.h"
#include "store/sqlite.h"

namespace sluice::app {

std::unique_ptr<engine::Languages> make_languages() {
  auto languages = std::make_unique<engine::Languages>();
  languages->add(std::make_unique<pipeline::github::GithubLanguage>());
  return languages;
}

Workbench::Workbench(const os::World& world, os::Path home, os::Path executable)
    : world_(world), home_(std::move(home)), executable_(std::move(executable)) {}

Workbench::~Workbench() = default;

Result<std::unique_ptr<Workbench>> Workbench::open(const os::World& world, const os::Path& home,
                                                   const os::Path& executable) {
  std::unique_ptr<Workbench> workbench(new Workbench(world, home, executable));
  TRY_CONTEXT(workbench->open_stores(), cat("home ", home.string()));
  return workbench;
}

Result<void> Workbench::open_stores() {
  TRY(world_.files.make_directories(home_, 0700));
  database_ = TRY(store::open_sqlite(home_ / "engine.db"));
  TRY(store::Journal::migrate(*database_));
  TRY(engine::ReadModel::migrate(*database_));
  journal_ = std::make_unique<store::Journal>(*database_);
  journal_->set_projection(engine::ReadModel::project);
  read_model_ = std::make_unique<engine::ReadModel>(*database_);
  sealer_ = TRY(store::Sealer::open(world_.files, world_.random, home_));
  blobs_ = std::make_unique<store::FolderBlobStore>(world_.files, home_ / "blobs");
  languages_ = make_languages();
  return success();
}

Result<engine::EngineParts> Workbench::engine_parts() {
  if (backend_ == nullptr) {
    exec::HostSettings settings;
    settings.home = home_;
    settings.executable = executable_;
    backend_ = TRY(exec::HostBackend::open(world_, *blobs_, settings));
  }
  return engine::EngineParts{world_,      *journal_, *read_model_, *backend_,
                             *languages_, *sealer_,  home_};
}

Result<os::Path> Workbench::log_path(const exec::LegAddress& leg, int step) {
  TRY(engine_parts());
  return backend_->log_path(leg, step);
}

}  // namespace sluice::app
