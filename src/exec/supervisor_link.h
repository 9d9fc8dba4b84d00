// The engine's end of a connection to one supervisor. Lives on the loop's thread; its handlers are
// called there and may destroy nothing of the link themselves (post that).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "exec/frame.h"
#include "exec/io_loop.h"
#include "os/descriptor.h"

namespace sluice::exec {

class SupervisorLink {
 public:
  struct Handlers {
    std::function<void(const Frame&)> on_frame;
    std::function<void()> on_closed;  // once; nothing comes after it
  };

  // `loop` outlives the link.
  static Result<std::unique_ptr<SupervisorLink>> open(IoLoop& loop, os::Descriptor socket,
                                                      Handlers handlers);
  ~SupervisorLink();
  SupervisorLink(const SupervisorLink&) = delete;
  SupervisorLink& operator=(const SupervisorLink&) = delete;

  void send(const Frame& frame);
  bool is_open() const { return socket_.valid(); }

 private:
  SupervisorLink(IoLoop& loop, os::Descriptor socket, Handlers handlers);
  Result<void> watch(unsigned events);
  void ready(unsigned events);
  void receive();
  void flush();
  void close();

  IoLoop& loop_;
  os::Descriptor socket_;
  const Handlers handlers_;
  FrameReader reader_;
  std::string outgoing_;
  std::size_t sent_ = 0;
  bool blocked_ = false;  // waits for room in the socket
};

}  // namespace sluice::exec
