#include "exec/io_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace sluice::exec {

Result<std::unique_ptr<IoLoop>> IoLoop::start() {
  os::Descriptor queue(::epoll_create1(EPOLL_CLOEXEC));
  if (!queue.valid()) return system_error(errno, "make an event queue");
  os::Descriptor wake = TRY(os::make_event());
  std::unique_ptr<IoLoop> loop(new IoLoop(std::move(queue), std::move(wake)));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = loop->wake_.get();
  if (::epoll_ctl(loop->queue_.get(), EPOLL_CTL_ADD, loop->wake_.get(), &event) != 0)
    return system_error(errno, "watch the wake-up event");
  loop->thread_ = std::thread([raw = loop.get()] { raw->loop(); });
  return loop;
}

IoLoop::IoLoop(os::Descriptor queue, os::Descriptor wake)
    : queue_(std::move(queue)), wake_(std::move(wake)) {}

IoLoop::~IoLoop() {
  stop();
}

void IoLoop::stop() {
  if (!thread_.joinable()) return;
  post([this] { stopping_ = true; });
  thread_.join();
}

void IoLoop::post(std::function<void()> work) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (first) os::notify_event(wake_);
}

Result<void> IoLoop::watch(int descriptor, unsigned events, Handler handler) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  const bool known = handlers_.contains(descriptor);
  if (::epoll_ctl(queue_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) != 0)
    return system_error(errno, "watch a descriptor");
  handlers_[descriptor] = std::make_shared<Handler>(std::move(handler));
  return success();
}

void IoLoop::forget(int descriptor) {
  if (handlers_.erase(descriptor) > 0)
    ::epoll_ctl(queue_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void IoLoop::loop() {
  while (!stopping_) {
    epoll_event events[64];
    const int count = ::epoll_wait(queue_.get(), events, 64, -1);
    for (int i = 0; i < count; ++i) dispatch(events[i].data.fd, events[i].events);
  }
}

void IoLoop::dispatch(int descriptor, unsigned events) {
  if (descriptor == wake_.get()) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
    run_posted();
    return;
  }
  const auto found = handlers_.find(descriptor);
  if (found == handlers_.end()) return;
  const std::shared_ptr<Handler> handler = found->second;
  (*handler)(events);
}

void IoLoop::run_posted() {
  std::vector<std::function<void()>> work;
  {
    std::lock_guard lock(mutex_);
    work.swap(posted_);
  }
  for (const auto& piece : work) piece();
}

}  // namespace sluice::exec
