#include "app/conformance/suite_files.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::app::conformance {
namespace {

constexpr int kDeepest = 20;

bool ends_in(std::string_view name, const std::vector<std::string>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [name](const std::string& ending) { return name.ends_with(ending); });
}

Result<void> collect(const os::FileReader& files, const os::Path& folder, const os::Path& inside,
                     int depth, const std::vector<std::string>& endings,
                     std::vector<std::string>* found) {
  const auto entries = TRY(files.list(folder / inside));
  for (const os::DirectoryEntry& entry : entries) {
    const os::Path path = inside / entry.name;
    if (entry.kind == os::FileKind::Directory && depth < kDeepest)
      TRY(collect(files, folder, path, depth + 1, endings, found));
    else if (entry.kind == os::FileKind::Regular && ends_in(entry.name, endings))
      found->push_back(path.string());
  }
  return success();
}

}  // namespace

Result<std::vector<std::string>> files_in(const os::FileReader& files, const os::Path& folder,
                                          const std::vector<std::string>& endings) {
  std::vector<std::string> names;
  const auto entries = TRY(files.list(folder));
  for (const os::DirectoryEntry& entry : entries)
    if (entry.kind != os::FileKind::Directory && ends_in(entry.name, endings))
      names.push_back(entry.name);
  return names;
}

Result<std::vector<std::string>> files_below(const os::FileReader& files, const os::Path& folder,
                                             const std::vector<std::string>& endings) {
  std::vector<std::string> found;
  TRY(collect(files, folder, {}, 0, endings, &found));
  return found;
}

Result<std::vector<std::string>> folders_in(const os::FileReader& files, const os::Path& folder) {
  std::vector<std::string> names;
  const auto entries = TRY(files.list(folder));
  for (const os::DirectoryEntry& entry : entries)
    if (entry.kind == os::FileKind::Directory) names.push_back(entry.name);
  return names;
}

bool is_folder(const os::FileReader& files, const os::Path& path) {
  const auto info = files.stat(path);
  return info.ok() && info->kind == os::FileKind::Directory;
}

const std::vector<std::string>& workflow_endings() {
  static const std::vector<std::string> kEndings = {".yml", ".yaml"};
  return kEndings;
}

}  // namespace sluice::app::conformance
