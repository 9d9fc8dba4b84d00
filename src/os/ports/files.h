// The file system, in three narrow ports: reading, writing, and whole-tree changes.
//
// Paths are absolute or relative to the working directory. All methods are thread-safe; two writers
// of one path must agree between themselves. Errors name the path. ENOSPC comes back as
// ResourceExhausted and leaves no half-written file under the final name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace sluice::os {

using Path = std::filesystem::path;

enum class FileKind { Regular, Directory, Symlink, Other };

struct FileInfo {
  FileKind kind = FileKind::Regular;  // of the path itself; links are not followed
  std::uint64_t size = 0;             // bytes
  Timestamp modified{};
  unsigned mode = 0;  // permission bits
};

struct DirectoryEntry {
  std::string name;
  FileKind kind = FileKind::Regular;
};

// A file being read from start to end. One thread at a time; closed by its destructor.
class ReadFile {
 public:
  virtual ~ReadFile() = default;
  // Up to buffer.size() bytes; 0 at the end.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;
  virtual Result<void> seek(std::uint64_t offset) = 0;
};

// A file being written at its end. One thread at a time; closed by its destructor, which does not
// report errors: call sync() or close() where they matter.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  virtual Result<void> append(std::string_view data) = 0;  // all of it or an error
  virtual Result<void> sync() = 0;                         // fdatasync
  virtual Result<void> close() = 0;
};

class FileReader {
 public:
  virtual ~FileReader() = default;
  // The whole file; ResourceExhausted when it is larger than `limit` bytes.
  virtual Result<std::string> read(const Path& path, std::uint64_t limit = 1ull << 30) const = 0;
  virtual Result<std::unique_ptr<ReadFile>> open(const Path& path) const = 0;
  virtual Result<FileInfo> stat(const Path& path) const = 0;  // does not follow links
  // Sorted by name; without "." and "..".
  virtual Result<std::vector<DirectoryEntry>> list(const Path& directory) const = 0;
  virtual Result<Path> read_link(const Path& path) const = 0;
  // Absolute, without links, "." and "..". NotFound when it does not exist.
  virtual Result<Path> resolve(const Path& path) const = 0;
};

// Whether a write must survive the loss of power (fsync of file and directory) or only the death
// of processes.
enum class Durability { Process, Power };

class FileWriter {
 public:
  virtual ~FileWriter() = default;
  // Replaces the file as a whole: a reader sees the old or the new content, a crash leaves either.
  virtual Result<void> write(const Path& path, std::string_view data,
                             Durability durability = Durability::Process, unsigned mode = 0644) = 0;
  // AlreadyExists when the path exists (O_EXCL).
  virtual Result<void> create_exclusive(const Path& path, std::string_view data,
                                        Durability durability = Durability::Process,
                                        unsigned mode = 0644) = 0;
  virtual Result<std::unique_ptr<AppendFile>> open_append(const Path& path,
                                                          unsigned mode = 0644) = 0;
  // Makes `data` the content of a file that is there, in place: not atomic, but a fraction of the
  // cost of a new file. FailedPrecondition for a link, and for a file that has another name too.
  virtual Result<void> overwrite(const Path& path, std::string_view data) = 0;
};

class FileTree {
 public:
  virtual ~FileTree() = default;
  virtual Result<void> make_directories(const Path& path, unsigned mode = 0755) = 0;
  virtual Result<void> rename(const Path& from, const Path& to) = 0;
  virtual Result<void> remove_all(const Path& path) = 0;  // absent is fine; links not followed
  virtual Result<void> hard_link(const Path& target, const Path& link) = 0;
  virtual Result<void> symlink(const Path& target, const Path& link) = 0;
  virtual Result<void> copy(const Path& from, const Path& to) = 0;  // one file, with its mode
  virtual Result<void> set_mode(const Path& path, unsigned mode) = 0;
};

class Files : public FileReader, public FileWriter, public FileTree {};

// A lock that one process holds on a path until the object goes (or the process dies).
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileLocks {
 public:
  virtual ~FileLocks() = default;
  // Creates the file. Busy when another process, or another FileLock of this one, holds it; the
  // error names the holder's pid where it is known.
  virtual Result<std::unique_ptr<FileLock>> try_lock(const Path& path) = 0;
};

}  // namespace sluice::os
