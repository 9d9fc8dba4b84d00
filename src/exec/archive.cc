#include "exec/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <memory>
#include <set>
#include <vector>

#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr unsigned kPermissions = 0777;  // set-user-id and its like are not kept

struct FreeArchive {
  void operator()(archive* a) const { archive_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using ArchivePtr = std::unique_ptr<archive, FreeArchive>;
using EntryPtr = std::unique_ptr<archive_entry, FreeEntry>;

Error cancelled() {
  return Error(ErrorCode::Cancelled, "working on an archive");
}

// What libarchive's callbacks read from or write to; the error of the port is kept for the caller.
struct Source {
  std::unique_ptr<os::ReadFile> file;
  std::vector<char> buffer = std::vector<char>(kBuffer);
  std::optional<Error> error;
};

struct Sink {
  std::unique_ptr<os::AppendFile> file;
  std::optional<Error> error;
};

la_ssize_t read_source(archive* a, void* data, const void** bytes) {
  auto& source = *static_cast<Source*>(data);
  const Result<std::size_t> got = source.file->read(source.buffer);
  if (!got.ok()) {
    source.error = got.error();
    archive_set_error(a, EIO, "cannot be read");
    return -1;
  }
  *bytes = source.buffer.data();
  return static_cast<la_ssize_t>(got.value());
}

la_ssize_t write_sink(archive* a, void* data, const void* bytes, std::size_t size) {
  auto& sink = *static_cast<Sink*>(data);
  const Result<void> written = sink.file->append({static_cast<const char*>(bytes), size});
  if (written.ok()) return static_cast<la_ssize_t>(size);
  sink.error = written.error();
  archive_set_error(a, EIO, "cannot be written");
  return -1;
}

std::string text_of(archive* a) {
  const char* const text = archive_error_string(a);
  return text != nullptr ? text : "unknown trouble";
}

// ---- packing

class Packer {
 public:
  Packer(os::Files& files, const CancellationToken& cancel) : files_(files), cancel_(cancel) {}

  Result<void> open(const os::Path& path);
  Result<void> add(const ArchiveMember& member);
  Result<ArchiveContent> close();

 private:
  Result<void> check(int status);
  Result<void> add_file(const ArchiveMember& member, archive_entry* entry, std::uint64_t size);

  os::Files& files_;
  const CancellationToken& cancel_;
  Sink sink_;
  ArchivePtr archive_{archive_write_new()};
  ArchiveContent content_;
  std::vector<char> buffer_ = std::vector<char>(kBuffer);
};

// Warnings are about names in other character sets, which are kept byte by byte.
Result<void> Packer::check(int status) {
  if (status >= ARCHIVE_WARN) return success();
  if (sink_.error) return *sink_.error;
  return Error(ErrorCode::Io, cat("cannot pack: ", text_of(archive_.get())));
}

Result<void> Packer::open(const os::Path& path) {
  TRY(files_.remove_all(path));
  sink_.file = TRY(files_.open_append(path, 0600));
  archive* const a = archive_.get();
  TRY(check(archive_write_set_format_pax(a)));
  TRY(check(archive_write_add_filter_zstd(a)));
  TRY(check(archive_write_set_options(a, "hdrcharset=BINARY")));
  TRY(check(archive_write_set_bytes_in_last_block(a, 1)));  // zstd reads no padding
  return check(archive_write_open(a, &sink_, nullptr, write_sink, nullptr));
}

Result<void> Packer::add(const ArchiveMember& member) {
  if (cancel_.cancelled()) return cancelled();
  const Result<os::FileInfo> info = files_.stat(member.path);
  if (!info.ok()) {
    if (info.error().code() == ErrorCode::NotFound) return success();
    return info.error();
  }
  const EntryPtr entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), member.name.c_str());
  archive_entry_set_perm(entry.get(), info.value().mode & kPermissions);
  const std::int64_t micros = to_micros(info.value().modified);
  archive_entry_set_mtime(entry.get(), micros / 1'000'000, micros % 1'000'000 * 1000);
  if (info.value().kind == os::FileKind::Regular)
    return add_file(member, entry.get(), info.value().size);
  if (info.value().kind == os::FileKind::Symlink) {
    const os::Path target = TRY(files_.read_link(member.path));
    archive_entry_set_filetype(entry.get(), AE_IFLNK);
    archive_entry_set_symlink(entry.get(), target.c_str());
  } else if (info.value().kind == os::FileKind::Directory) {
    archive_entry_set_filetype(entry.get(), AE_IFDIR);
  } else {
    return success();
  }
  ++content_.entries;
  return check(archive_write_header(archive_.get(), entry.get()));
}

