#include "ml/train/training_output.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/model/model_folder.h"

namespace sluice::ml {
namespace {

os::Path without_slash(const os::Path& path) {
  const os::Path clean = path.lexically_normal();
  return clean.has_filename() ? clean : clean.parent_path();
}

// Of a folder that need not be there yet, in one that is.
Result<os::Path> record_of(const os::FileReader& files, const TrainingOutput& output) {
  const os::Path folder = without_slash(output.folder);
  const os::Path parent =
      TRY(files.resolve(folder.has_parent_path() ? folder.parent_path() : os::Path(".")));
  return output.records / sha256((parent / folder.filename()).string()).hex();
}

Error refusal(const os::Path& folder, std::string_view what) {
  return failed_precondition(cat("the output ", folder.string(), " ", what,
                                 ": it is not replaced; name another folder ('output' or "
                                 "--output), or remove this one first"));
}

Result<bool> was_left_by_training(const os::FileReader& files, const TrainingOutput& output) {
  if (TRY(is_written_model_folder(files, output.folder))) return true;
  const auto recorded = files.read(TRY(record_of(files, output)), 1024);
  if (!recorded.ok()) return false;
  const auto digest = model_digest(files, output.folder);
  if (!digest.ok()) return false;
  const auto lines = split_lines(*recorded);
  return std::find(lines.begin(), lines.end(), digest->to_string()) != lines.end();
}

}  // namespace

Result<void> check_replaceable(const os::FileReader& files, const TrainingOutput& output) {
  const os::Path& folder = output.folder;
  if (folder.empty()) return invalid_input("the output of a training has no name");
  const auto info = files.stat(folder);
  if (!info.ok() && info.error().code() == ErrorCode::NotFound) return success();
  if (!info.ok()) return info.error();
  if (info->kind == os::FileKind::Regular) return refusal(folder, "is a file, not a folder");
  if (info->kind != os::FileKind::Directory) return refusal(folder, "is a link or special file");
  const auto entries = TRY(files.list(folder));
  if (entries.empty() || TRY(was_left_by_training(files, output))) return success();
  return refusal(folder,
                 cat("holds what no training left there, such as '", entries.front().name, "'"));
}

Result<void> announce_output(os::Files& files, const TrainingOutput& output, const Digest& digest) {
  TRY(files.make_directories(output.records));
  const os::Path folder = without_slash(output.folder);
  if (folder.has_parent_path()) TRY(files.make_directories(folder.parent_path()));
  const auto before = model_digest(files, output.folder);
  return files.write(TRY(record_of(files, output)),
                     cat(digest.to_string(), "\n", before.ok() ? before->to_string() : "", "\n"));
}

}  // namespace sluice::ml
