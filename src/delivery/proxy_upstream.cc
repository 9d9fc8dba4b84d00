#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "delivery/proxy_loop.h"
#include "delivery/proxy_wire.h"

namespace sluice::delivery {
namespace {

constexpr std::size_t kReadBytes = 16u << 10;

}  // namespace

Upstream::Upstream(ProxyLoop& loop, http::Descriptor descriptor, std::shared_ptr<Pool> pool)
    : Endpoint(loop, std::move(descriptor)),
      pool_(std::move(pool)),
      parser_({loop.settings().max_header_bytes * 4, loop.settings().max_response_bytes}) {}

Upstream::~Upstream() = default;

bool Upstream::alive_while_idle() const {
  char byte = 0;
  return ::recv(number(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void Upstream::begin(ClientConnection& client) {
  client_ = &client;
  pool_->route.traffic->in_flight.fetch_add(1, std::memory_order_relaxed);
  answer_began_ = false;
  sent_ = 0;
  head_.clear();
  append_forwarded_head(head_, client.request());
  parser_.reset(client.request().method == "HEAD" ? http::BodyRule::None : http::BodyRule::AsSent);
  if (phase_ == Phase::Connecting) return allow(loop_.settings().connect_timeout);
  allow(loop_.settings().response_timeout);
  send_request();
}

void Upstream::on_events(std::uint32_t events) {
  switch (phase_) {
    case Phase::Connecting:
      if (http::connect_error(number()) != 0) return fail_before_sending();
      allow(loop_.settings().response_timeout);
      return send_request();
    case Phase::Sending:
      if ((events & (EPOLLERR | EPOLLHUP)) != 0)
        return sent_ == 0 ? fail_before_sending() : lose(Loss::NoAnswer);
      if ((events & EPOLLIN) != 0) return receive_response();  // an early refusal
      return send_request();
    case Phase::Receiving:
      return receive_response();
    case Phase::Idle:  // the end, or something nobody asked for
      std::erase(pool_->idle, this);
      return close();
  }
}

void Upstream::send_request() {
  phase_ = Phase::Sending;
  switch (send_parts(head_, client_->request().body, sent_)) {
    case Sent::Broken:
      return sent_ == 0 ? fail_before_sending() : lose(Loss::NoAnswer);
    case Sent::Some:
      return want(EPOLLIN | EPOLLOUT);
    case Sent::All:
      phase_ = Phase::Receiving;
      return want(EPOLLIN);
  }
}

void Upstream::receive_response() {
  const Received received = receive(buffer_, kReadBytes);
  if (received == Received::Nothing) return;
  if (received == Received::Broken) return lose(answer_began_ ? Loss::HalfAnswer : Loss::NoAnswer);
  if (received == Received::End) {
    if (parser_.finish() != http::ParseState::Done)
      return lose(answer_began_ ? Loss::HalfAnswer : Loss::NoAnswer);
    return finish();
  }
  answer_began_ = true;
  for (;;) {
    const http::ParseProgress progress = parser_.feed(buffer_.data());
    buffer_.consume(progress.consumed);
    if (progress.state == http::ParseState::NeedMore) return;
    if (progress.state == http::ParseState::Malformed) return lose(Loss::HalfAnswer);
    if (progress.state == http::ParseState::HeaderDone) continue;
    if (parser_.response().status >= 200) return finish();
    parser_.reset(client_->request().method == "HEAD" ? http::BodyRule::None
                                                      : http::BodyRule::AsSent);
  }
}

void Upstream::finish() {
  const bool whole = phase_ == Phase::Receiving && buffer_.empty() && parser_.keep_alive();
  ReplicaTraffic& traffic = *pool_->route.traffic;
  traffic.requests.fetch_add(1, std::memory_order_relaxed);
  const auto status = static_cast<std::size_t>(std::clamp(parser_.response().status, 0, 599));
  traffic.codes[status].fetch_add(1, std::memory_order_relaxed);
  ClientConnection& client = *client_;
  release_client();
  // The response is moved out first: the client's next request may come back to this connection.
  http::Response response;
  std::swap(response, parser_.response());
  const int revision = pool_->route.revision;
  if (whole && pool_->listed) {
    phase_ = Phase::Idle;
    allow(loop_.settings().upstream_idle);
    pool_->idle.push_back(this);
  } else {
    close();
  }
  client.answered(response, revision);
}

void Upstream::lose(Loss loss) {
  ClientConnection& client = *client_;
  release_client();
  pool_->route.traffic->broken.fetch_add(1, std::memory_order_relaxed);
  close();
  client.lost(pool_->route.replica, loss);
}

void Upstream::fail_before_sending() {
  ClientConnection& client = *client_;
  const bool connecting = phase_ == Phase::Connecting;
  release_client();
  close();
  if (!connecting) return client.stale();
  pool_->route.traffic->connect_failures.fetch_add(1, std::memory_order_relaxed);
  pool_->ejected_until = loop_.now() + loop_.settings().eject_for / std::chrono::milliseconds(100);
  client.unreachable(pool_);
}

void Upstream::abandon() {
  release_client();
  close();
}

void Upstream::release_client() {
  client_ = nullptr;
  pool_->route.traffic->in_flight.fetch_sub(1, std::memory_order_relaxed);
}

void Upstream::on_tick() {
  if (!late()) return;
  if (phase_ == Phase::Connecting) return fail_before_sending();
  if (phase_ != Phase::Idle) return lose(Loss::TimedOut);
  std::erase(pool_->idle, this);
  close();
}

void Upstream::close_idle() {
  close();
}

void Upstream::close() {
  loop_.remove(*this);
}

}  // namespace sluice::delivery
