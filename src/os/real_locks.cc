#include "os/real_locks.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "base/strings.h"
#include "os/descriptor.h"

namespace sluice::os {

namespace {

class HeldLock final : public FileLock {
 public:
  explicit HeldLock(Descriptor file) : file_(std::move(file)) {}
  // Unlocked by name, since a child being spawned may hold a copy of the descriptor for a moment.
  ~HeldLock() override {
    if (::ftruncate(file_.get(), 0) != 0) {
      // The pid in it is for messages only.
    }
    ::flock(file_.get(), LOCK_UN);
  }

 private:
  Descriptor file_;
};

std::string holder_of(int file) {
  char text[32];
  const ssize_t n = ::pread(file, text, sizeof text, 0);
  return std::string(trim({text, static_cast<std::size_t>(n > 0 ? n : 0)}));
}

// A holder that was killed while it started a child leaves a copy of the lock in that child until
// the child has become another program.
bool is_gone(const std::string& pid) {
  const int number = std::atoi(pid.c_str());
  return number > 0 && ::kill(number, 0) != 0 && errno == ESRCH;
}

constexpr int kGoneTries = 200;
constexpr timespec kGonePause{0, 10'000'000};

// 0, or what flock() says when the lock is not to be had.
int take(int file) {
  for (int tries = 0; ::flock(file, LOCK_EX | LOCK_NB) != 0;) {
    if (errno == EINTR) continue;
    const int error = errno;
    if (error != EWOULDBLOCK || !is_gone(holder_of(file)) || ++tries > kGoneTries) return error;
    ::nanosleep(&kGonePause, nullptr);
  }
  return 0;
}

Error held_by_another(int file, const Path& path) {
  const std::string pid = holder_of(file);
  const std::string holder = pid.empty() ? "another process" : cat("process ", pid);
  return Error(ErrorCode::Busy, cat(path.string(), " is locked by ", holder));
}

enum class Place { Current, Replaced };

// Whether the locked file is still the one under the path: its last holder may have removed it.
Place place_of(int file, const Path& path) {
  struct stat locked {};
  struct stat named {};
  const bool same = ::fstat(file, &locked) == 0 && ::stat(path.c_str(), &named) == 0 &&
                    locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
  return same ? Place::Current : Place::Replaced;
}

}  // namespace

Result<std::unique_ptr<FileLock>> RealLocks::try_lock(const Path& path) {
  while (true) {
    const int number = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (number < 0) return system_error(errno, cat("lock ", path.string()));
    Descriptor file(number);
    const int error = take(number);
    if (error == EWOULDBLOCK) return held_by_another(number, path);
    if (error != 0) return system_error(error, cat("lock ", path.string()));
    if (place_of(number, path) == Place::Replaced) continue;
    const std::string pid = cat(::getpid(), "\n");
    if (::ftruncate(number, 0) != 0 || ::pwrite(number, pid.data(), pid.size(), 0) < 0) {
      // A full disk: the lock holds all the same, only its holder's name is missing.
    }
    return std::make_unique<HeldLock>(std::move(file));
  }
}

}  // namespace sluice::os
