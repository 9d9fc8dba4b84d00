// Sockets as owned file descriptors: listening and connecting. Non-blocking, closed on exec.
#pragma once

#include "base/result.h"
#include "http/address.h"

namespace sluice::http {

// Closes it when it goes. Move-only.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int number() const { return number_; }
  bool open() const { return number_ >= 0; }
  int release();
  void close();

 private:
  int number_ = -1;
};

struct Listener {
  Descriptor descriptor;
  Address address;  // with the real port
};

// Busy when somebody listens there. A unix socket is readable by its owner only; a leftover file
// without a listener is replaced.
Result<Listener> listen_on(const Address& address);

// Binds a port of 127.0.0.1 that the system picks, without listening: nobody else is given it while
// the descriptor is open, and a server that sets SO_REUSEADDR can listen there.
Result<Listener> reserve_port();

// The connection may still be in progress: writable means finished, see connect_error().
Result<Descriptor> start_connect(const Address& address);
// errno of the finished connect; 0 when connected.
int connect_error(int descriptor);

}  // namespace sluice::http
