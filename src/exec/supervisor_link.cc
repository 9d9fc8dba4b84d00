#include "exec/supervisor_link.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "os/unix_socket.h"

namespace sluice::exec {

Result<std::unique_ptr<SupervisorLink>> SupervisorLink::open(IoLoop& loop, os::Descriptor socket,
                                                             Handlers handlers) {
  TRY(os::set_nonblocking(socket));
  std::unique_ptr<SupervisorLink> link(
      new SupervisorLink(loop, std::move(socket), std::move(handlers)));
  TRY(link->watch(EPOLLIN));
  return link;
}

SupervisorLink::SupervisorLink(IoLoop& loop, os::Descriptor socket, Handlers handlers)
    : loop_(loop), socket_(std::move(socket)), handlers_(std::move(handlers)) {}

SupervisorLink::~SupervisorLink() {
  if (socket_.valid()) loop_.forget(socket_.get());
}

Result<void> SupervisorLink::watch(unsigned events) {
  return loop_.watch(socket_.get(), events, [this](unsigned ready_events) { ready(ready_events); });
}

void SupervisorLink::ready(unsigned events) {
  if ((events & EPOLLOUT) != 0) flush();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
}

void SupervisorLink::receive() {
  char buffer[64 * 1024];
  while (socket_.valid()) {
    const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return close();
    reader_.feed({buffer, static_cast<std::size_t>(got)});
    while (const std::optional<Frame> frame = reader_.next()) handlers_.on_frame(*frame);
    if (reader_.broken()) return close();
    if (static_cast<std::size_t>(got) < sizeof buffer) return;
  }
}

void SupervisorLink::send(const Frame& frame) {
  if (!socket_.valid()) return;
  outgoing_ += encode_frame(frame);
  flush();
}

void SupervisorLink::flush() {
  while (sent_ < outgoing_.size()) {
    const ssize_t sent = ::send(socket_.get(), outgoing_.data() + sent_, outgoing_.size() - sent_,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    // A broken connection is seen, and reported, by receive().
    if (sent < 0) {
      if (errno == EAGAIN && !blocked_) blocked_ = watch(EPOLLIN | EPOLLOUT).ok();
      return;
    }
    sent_ += static_cast<std::size_t>(sent);
  }
  outgoing_.clear();
  sent_ = 0;
  if (blocked_) blocked_ = !watch(EPOLLIN).ok();
}

void SupervisorLink::close() {
  loop_.forget(socket_.get());
  socket_.reset();
  handlers_.on_closed();
}

}  // namespace sluice::exec
