#include "os/real_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/strings.h"

namespace sluice::os {

namespace {

constexpr std::size_t kChunk = 128u << 10;

Error path_error(std::string_view verb, const Path& path) {
  const int error_number = errno;
  return system_error(error_number, cat(verb, " ", path.string()));
}

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::Regular;
  if (S_ISDIR(mode)) return FileKind::Directory;
  if (S_ISLNK(mode)) return FileKind::Symlink;
  return FileKind::Other;
}

Path folder_of(const Path& path) {
  const Path parent = path.parent_path();
  return parent.empty() ? Path(".") : parent;
}

Result<Descriptor> open_path(const Path& path, int flags, unsigned mode = 0) {
  int number;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  if (number < 0) return path_error("open", path);
  return Descriptor(number);
}

Result<void> sync_folder(const Path& folder) {
  const Descriptor opened = TRY(open_path(folder, O_RDONLY | O_DIRECTORY));
  // Some file systems cannot sync a folder and say so with EINVAL; there is no more to do then.
  if (::fsync(opened.get()) != 0 && errno != EINVAL) return path_error("sync", folder);
  return success();
}

class OpenedForReading final : public ReadFile {
 public:
  OpenedForReading(Descriptor file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    return read_some(file_.get(), buffer, name_);
  }
  Result<void> seek(std::uint64_t offset) override {
    if (::lseek(file_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
      return system_error(errno, name_);
    }
    return success();
  }

 private:
  Descriptor file_;
  std::string name_;
};

class OpenedForAppending final : public AppendFile {
 public:
  OpenedForAppending(Descriptor file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}

  Result<void> append(std::string_view data) override {
    return write_all(file_.get(), data, cat("write ", name_));
  }
  Result<void> sync() override {
    if (::fdatasync(file_.get()) != 0 && errno != EINVAL) {
      return system_error(errno, cat("sync ", name_));
    }
    return success();
  }
  Result<void> close() override {
    const int number = file_.release();
    if (number >= 0 && ::close(number) != 0 && errno != EINTR) {
      return system_error(errno, cat("close ", name_));
    }
    return success();
  }

 private:
  Descriptor file_;
  std::string name_;
};

Result<FileKind> kind_of_entry(int folder, const dirent& entry, const Path& path) {
  switch (entry.d_type) {
    case DT_REG:
      return FileKind::Regular;
    case DT_DIR:
      return FileKind::Directory;
    case DT_LNK:
      return FileKind::Symlink;
    case DT_UNKNOWN:
      break;
    default:
      return FileKind::Other;
  }
  struct stat info {};
  if (::fstatat(folder, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return path_error("stat", path / entry.d_name);
  }
  return kind_of(info.st_mode);
}

// Everything left of `from`, by the kernel where it can, else by hand.
Result<void> copy_bytes(int from, int to, const Path& source, const Path& target) {
  while (::copy_file_range(from, nullptr, to, nullptr, 1u << 30, 0) > 0) {
  }
  std::string buffer(kChunk, '\0');
  while (true) {
    const std::size_t n = TRY(read_some(from, buffer, cat("read ", source.string())));
    if (n == 0) return success();
    TRY(write_all(to, std::string_view(buffer).substr(0, n), cat("write ", target.string())));
  }
}

// Lets a folder that its maker write-protected (a module cache, say) be emptied.
void unprotect_folders(const Path& root) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(std::filesystem::symlink_status(root, ignored))) return;
  ::chmod(root.c_str(), 0700);
  for (std::filesystem::recursive_directory_iterator
           at(root, std::filesystem::directory_options::skip_permission_denied, ignored),
       end;
       !ignored && at != end; at.increment(ignored)) {
    std::error_code unreadable;
    if (!at->is_symlink(unreadable) && at->is_directory(unreadable)) {
      ::chmod(at->path().c_str(), 0700);
    }
  }
}

}  // namespace

// A file beside its final place; removed unless it was moved there.
class RealFiles::TemporaryFile {
 public:
  TemporaryFile(Descriptor file, Path path) : file_(std::move(file)), path_(std::move(path)) {}
  TemporaryFile(TemporaryFile&& other) noexcept
      : file_(std::move(other.file_)), path_(std::exchange(other.path_, Path())) {}
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile& operator=(TemporaryFile&&) = delete;

  int descriptor() const { return file_.get(); }

  Result<void> fill(std::string_view data, const Path& target) {
    return write_all(file_.get(), data, cat("write ", target.string()));
  }

