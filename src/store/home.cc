#include "store/home.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"
#include "os/pause.h"

namespace sluice::store {
namespace {

using os::Path;

// The folder that a ".git" file names ("gitdir: PATH"), or the ".git" folder itself.
Result<Path> git_dir_of(const os::FileReader& files, const Path& dot_git) {
  if (TRY(files.stat(dot_git)).kind != os::FileKind::Regular) return dot_git;
  constexpr std::uint64_t kLimit = 4096;
  const std::string text = TRY(files.read(dot_git, kLimit));
  if (!text.starts_with("gitdir: "))
    return invalid_input(cat(dot_git.string(), ": not a git file (expected 'gitdir: PATH')"));
  return dot_git.parent_path() / std::string(trim(std::string_view(text).substr(8)));
}

Result<Path> common_dir_of(const os::FileReader& files, const Path& git_dir) {
  constexpr std::uint64_t kLimit = 4096;
  Result<std::string> common = files.read(git_dir / "commondir", kLimit);
  if (!common.ok()) return files.resolve(git_dir);
  return files.resolve(git_dir / std::string(trim(common.value())));
}

bool lies_inside(const Path& path, const Path& folder) {
  const auto [in_folder, in_path] =
      std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return in_folder == folder.end() && in_path != path.end();
}

std::string repository_id(const Checkout& checkout) {
  const bool bare_name = checkout.common_dir.filename() == ".git";
  const std::string name =
      (bare_name ? checkout.common_dir.parent_path() : checkout.common_dir).filename().string();
  return cat(name, "-", sha256(checkout.common_dir.string()).hex().substr(0, 12));
}

Result<Path> state_folder(const os::World& world) {
  if (const auto state = world.environment.get("XDG_STATE_HOME"); state && !state->empty())
    return Path(*state);
  const auto home = world.environment.get("HOME");
  if (!home || home->empty())
    return invalid_input("neither SLUICE_HOME, XDG_STATE_HOME nor HOME is set; set SLUICE_HOME");
  return Path(*home) / ".local" / "state";
}

// Where `path` lies without links, also when its last folders do not exist yet.
Result<Path> resolve_new(const os::FileReader& files, const Path& path) {
  Path there = path;
  Path rest;
  for (;;) {
    auto resolved = files.resolve(there);
    if (resolved.ok()) return rest.empty() ? *resolved : (*resolved / rest).lexically_normal();
    if (resolved.error().code() != ErrorCode::NotFound || !there.has_relative_path())
      return resolved;
    rest = rest.empty() ? there.filename() : there.filename() / rest;
    there = there.parent_path();
  }
}

}  // namespace

Result<std::optional<Checkout>> find_checkout(const os::FileReader& files, const Path& folder) {
  for (Path at = TRY(files.resolve(folder));; at = at.parent_path()) {
    if (files.stat(at / ".git").ok()) {
      const Path git_dir = TRY(git_dir_of(files, at / ".git"));
      const Path common_dir = TRY(common_dir_of(files, git_dir));
      return std::optional(Checkout{at, common_dir});
    }
    if (at == at.root_path()) return std::optional<Checkout>();
  }
}

Result<Path> find_home(const os::World& world, const Path& working_directory) {
  const std::optional<Checkout> checkout = TRY(find_checkout(world.files, working_directory));
  const auto set = world.environment.get("SLUICE_HOME");
  const Path wanted = set && !set->empty()
                          ? (Path(*set).is_absolute() ? Path(*set) : working_directory / *set)
                          : TRY(state_folder(world)) / "sluice" /
                                (checkout ? repository_id(*checkout) : std::string("default"));
  const Path home = TRY(resolve_new(world.files, wanted));
  if (checkout && lies_inside(home, checkout->root))
    return invalid_input(cat("the home ", home.string(), " lies inside the checkout ",
                             checkout->root.string(),
                             "; set SLUICE_HOME to a folder outside of it"));
  TRY(world.files.make_directories(home, 0700));
  return home;
}

Result<std::unique_ptr<os::FileLock>> lock_collection(const os::World& world, const Path& home) {
  constexpr Duration kMost = std::chrono::seconds(30);
  constexpr Duration kStep = std::chrono::milliseconds(5);
  for (Duration waited{};; waited += kStep) {
    auto lock = world.locks.try_lock(home / "collection.lock");
    if (lock.ok() || lock.error().code() != ErrorCode::Busy || waited >= kMost) return lock;
    os::pause({}, kStep);
  }
}

}  // namespace sluice::store