Result<void> Packer::add_file(const ArchiveMember& member, archive_entry* entry,
                              std::uint64_t size) {
  Result<std::unique_ptr<os::ReadFile>> file = files_.open(member.path);
  if (!file.ok()) {
    if (file.error().code() == ErrorCode::NotFound) return success();
    return file.error();
  }
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_size(entry, static_cast<la_int64_t>(size));
  TRY(check(archive_write_header(archive_.get(), entry)));
  std::uint64_t seen = 0;
  for (;;) {
    if (cancel_.cancelled()) return cancelled();
    const std::size_t got = TRY(file.value()->read(buffer_));
    if (got == 0) break;
    seen += got;
    if (seen > size) break;
    if (archive_write_data(archive_.get(), buffer_.data(), got) < 0) TRY(check(ARCHIVE_FATAL));
  }
  if (seen != size)
    return failed_precondition(cat(member.path.string(), " changed while it was being packed"));
  content_.bytes += size;
  ++content_.entries;
  return success();
}

Result<ArchiveContent> Packer::close() {
  TRY(check(archive_write_close(archive_.get())));
  TRY(sink_.file->close());
  return content_;
}

// ---- unpacking

class Unpacker {
 public:
  Unpacker(const os::Path& path, const PlaceOf& place_of, const CancellationToken& cancel)
      : path_(path), place_of_(place_of), cancel_(cancel) {}

  Result<void> open(const os::FileReader& files);
  Result<void> check_all(const ArchiveContent& expected);
  Result<ArchiveContent> write_all();

 private:
  Result<void> rewind();
  Result<archive_entry*> next();  // null: the end
  Error corrupt_with(std::string_view what) const;
  Result<void> check_entry(archive_entry* entry);
  bool is_behind_link(std::string_view name) const;
  template <class Take>
  Result<void> each_block(const Take& take);

  const os::Path& path_;
  const PlaceOf& place_of_;
  const CancellationToken& cancel_;
  Source source_;
  ArchivePtr archive_;
  ArchiveContent content_;
  std::set<std::string, std::less<>> links_;  // names of symbolic links
};

Error Unpacker::corrupt_with(std::string_view what) const {
  return Error(ErrorCode::Corrupt, cat("archive ", path_.string(), ": ", what));
}

Result<void> Unpacker::open(const os::FileReader& files) {
  source_.file = TRY(files.open(path_));
  return success();
}

Result<void> Unpacker::rewind() {
  TRY(source_.file->seek(0));
  archive_.reset(archive_read_new());
  content_ = {};
  archive* const a = archive_.get();
  if (archive_read_support_filter_zstd(a) < ARCHIVE_WARN ||
      archive_read_support_format_tar(a) < ARCHIVE_WARN ||
      archive_read_open(a, &source_, nullptr, read_source, nullptr) < ARCHIVE_WARN) {
    if (source_.error) return *source_.error;
    return corrupt_with(text_of(a));
  }
  return success();
}

Result<archive_entry*> Unpacker::next() {
  if (cancel_.cancelled()) return cancelled();
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(archive_.get(), &entry);
  if (status == ARCHIVE_EOF) return static_cast<archive_entry*>(nullptr);
  if (source_.error) return *source_.error;
  if (status < ARCHIVE_WARN) return corrupt_with(text_of(archive_.get()));
  return entry;
}

// Blocks come with their offset, so that files with holes stay so.
template <class Take>
Result<void> Unpacker::each_block(const Take& take) {
  for (;;) {
    if (cancel_.cancelled()) return cancelled();
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(archive_.get(), &bytes, &size, &offset);
    if (status == ARCHIVE_EOF) return success();
    if (source_.error) return *source_.error;
    if (status < ARCHIVE_WARN) return corrupt_with(text_of(archive_.get()));
    content_.bytes += size;
    TRY(take(bytes, size, offset));
  }
}

