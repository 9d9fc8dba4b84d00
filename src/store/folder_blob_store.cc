#include "store/folder_blob_store.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/strings.h"

namespace sluice::store {

namespace {

constexpr unsigned kReadOnly = 0444;
constexpr std::string_view kIncoming = "incoming";

Result<BlobInfo> hash_file(const os::Files& files, const os::Path& path) {
  const auto file = TRY(files.open(path));
  std::string buffer(256u << 10, '\0');
  Sha256 hash;
  std::uint64_t size = 0;
  while (true) {
    const std::size_t n = TRY(file->read(std::span(buffer)));
    if (n == 0) break;
    hash.update(std::string_view(buffer).substr(0, n));
    size += n;
  }
  return BlobInfo{hash.finish(), size};
}

}  // namespace

os::Path FolderBlobStore::place_of(const Digest& digest) const {
  const std::string hex = digest.hex();
  return folder_ / hex.substr(0, 2) / hex.substr(2);
}

FolderBlobStore::Presence FolderBlobStore::find(const Digest& digest, std::uint64_t size) const {
  const auto info = files_.stat(place_of(digest));
  const bool here = info.ok() && info.value().kind == os::FileKind::Regular &&
                    info.value().size == size;  // a shorter one lost its end with the power
  return here ? Presence::Here : Presence::Missing;
}

Result<BlobInfo> FolderBlobStore::put(std::string_view bytes) {
  const BlobInfo info{sha256(bytes), bytes.size()};
  if (find(info.digest, info.size) == Presence::Here) return info;
  const os::Path place = place_of(info.digest);
  TRY(files_.make_directories(place.parent_path(), 0755));
  TRY(files_.write(place, bytes, durability_, kReadOnly));
  return info;
}

Result<BlobInfo> FolderBlobStore::put_file(const os::Path& path) {
  const BlobInfo expected = TRY(hash_file(files_, path));
  if (find(expected.digest, expected.size) == Presence::Here) return expected;
  // The copy is hashed again: the file may change while it is being read.
  const os::Path incoming = TRY(reserve_incoming(expected.digest));
  Result<void> copied = files_.copy(path, incoming);
  Result<BlobInfo> stored = copied.ok() ? move_in(incoming) : std::move(copied).error();
  if (!stored.ok()) (void)files_.remove_all(incoming);
  return stored;
}

// A name that no other put_file() uses at the same time, in this process or another.
Result<os::Path> FolderBlobStore::reserve_incoming(const Digest& expected) {
  TRY(files_.make_directories(folder_ / kIncoming, 0755));
  for (int n = 0;; ++n) {
    const os::Path path = folder_ / kIncoming / cat(expected.hex(), ".", n);
    auto reserved = files_.create_exclusive(path, "", os::Durability::Process, 0600);
    if (reserved.ok()) return path;
    if (reserved.error().code() != ErrorCode::AlreadyExists) return std::move(reserved).error();
  }
}

Result<BlobInfo> FolderBlobStore::move_in(const os::Path& incoming) {
  const BlobInfo info = TRY(hash_file(files_, incoming));
  if (durability_ == os::Durability::Power) {
    TRY(files_.set_mode(incoming, 0600));
    const auto file = TRY(files_.open_append(incoming));
    TRY(file->sync());
  }
  TRY(files_.set_mode(incoming, kReadOnly));
  const os::Path place = place_of(info.digest);
  TRY(files_.make_directories(place.parent_path(), 0755));
  TRY(files_.rename(incoming, place));
  return info;
}

Result<os::Path> FolderBlobStore::path_of(const Digest& digest) const {
  os::Path place = place_of(digest);
  const auto info = files_.stat(place);
  if (info.ok()) return place;
  if (info.error().code() != ErrorCode::NotFound) return info.error();
  return not_found(cat("blob ", digest.to_string(), " is not in ", folder_.string()));
}

Result<void> FolderBlobStore::for_each(
    const std::function<Result<void>(const BlobInfo&)>& visit) const {
  const auto folders = files_.list(folder_);
  if (!folders.ok() && folders.error().code() == ErrorCode::NotFound) return success();
  if (!folders.ok()) return folders.error();
  for (const os::DirectoryEntry& folder : folders.value()) {
    if (folder.kind != os::FileKind::Directory || folder.name.size() != 2) continue;
    for (const os::DirectoryEntry& entry : TRY(files_.list(folder_ / folder.name))) {
      // Others are files still being written.
      const auto digest = Digest::parse(folder.name + entry.name);
      if (!digest.ok()) continue;
      const auto info = files_.stat(folder_ / folder.name / entry.name);
      if (!info.ok() && info.error().code() == ErrorCode::NotFound) continue;
      if (!info.ok()) return info.error();
      TRY(visit({digest.value(), info.value().size}));
    }
  }
  return success();
}

Result<void> FolderBlobStore::remove(const Digest& digest) {
  return files_.remove_all(place_of(digest));
}

Result<void> FolderBlobStore::verify(const Digest& digest) const {
  const os::Path place = TRY(path_of(digest));
  const BlobInfo info = TRY(hash_file(files_, place));
  if (info.digest == digest) return success();
  return corrupt(cat(place.string(), ": its content is that of ", info.digest.to_string()));
}

}  // namespace sluice::store
