#include "os/pause.h"

#include <condition_variable>
#include <mutex>

namespace sluice::os {

bool pause(const CancellationToken& cancel, std::optional<Duration> at_most) {
  std::mutex mutex;
  std::condition_variable woken;
  bool cancelled = false;
  const auto registration = cancel.on_cancel([&] {
    const std::lock_guard lock(mutex);
    cancelled = true;
    woken.notify_all();
  });
  std::unique_lock lock(mutex);
  const auto done = [&] { return cancelled; };
  if (at_most) return !woken.wait_for(lock, *at_most, done);
  woken.wait(lock, done);
  return false;
}

}  // namespace sluice::os