  enum class Existing { Replace, Keep };
  // The file under its final name, as durable as asked for.
  Result<void> move_to(const Path& target, Existing existing, Durability durability) {
    if (durability == Durability::Power && ::fsync(file_.get()) != 0) {
      return path_error("sync", target);
    }
    // A network file system reports a full disk here.
    if (::close(file_.release()) != 0 && errno != EINTR) return path_error("close", target);
    if (existing == Existing::Replace) {
      if (::rename(path_.c_str(), target.c_str()) != 0) return path_error("write", target);
      path_.clear();
    } else if (::link(path_.c_str(), target.c_str()) != 0) {
      return path_error("create", target);
    }
    return durability == Durability::Power ? sync_folder(folder_of(target)) : success();
  }

 private:
  Descriptor file_;
  Path path_;
};

Result<std::string> RealFiles::read(const Path& path, std::uint64_t limit) const {
  const Descriptor file = TRY(open_path(path, O_RDONLY));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return path_error("stat", path);
  const std::string what = cat("read ", path.string());
  const auto too_large = [&] {
    return Error(ErrorCode::ResourceExhausted,
                 cat(path.string(), ": larger than the ", human_bytes(limit), " read at most"));
  };
  if (S_ISREG(info.st_mode) && static_cast<std::uint64_t>(info.st_size) > limit) return too_large();
  // The size is a hint only: /proc says 0, and a file may grow.
  std::string text;
  std::size_t used = 0;
  while (true) {
    const auto expected = static_cast<std::size_t>(std::max<off_t>(info.st_size, 0)) + 1;
    if (used == text.size()) text.resize(std::max({expected, used * 2, std::size_t{4096}}));
    const std::size_t n =
        TRY(read_some(file.get(), std::span(text.data() + used, text.size() - used), what));
    used += n;
    if (used > limit) return too_large();
    if (n == 0) break;
  }
  text.resize(used);
  return text;
}

Result<std::unique_ptr<ReadFile>> RealFiles::open(const Path& path) const {
  return std::make_unique<OpenedForReading>(TRY(open_path(path, O_RDONLY)),
                                            cat("read ", path.string()));
}

Result<FileInfo> RealFiles::stat(const Path& path) const {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return path_error("stat", path);
  const auto modified =
      std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec);
  return FileInfo{kind_of(info.st_mode), static_cast<std::uint64_t>(info.st_size),
                  Timestamp(std::chrono::floor<Duration>(modified)), info.st_mode & 07777u};
}

Result<std::vector<DirectoryEntry>> RealFiles::list(const Path& directory) const {
  Descriptor opened = TRY(open_path(directory, O_RDONLY | O_DIRECTORY));
  DIR* stream = ::fdopendir(opened.get());
  if (stream == nullptr) return path_error("list", directory);
  opened.release();
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, ::closedir);

  std::vector<DirectoryEntry> entries;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream);
    if (entry == nullptr && errno != 0) return path_error("list", directory);
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    auto kind = kind_of_entry(::dirfd(stream), *entry, directory);
    // Removed by somebody since the folder was read: it is not in it.
    if (!kind.ok() && kind.error().code() == ErrorCode::NotFound) continue;
    if (!kind.ok()) return std::move(kind).error();
    entries.push_back({std::string(name), kind.value()});
  }
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return entries;
}

Result<Path> RealFiles::read_link(const Path& path) const {
  std::string target(256, '\0');
  while (true) {
    const ssize_t n = ::readlink(path.c_str(), target.data(), target.size());
    if (n < 0) return path_error("read the link", path);
    const auto size = static_cast<std::size_t>(n);
    if (size < target.size()) {
      target.resize(size);
      return Path(target);
    }
    target.resize(target.size() * 2);
  }
}

Result<Path> RealFiles::resolve(const Path& path) const {
  const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr),
                                                        std::free);
  if (resolved == nullptr) return path_error("resolve", path);
  return Path(resolved.get());
}

Result<RealFiles::TemporaryFile> RealFiles::make_temporary(const Path& beside, unsigned mode) {
  while (true) {
    const std::string name = cat(".sluice-tmp-", ::getpid(), "-", next_temporary_++);
    Path path = folder_of(beside) / name;
    auto file = open_path(path, O_RDWR | O_CREAT | O_EXCL, mode);
    if (file.ok()) return TemporaryFile(std::move(file).value(), std::move(path));
    // Left behind by a dead process that had our pid.
    if (file.error().code() == ErrorCode::AlreadyExists) continue;
    return std::move(file).error().with_context(cat("write ", beside.string()));
  }
}

