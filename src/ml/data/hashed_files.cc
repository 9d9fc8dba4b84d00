#include "ml/data/hashed_files.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::ml {

namespace {

class HashedStream final : public os::ReadFile {
 public:
  HashedStream(std::unique_ptr<os::ReadFile> stream, os::Path path, FileDigests& digests)
      : stream_(std::move(stream)), path_(std::move(path)), digests_(digests) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t n = TRY(stream_->read(buffer));
    if (!whole_) return n;
    if (n > 0) {
      hash_.update({buffer.data(), n});
    } else if (!buffer.empty()) {
      digests_.insert_or_assign(path_, hash_.finish());
      whole_ = false;
    }
    return n;
  }
  Result<void> seek(std::uint64_t offset) override {
    whole_ = false;
    return stream_->seek(offset);
  }

 private:
  std::unique_ptr<os::ReadFile> stream_;
  os::Path path_;
  FileDigests& digests_;
  Sha256 hash_;
  bool whole_ = true;  // all that was read so far is in the hash
};

Result<Digest> file_digest(const os::FileReader& files, const os::Path& path,
                           const FileDigests& known) {
  if (const auto found = known.find(path); found != known.end()) return found->second;
  const std::unique_ptr<os::ReadFile> file = TRY(files.open(path));
  std::vector<char> buffer(256u << 10);
  Sha256 hash;
  while (const std::size_t n = TRY_CONTEXT(file->read(buffer), "read " + path.string()))
    hash.update(std::string_view(buffer.data(), n));
  return hash.finish();
}

}  // namespace

Result<std::string> HashedFiles::read(const os::Path& path, std::uint64_t limit) const {
  return files_.read(path, limit);
}

Result<std::unique_ptr<os::ReadFile>> HashedFiles::open(const os::Path& path) const {
  auto stream = TRY(files_.open(path));
  return std::unique_ptr<os::ReadFile>(
      std::make_unique<HashedStream>(std::move(stream), path, *digests_));
}

Result<os::FileInfo> HashedFiles::stat(const os::Path& path) const {
  return files_.stat(path);
}

Result<std::vector<os::DirectoryEntry>> HashedFiles::list(const os::Path& directory) const {
  return files_.list(directory);
}

Result<os::Path> HashedFiles::read_link(const os::Path& path) const {
  return files_.read_link(path);
}

Result<os::Path> HashedFiles::resolve(const os::Path& path) const {
  return files_.resolve(path);
}

Result<Digest> data_digest(const os::FileReader& files, const Inputs& inputs,
                           const FileDigests& known) {
  const std::vector<InputFile> found = TRY(find_inputs(files, inputs));
  if (found.size() == 1) return file_digest(files, found[0].path, known);
  os::Path common = found.front().path.parent_path();
  const auto holds = [&](const InputFile& input) {
    return common.empty() || common == common.root_path() ||
           input.path.string().starts_with(common.string() + "/");
  };
  while (!std::all_of(found.begin(), found.end(), holds)) common = common.parent_path();
  Sha256 hash;
  for (const InputFile& input : found)
    hash.update(cat(TRY(file_digest(files, input.path, known)).to_string(), "  ",
                    input.path.lexically_relative(common).string(), "\n"));
  return hash.finish();
}

}  // namespace sluice::ml
