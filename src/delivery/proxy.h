// The reverse proxy in front of a target's replicas: HTTP/1.1, keep-alive on both sides, one thread
// of its own, epoll.
//
// A request goes to the replica with the fewest requests in flight. It is tried elsewhere when it
// certainly did not arrive (the connection could not be made, or an idle one was found closed), and
// once more when its method may be repeated (RFC 9110, 9.2.2); otherwise the client gets 502.
// Without a replica it is 503 with the reason as JSON. Responses carry x-sluice-revision. Requests
// and responses are held in memory up to their limits; upgrades are not passed on.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "http/address.h"

namespace sluice::delivery {

// What went through to one replica. Thread-safe; counts only grow, except in_flight.
struct ReplicaTraffic {
  std::atomic<std::int64_t> in_flight{0};
  std::atomic<std::uint64_t> requests{0};          // answered
  std::atomic<std::uint64_t> connect_failures{0};  // each then tried elsewhere
  std::atomic<std::uint64_t> broken{0};            // lost after they were sent
  std::array<std::atomic<std::uint64_t>, 600> codes{};
};

struct Route {
  std::string replica;
  int revision = 0;
  int port = 0;  // on 127.0.0.1
  // Shared by the proxy and whoever reports or waits for it.
  std::shared_ptr<ReplicaTraffic> traffic;
};

// Immutable once given to the proxy.
struct Routing {
  std::vector<Route> routes;
  std::string empty_reason;  // shown with 503 while there is no route
};

struct ProxySettings {
  std::size_t max_header_bytes = 16u << 10;
  std::size_t max_request_bytes = 8u << 20;    // as http::ServerSettings
  std::size_t max_response_bytes = 64u << 20;  // predictions for a large batch
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds upstream_idle{
      30'000};  // below the replicas' own, so that they never race
  std::chrono::milliseconds connect_timeout{1'000};
  std::chrono::milliseconds response_timeout{60'000};
  std::chrono::milliseconds eject_for{1'000};  // after a failed connect, if there are others
  std::size_t max_clients = 4096;
};

class Proxy {
 public:
  // Binds and starts; answers 503 until there is a route. Busy when the port is taken.
  static Result<std::unique_ptr<Proxy>> start(const http::Address& address, Log& log,
                                              const ProxySettings& settings = {});
  virtual ~Proxy() = default;  // cuts off what is left

  virtual http::Address address() const = 0;
  // When it returns no further request goes to a replica that is not in `routing`. Thread-safe.
  virtual void set_routing(Routing routing) = 0;
  // Stops accepting and waits for what is in flight; false when the deadline passed.
  virtual bool drain(std::chrono::milliseconds deadline) = 0;
  virtual std::size_t open_clients() const = 0;
};

}  // namespace sluice::delivery