bool Unpacker::is_behind_link(std::string_view name) const {
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/', slash + 1))
    if (links_.contains(name.substr(0, slash))) return true;
  return false;
}

Result<void> Unpacker::check_entry(archive_entry* entry) {
  const char* const text = archive_entry_pathname(entry);
  std::string_view name = text != nullptr ? text : "";
  while (name.ends_with('/')) name.remove_suffix(1);
  const auto refuse = [&](std::string_view why) {
    return corrupt_with(cat("refused: '", name, "' ", why));
  };
  if (name.empty()) return corrupt_with("refused: an entry has no name");
  for (const std::string_view part : split(name, '/'))
    if (part.empty() || part == "." || part == "..") return refuse("is no plain path");
  if (archive_entry_hardlink(entry) != nullptr) return refuse("is a hard link");
  const auto type = archive_entry_filetype(entry);
  if (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK)
    return refuse("is neither file, folder nor symbolic link");
  if (is_behind_link(name)) return refuse("lies behind a symbolic link of the archive");
  if (!place_of_(name)) return refuse("lies outside of the paths of this cache");
  if (type == AE_IFLNK) links_.emplace(name);
  return success();
}

Result<void> Unpacker::check_all(const ArchiveContent& expected) {
  TRY(rewind());
  for (archive_entry* entry = TRY(next()); entry != nullptr; entry = TRY(next())) {
    TRY(check_entry(entry));
    if (++content_.entries > expected.entries) return corrupt_with("refused: too many entries");
    TRY(each_block([&](const void*, std::size_t, la_int64_t) -> Result<void> {
      if (content_.bytes > expected.bytes) return corrupt_with("refused: too large when unpacked");
      return success();
    }));
  }
  if (content_ != expected) return corrupt_with("it is not complete");
  return success();
}

Result<ArchiveContent> Unpacker::write_all() {
  TRY(rewind());
  const ArchivePtr disk(archive_write_disk_new());
  archive_write_disk_set_options(disk.get(), ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_PERM |
                                                 ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                                 ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  const auto check = [&](int status) -> Result<void> {
    if (status >= ARCHIVE_WARN) return success();
    const int number = archive_errno(disk.get());
    const Error error = number > 0 ? system_error(number, "unpack") : corrupt_with("unpack");
    return Error(error.code(), cat(error.message(), ": ", text_of(disk.get())));
  };
  for (archive_entry* entry = TRY(next()); entry != nullptr; entry = TRY(next())) {
    std::string_view name = archive_entry_pathname(entry);
    while (name.ends_with('/')) name.remove_suffix(1);
    const std::optional<os::Path> place = place_of_(name);
    if (!place) return corrupt_with("it changed while it was being unpacked");
    archive_entry_set_pathname(entry, place->c_str());
    archive_entry_set_perm(entry, archive_entry_perm(entry) & kPermissions);
    TRY(check(archive_write_header(disk.get(), entry)));
    TRY(each_block([&](const void* bytes, std::size_t size, la_int64_t offset) {
      return check(static_cast<int>(archive_write_data_block(disk.get(), bytes, size, offset)));
    }));
    TRY(check(archive_write_finish_entry(disk.get())));
    ++content_.entries;
  }
  TRY(check(archive_write_close(disk.get())));
  return content_;
}

}  // namespace

Result<ArchiveContent> pack_archive(os::Files& files, std::span<const ArchiveMember> members,
                                    const os::Path& archive, const CancellationToken& cancel) {
  Packer packer(files, cancel);
  TRY(packer.open(archive));
  for (const ArchiveMember& member : members) TRY(packer.add(member));
  return packer.close();
}

Result<ArchiveContent> unpack_archive(const os::FileReader& files, const os::Path& archive,
                                      const PlaceOf& place_of, const ArchiveContent& expected,
                                      const CancellationToken& cancel) {
  Unpacker unpacker(archive, place_of, cancel);
  TRY(unpacker.open(files));
  TRY(unpacker.check_all(expected));
  return unpacker.write_all();
}

}  // namespace sluice::exec
