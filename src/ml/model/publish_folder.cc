#include "ml/model/publish_folder.h"

#include "base/strings.h"

namespace sluice::ml {
namespace {

os::Path beside(const os::Path& folder, std::string_view suffix) {
  os::Path clean = folder.lexically_normal();
  if (!clean.has_filename()) clean = clean.parent_path();
  return clean.parent_path() / cat(".", clean.filename().string(), suffix);
}

}  // namespace

os::Path staging_path(const os::Path& folder) {
  return beside(folder, ".sluice-new");
}

Result<void> publish_folder(os::Files& files, const os::Path& staged, const os::Path& folder) {
  const os::Path aside = beside(folder, ".sluice-old");
  if (!files.stat(folder).ok() && files.stat(aside).ok()) TRY(files.rename(aside, folder));
  const auto before = files.stat(folder);
  if (!before.ok() && before.error().code() != ErrorCode::NotFound) return before.error();
  if (before.ok() && before->kind != os::FileKind::Directory)
    return failed_precondition(cat(folder.string(), " is no folder, so it is not replaced"));
  TRY(files.remove_all(aside));
  if (before.ok()) TRY(files.rename(folder, aside));
  if (auto renamed = files.rename(staged, folder); !renamed.ok()) {
    if (before.ok()) (void)files.rename(aside, folder).ok();
    return std::move(renamed).error();
  }
  return files.remove_all(aside);
}

Result<void> copy_folder(os::Files& files, const os::Path& from, const os::Path& to) {
  TRY(files.make_directories(to));
  for (const os::DirectoryEntry& entry : TRY(files.list(from))) {
    const os::Path source = from / entry.name;
    switch (entry.kind) {
      case os::FileKind::Directory:
        TRY(copy_folder(files, source, to / entry.name));
        break;
      case os::FileKind::Regular:
        TRY(files.copy(source, to / entry.name));
        break;
      case os::FileKind::Symlink:
      case os::FileKind::Other:
        return invalid_input(cat(source.string(), " is a link or special file"));
    }
  }
  return success();
}

}  // namespace sluice::ml
