#include "delivery/idle_target.h"

#include "base/strings.h"
#include "delivery/target.h"
#include "delivery/target_folder.h"
#include "os/pause.h"
#include "store/journal.h"
#include "store/sqlite.h"

namespace sluice::delivery {
namespace {

// A keeper that could not start says so a moment before it ends.
constexpr Duration kEnding = std::chrono::seconds(1);
constexpr Duration kStep = std::chrono::milliseconds(20);

// Holds off keepers as long as the lock is held.
Result<std::unique_ptr<os::FileLock>> claim_idle(os::World world, const os::Path& folder,
                                                 const std::string& name) {
  auto lock = world.locks.try_lock(folder / "keeper.lock");
  for (Duration waited{}; !lock.ok() && lock.error().code() == ErrorCode::Busy && waited < kEnding;
       waited += kStep) {
    os::pause({}, kStep);
    lock = world.locks.try_lock(folder / "keeper.lock");
  }
  const std::string first =
      cat("target '", name, "' is up: stop it first (sluice target stop ", name, ")");
  if (!lock.ok())
    return lock.error().code() == ErrorCode::Busy ? failed_precondition(first) : lock.error();
  const TargetState state = TRY(read_target_state(world.files, folder, name));
  if (state.live != 0 || !state.replicas.empty()) return failed_precondition(first);
  return lock;
}

}  // namespace

Result<TargetState> read_target_state(const os::FileReader& files, const os::Path& folder,
                                      const std::string& name) {
  const os::Path path = folder / "target.db";
  if (!files.stat(path).ok()) return TargetState();
  const auto database = TRY(store::open_sqlite(path));
  TRY_CONTEXT(store::Journal::migrate(*database), path.string());
  return TRY_CONTEXT(load_target_state(store::Journal(*database), name), path.string());
}

Result<void> change_port(os::World world, const os::Path& home, const std::string& name,
                         std::uint16_t port) {
  const os::Path folder = target_folder(home, name);
  TargetSettings settings = TRY(read_target(world.files, folder));
  const auto lock = TRY(claim_idle(world, folder, name));
  settings.port = port;
  return write_target(world.files, folder, settings);
}

Result<void> remove_target(os::World world, const os::Path& home, const std::string& name) {
  const os::Path folder = target_folder(home, name);
  TRY(read_target(world.files, folder));
  const auto lock = TRY(claim_idle(world, folder, name));
  // Without its settings it is no target any more, whatever a crash leaves of the rest.
  TRY(world.files.remove_all(folder / "target.json"));
  return world.files.remove_all(folder);
}

}  // namespace sluice::delivery