Result<void> RealFiles::write(const Path& path, std::string_view data, Durability durability,
                              unsigned mode) {
  TemporaryFile file = TRY(make_temporary(path, mode));
  TRY(file.fill(data, path));
  return file.move_to(path, TemporaryFile::Existing::Replace, durability);
}

Result<void> RealFiles::create_exclusive(const Path& path, std::string_view data,
                                         Durability durability, unsigned mode) {
  struct stat existing {};
  if (::lstat(path.c_str(), &existing) == 0) {
    errno = EEXIST;
    return path_error("create", path);
  }
  // Not open(O_EXCL) on the final name: a full disk or a crash would leave half a file there.
  TemporaryFile file = TRY(make_temporary(path, mode));
  TRY(file.fill(data, path));
  return file.move_to(path, TemporaryFile::Existing::Keep, durability);
}

Result<std::unique_ptr<AppendFile>> RealFiles::open_append(const Path& path, unsigned mode) {
  return std::make_unique<OpenedForAppending>(
      TRY(open_path(path, O_WRONLY | O_APPEND | O_CREAT, mode)), path.string());
}

Result<void> RealFiles::overwrite(const Path& path, std::string_view data) {
  const auto one_name = [&](const struct stat& info) -> Result<void> {
    if (S_ISREG(info.st_mode) && info.st_nlink == 1) return success();
    return failed_precondition(cat(path.string(), ": is not a file of one name"));
  };
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return path_error("stat", path);
  TRY(one_name(info));
  const Descriptor file = TRY(open_path(path, O_WRONLY | O_NOFOLLOW, 0));
  if (::fstat(file.get(), &info) != 0) return path_error("stat", path);
  TRY(one_name(info));
  TRY(write_all(file.get(), data, cat("write ", path.string())));
  // Cut after writing: a file cut to nothing first is brought to the disk by ext4 at once.
  if (::ftruncate(file.get(), static_cast<off_t>(data.size())) != 0) return path_error("cut", path);
  return success();
}

Result<void> RealFiles::make_directories(const Path& path, unsigned mode) {
  if (path.empty() || ::mkdir(path.c_str(), mode) == 0) return success();
  if (errno == ENOENT) {
    const Path parent = path.parent_path();
    if (parent.empty() || parent == path) return path_error("make the folder", path);
    TRY(make_directories(parent, mode));
    if (::mkdir(path.c_str(), mode) == 0) return success();
  }
  const int error_number = errno;
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return success();
  errno = error_number;
  return path_error("make the folder", path);
}

Result<void> RealFiles::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return path_error(cat("rename ", from.string(), " to"), to);
  }
  return success();
}

Result<void> RealFiles::remove_all(const Path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error == std::errc::permission_denied) {
    unprotect_folders(path);
    std::filesystem::remove_all(path, error);
  }
  if (error) return system_error(error.value(), cat("remove ", path.string()));
  return success();
}

Result<void> RealFiles::hard_link(const Path& target, const Path& link) {
  if (::link(target.c_str(), link.c_str()) != 0) {
    return path_error(cat("link ", target.string(), " to"), link);
  }
  return success();
}

Result<void> RealFiles::symlink(const Path& target, const Path& link) {
  if (::symlink(target.c_str(), link.c_str()) != 0) return path_error("make the link", link);
  return success();
}

Result<void> RealFiles::copy(const Path& from, const Path& to) {
  const Descriptor source = TRY(open_path(from, O_RDONLY));
  struct stat info {};
  if (::fstat(source.get(), &info) != 0) return path_error("stat", from);
  if (S_ISDIR(info.st_mode)) return invalid_input(cat("copy ", from.string(), ": is a folder"));
  TemporaryFile target = TRY(make_temporary(to, 0600));
  TRY(copy_bytes(source.get(), target.descriptor(), from, to));
  if (::fchmod(target.descriptor(), info.st_mode & 07777u) != 0) return path_error("chmod", to);
  return target.move_to(to, TemporaryFile::Existing::Replace, Durability::Process);
}

Result<void> RealFiles::set_mode(const Path& path, unsigned mode) {
  if (::chmod(path.c_str(), mode) != 0) return path_error("chmod", path);
  return success();
}

}  // namespace sluice::os
