// Inside of the proxy: its thread, its connections. Nobody but proxy*.cc includes this.
//
// Everything here belongs to the loop's thread, except what the mutex guards.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "delivery/proxy.h"
#include "http/parser.h"
#include "http/read_buffer.h"
#include "http/socket.h"
#include "http/wire.h"

namespace sluice::delivery {

class ProxyLoop;
class Upstream;

// Something that epoll reports on. Closed ones stay until the round of events is over.
class Endpoint {
 public:
  Endpoint(ProxyLoop& loop, http::Descriptor descriptor)
      : loop_(loop), descriptor_(std::move(descriptor)) {}
  virtual ~Endpoint() = default;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  virtual void on_events(std::uint32_t events) = 0;
  virtual void on_tick() = 0;
  int number() const { return descriptor_.number(); }
  bool closed() const { return !descriptor_.open(); }

 protected:
  enum class Sent { All, Some, Broken };
  // Sends what is left of head and body.
  Sent send_parts(std::string_view head, std::string_view body, std::size_t& sent) const;
  enum class Received { Data, Nothing, End, Broken };
  Received receive(http::ReadBuffer& buffer, std::size_t bytes) const;
  void want(std::uint32_t events);  // changes what epoll reports
  void allow(std::chrono::milliseconds time);
  bool late() const;

  ProxyLoop& loop_;
  http::Descriptor descriptor_;
  std::uint32_t wanted_ = 0;
  std::int64_t deadline_ = 0;  // tick; 0: none

  friend class ProxyLoop;
};

// A replica as the loop sees it; connections to it hold it while they live.
struct Pool {
  Route route;
  std::vector<Upstream*> idle;  // last used at the end
  std::int64_t ejected_until = 0;
  bool listed = true;  // in the current routing
};

// How a request ended that was sent and not answered.
enum class Loss { NoAnswer, HalfAnswer, TimedOut };

class ClientConnection final : public Endpoint {
 public:
  ClientConnection(ProxyLoop& loop, http::Descriptor descriptor);

  void on_events(std::uint32_t events) override;
  void on_tick() override;
  void drain();

  const http::Request& request() { return parser_.request(); }
  // Exactly one of these ends each attempt that forward() began.
  void answered(http::Response& response, int revision);
  void unreachable(const std::shared_ptr<Pool>& pool);  // the request never left
  void stale();                                         // likewise, on a connection used before
  void lost(const std::string& replica, Loss loss);

  bool idle() const { return phase_ == Phase::Reading && !parser_.started() && buffer_.empty(); }

 private:
  enum class Phase { Reading, Forwarding, Writing, Lingering };

  void read_request();
  void process();
  void process_input();
  void forward();
  void refuse(int status, std::string_view code, std::string_view message);
  void write();
  void written();
  void close();

  http::RequestParser parser_;
  http::ReadBuffer buffer_;
  Phase phase_ = Phase::Reading;
  Upstream* upstream_ = nullptr;
  std::vector<const Pool*> tried_;
  int attempts_ = 0;
  bool repeated_ = false;  // sent a second time
  bool peer_done_ = false;
  bool processing_ = false;
  http::AfterThis after_ = http::AfterThis::KeepAlive;
  std::string head_;
  std::string body_;
  std::size_t sent_ = 0;
};

class Upstream final : public Endpoint {
 public:
  Upstream(ProxyLoop& loop, http::Descriptor descriptor, std::shared_ptr<Pool> pool);
  ~Upstream() override;

  void on_events(std::uint32_t events) override;
  void on_tick() override;
  void begin(ClientConnection& client);
  void abandon();                 // the client has gone
  bool alive_while_idle() const;  // nothing, not even an end, has arrived
  void close_idle();

 private:
  enum class Phase { Connecting, Sending, Receiving, Idle };

  void send_request();
  void receive_response();
  void finish();
  void lose(Loss loss);        // the request may have arrived
  void fail_before_sending();  // it has certainly not
  void release_client();
  void close();

  std::shared_ptr<Pool> pool_;
  http::ResponseParser parser_;
  http::ReadBuffer buffer_;
  Phase phase_ = Phase::Connecting;
  ClientConnection* client_ = nullptr;
  bool answer_began_ = false;
  std::string head_;
  std::size_t sent_ = 0;
};

class ProxyLoop {
 public:
  ProxyLoop(http::Listener listener, Log& log, const ProxySettings& settings);
  ~ProxyLoop();

  Result<void> open();
  void run();

  // ---- from other threads ----
  void post(std::function<void()> work);  // run by the loop, in order; lost once it has stopped
  void set_routing(Routing routing);
  bool drain(std::chrono::milliseconds deadline);
  void stop();
  std::size_t open_clients() const;
  const http::Address& address() const { return listener_.address; }

  // ---- from connections ----
  // Fewest requests in flight among those not yet tried; null when there is none.
  std::shared_ptr<Pool> pick(const std::vector<const Pool*>& tried);
  Upstream* connection_to(const std::shared_ptr<Pool>& pool);  // null: cannot connect
  void add(std::unique_ptr<Endpoint> endpoint, std::uint32_t events);
  void remove(Endpoint& endpoint);
  void client_gone();
  void update(Endpoint& endpoint, std::uint32_t events);
  const ProxySettings& settings() const { return settings_; }
  const std::string& empty_reason() const { return empty_reason_; }
  std::size_t replicas() const { return pools_.size(); }
  std::int64_t now() const { return now_; }
  bool draining() const { return draining_; }

 private:
  void on_wake();
  void on_accept();
  void on_timer();
  void adopt(Routing routing);
  void begin_drain();

  http::Listener listener_;
  Log& log_;
  const ProxySettings settings_;
  http::Descriptor epoll_, wake_, timer_;
  std::vector<std::shared_ptr<Pool>> pools_;
  std::size_t turn_ = 0;  // whose turn it is among equals
  std::string empty_reason_;
  std::unordered_map<Endpoint*, std::unique_ptr<Endpoint>> endpoints_;
  std::unordered_map<const Endpoint*, ClientConnection*> clients_;
  std::vector<std::unique_ptr<Endpoint>> graveyard_;
  std::int64_t now_ = 0;  // ticks
  bool draining_ = false;
  bool running_ = true;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::function<void()>> posted_;
  std::condition_variable changed_;
  std::size_t open_clients_ = 0;
  bool drain_begun_ = false;
};

}  // namespace sluice::delivery
