// A blocking HTTP/1.1 client over TCP or a unix socket, without TLS.
//
// Errors: Unavailable (cannot connect, or the connection ended before a whole response), Timeout,
// Cancelled, ResourceExhausted (response larger than allowed), Corrupt (not HTTP). Each names the
// address. A status such as 500 is a Response, not an Error.
#pragma once

#include <chrono>
#include <memory>

#include "base/cancellation.h"
#include "base/result.h"
#include "http/address.h"
#include "http/message.h"

namespace sluice::http {

struct ClientSettings {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds response_timeout{30'000};  // from the first byte sent to the last read
  std::size_t max_response_bytes = 64u << 20;
};

// One keep-alive connection. One thread at a time. It opens when first used; after an error, or
// when the peer closed it, the next send() opens a new one. Nothing is ever sent twice by itself.
class Client {
 public:
  explicit Client(Address address, ClientSettings settings = {});
  ~Client();
  Client(Client&&) noexcept;  // what was moved from can only be destroyed
  Client& operator=(Client&&) noexcept;

  Result<Response> send(const Request& request, const CancellationToken& cancel = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One request on a connection of its own.
Result<Response> send(const Address& address, const Request& request,
                      const ClientSettings& settings = {}, const CancellationToken& cancel = {});

}  // namespace sluice::http
