// An HTTP/1.1 server on one I/O thread of its own.
//
// A handler that answers before it returns costs no thread change and no allocation by the server
// in the steady state. One that blocks must move the Responder to a thread of its own and return
// at once. Requests that Beast or the rules here call malformed (both Content-Length and
// Transfer-Encoding, folded header lines, two Hosts, bad chunks, …) are answered 400 and the
// connection is closed; the handler never sees them.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "http/address.h"
#include "http/message.h"

namespace sluice::http {

// The way back for one request. Move-only; use once, from any thread, also after the server or the
// peer has gone (then nothing happens). Dropped unused it answers 500.
class Responder {
 public:
  class Exchange {
   public:
    virtual ~Exchange() = default;
    virtual void respond(Response&& response) = 0;  // any thread
  };

  // Shared by the connection and the responder, whichever lives longer.
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Responder(Responder&&) = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  void send(Response response) &&;

 private:
  std::shared_ptr<Exchange> exchange_;
};

class Handler {
 public:
  virtual ~Handler() = default;
  // On the server's I/O thread; everybody waits while it runs. `request` may be read and moved from
  // until the responder is used.
  virtual void handle(Request& request, Responder responder) = 0;
};

struct ServerSettings {
  std::size_t max_header_bytes = 16u << 10;  // what nginx and Beast allow by default, doubled
  std::size_t max_body_bytes = 8u << 20;     // a batch of some 10,000 rows; more belongs in a file
  std::chrono::milliseconds header_timeout{10'000};  // slow-loris: headers must be there by then
  std::chrono::milliseconds body_timeout{60'000};    // 8 MiB over 1 Mbit/s
  std::chrono::milliseconds write_timeout{60'000};   // a peer that does not read
  std::chrono::milliseconds idle_timeout{75'000};    // longer than what proxies keep pools open
  std::size_t max_connections = 4096;  // each costs about 10 KB; beyond, 503 and close
};

class Server {
 public:
  // Binds, listens and starts the thread. `handler` and `log` outlive the server. Busy when the
  // address is taken, naming it. An existing unix socket file without a listener is replaced.
  static Result<std::unique_ptr<Server>> start(const Address& address, Handler& handler, Log& log,
                                               const ServerSettings& settings = {});

  // Closes everything at once and joins the thread; call drain() first to be polite.
  virtual ~Server() = default;

  virtual Address address() const = 0;  // with the real port

  // Stops accepting, answers what is in flight with `Connection: close`, closes idle connections.
  // Returns true when all is done, false when the deadline passed (the rest stays open until the
  // destructor). Blocks; not from the handler.
  virtual bool drain(std::chrono::milliseconds deadline) = 0;

  virtual std::size_t open_connections() const = 0;
};

}  // namespace sluice::http
