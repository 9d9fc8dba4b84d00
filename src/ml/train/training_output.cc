#include "ml/train/training_output.h"

#include "base/strings.h"
#include "ml/model/model_folder.h"

namespace sluice::ml {
namespace {

Result<os::Path> record_of(const os::FileReader& files, const TrainingOutput& output) {
  const os::Path folder = TRY(files.resolve(output.folder));
  return output.records / sha256(folder.string()).hex();
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
  return digest.ok() && digest->to_string() == trim(*recorded);
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

Result<void> record_output(os::Files& files, const TrainingOutput& output, const Digest& digest) {
  TRY(files.make_directories(output.records));
  return files.write(TRY(record_of(files, output)), cat(digest.to_string(), "\n"));
}

}  // namespace sluice::ml
