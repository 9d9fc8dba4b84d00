#include "exec/actions/cache_layout.h"

#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr std::string_view kWorkspace = "workspace/";
constexpr std::string_view kHome = "home/";
constexpr std::string_view kRoot = "root/";

// The part of `path` below `folder`; nullopt when it is not in it. Both relative to "/".
std::optional<std::string_view> part_below(std::string_view path, std::string_view folder) {
  if (folder.empty()) return path;
  if (!path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  if (path.empty()) return path;
  if (path.front() != '/') return std::nullopt;
  return path.substr(1);
}

std::string without_slash(const os::Path& path) {
  return path.lexically_normal().relative_path().string();
}

// Links on the way to a path that somebody named are theirs; only the path itself is not followed.
Result<os::Path> resolve_parent(const os::Files& files, const os::Path& path) {
  os::Path missing = path.filename();
  for (os::Path folder = path.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    const Result<os::Path> real = files.resolve(folder);
    if (real.ok()) return real.value() / missing;
    if (real.error().code() != ErrorCode::NotFound) return real.error();
    missing = folder.filename() / missing;
  }
  return "/" / missing;
}

}  // namespace

Result<CacheLayout> CacheLayout::read(const Action& action) {
  CacheLayout layout;
  layout.patterns_ = read_path_patterns(action, action.input("path"));
  if (layout.patterns_.starts.empty()) return invalid_input("input 'path' names nothing to cache");
  layout.workspace_ = without_slash(action.request().folder.workspace());
  layout.home_ = without_slash(home_of_steps(action));
  for (const std::string& start : layout.patterns_.starts) {
    const os::Path real = TRY(resolve_parent(action.world().files, "/" + start));
    layout.roots_.push_back({start, real});
  }
  return layout;
}

std::string CacheLayout::name_of(std::string_view path) const {
  if (const auto part = part_below(path, workspace_))
    return part->empty() ? "" : cat(kWorkspace, *part);
  if (const auto part = part_below(path, home_)) return part->empty() ? "" : cat(kHome, *part);
  return cat(kRoot, path);
}

std::optional<os::Path> CacheLayout::place_of(std::string_view name) const {
  std::string path;
  if (name.starts_with(kWorkspace))
    path = cat(workspace_, "/", name.substr(kWorkspace.size()));
  else if (name.starts_with(kHome))
    path = cat(home_, "/", name.substr(kHome.size()));
  else if (name.starts_with(kRoot))
    path = name.substr(kRoot.size());
  else
    return std::nullopt;
  for (const Root& root : roots_) {
    const auto part = part_below(path, root.path);
    if (part) return part->empty() ? root.real : root.real / *part;
  }
  return std::nullopt;
}

}  // namespace sluice::exec
