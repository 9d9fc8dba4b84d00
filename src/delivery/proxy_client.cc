#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/json.h"
#include "base/strings.h"
#include "delivery/proxy_loop.h"
#include "delivery/proxy_wire.h"

namespace sluice::delivery {
namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kBodyReadBytes = 64u << 10;
constexpr std::size_t kMostAhead = 64u << 10;  // of the next requests, while one is under way

bool may_be_repeated(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS";
}

}  // namespace

ClientConnection::ClientConnection(ProxyLoop& loop, http::Descriptor descriptor)
    : Endpoint(loop, std::move(descriptor)),
      parser_({loop.settings().max_header_bytes, loop.settings().max_request_bytes}) {
  allow(loop.settings().header_timeout);
}

void ClientConnection::on_events(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
  if ((events & EPOLLOUT) != 0 && phase_ == Phase::Writing) return write();
  if ((events & EPOLLIN) != 0) read_request();
}

void ClientConnection::read_request() {
  if (phase_ == Phase::Lingering) buffer_.clear();
  switch (receive(buffer_, parser_.started() ? kBodyReadBytes : kReadBytes)) {
    case Received::Nothing:
      return;
    case Received::Broken:
      return close();
    case Received::End:
      if (phase_ != Phase::Forwarding && phase_ != Phase::Writing) return close();
      peer_done_ = true;  // it may still want its answer
      return want(wanted_ & ~static_cast<std::uint32_t>(EPOLLIN));
    case Received::Data:
      if (phase_ == Phase::Reading) return process();
      if (buffer_.data().size() > kMostAhead) want(wanted_ & ~static_cast<std::uint32_t>(EPOLLIN));
      return;
  }
}

// Answers may come while it runs; then it goes on with the next request by itself.
void ClientConnection::process() {
  if (processing_) return;
  processing_ = true;
  process_input();
  processing_ = false;
}

void ClientConnection::process_input() {
  while (phase_ == Phase::Reading && !closed()) {
    const bool fresh = !parser_.started();
    const http::ParseProgress progress = parser_.feed(buffer_.data());
    buffer_.consume(progress.consumed);
    switch (progress.state) {
      case http::ParseState::Malformed:
        after_ = http::AfterThis::Close;
        return refuse(parser_.malformed().status, "bad_request", parser_.malformed().reason);
      case http::ParseState::HeaderDone:
        allow(loop_.settings().response_timeout);
        if (parser_.expects_continue() && buffer_.empty()) {
          static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
          ::send(number(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        break;
      case http::ParseState::NeedMore:
        if (fresh && parser_.started()) allow(loop_.settings().header_timeout);
        if (peer_done_) return close();
        return want(EPOLLIN);
      case http::ParseState::Done:
        phase_ = Phase::Forwarding;
        deadline_ = 0;  // the upstream has its own
        tried_.clear();
        attempts_ = 0;
        repeated_ = false;
        after_ = parser_.keep_alive() ? http::AfterThis::KeepAlive : http::AfterThis::Close;
        forward();
        break;
    }
  }
}

void ClientConnection::forward() {
  // Each replica once, and once more for a repeated request.
  while (attempts_++ < static_cast<int>(loop_.replicas()) + 1) {
    const std::shared_ptr<Pool> pool = loop_.pick(tried_);
    if (pool == nullptr) break;
    upstream_ = loop_.connection_to(pool);
    if (upstream_ != nullptr) return upstream_->begin(*this);
    pool->route.traffic->connect_failures.fetch_add(1, std::memory_order_relaxed);
    pool->ejected_until = loop_.now() + loop_.settings().eject_for / std::chrono::milliseconds(100);
    tried_.push_back(pool.get());
  }
  refuse(503, "unavailable",
         loop_.replicas() == 0 ? loop_.empty_reason() : "no replica takes connections");
}

void ClientConnection::unreachable(const std::shared_ptr<Pool>& pool) {
  upstream_ = nullptr;
  tried_.push_back(pool.get());
  forward();
}

void ClientConnection::stale() {
  upstream_ = nullptr;
  forward();
}

void ClientConnection::lost(const std::string& replica, Loss loss) {
  upstream_ = nullptr;
  if (loss == Loss::NoAnswer && !repeated_ && may_be_repeated(parser_.request().method)) {
    repeated_ = true;
    return forward();
  }
  if (loss == Loss::TimedOut)
    return refuse(504, "timeout", cat("replica ", replica, " did not answer in time"));
  refuse(502, "replica_lost", cat("replica ", replica, " ended before it had answered"));
}

void ClientConnection::answered(http::Response& response, int revision) {
  upstream_ = nullptr;
  const bool to_head = parser_.request().method == "HEAD";
  if (loop_.draining()) after_ = http::AfterThis::Close;
  head_.clear();
  append_forwarded_head(head_, response, to_head ? ResponseTo::Head : ResponseTo::Other, revision,
                        after_);
  body_.swap(response.body);
  if (to_head) body_.clear();
  write();
}

void ClientConnection::refuse(int status, std::string_view code, std::string_view message) {
  if (loop_.draining()) after_ = http::AfterThis::Close;
  http::Response response =
      http::json_response(status, to_text(JsonObject{{"code", code}, {"message", message}}) + "\n");
  head_.clear();
  append_head(head_, response, after_);
  body_ = parser_.request().method == "HEAD" ? "" : std::move(response.body);
  write();
}

void ClientConnection::write() {
  if (phase_ != Phase::Writing) {
    phase_ = Phase::Writing;
    sent_ = 0;
    allow(loop_.settings().response_timeout);
  }
  switch (send_parts(head_, body_, sent_)) {
    case Sent::Broken:
      return close();
    case Sent::Some:
      return want((wanted_ & EPOLLIN) | EPOLLOUT);
    case Sent::All:
      return written();
  }
}

void ClientConnection::written() {
  if (after_ == http::AfterThis::Close || (peer_done_ && buffer_.empty())) {
    if (buffer_.empty() && !parser_.malformed().reason.size()) return close();
    // Closing with unread input would reset the connection and lose the answer.
    ::shutdown(number(), SHUT_WR);
    phase_ = Phase::Lingering;
    buffer_.clear();
    allow(std::chrono::seconds(1));
    return want(EPOLLIN);
  }
  parser_.reset();
  phase_ = Phase::Reading;
  allow(loop_.settings().idle_timeout);
  if (!peer_done_) want(EPOLLIN);
  if (!buffer_.empty()) process();
}

void ClientConnection::on_tick() {
  if (!late()) return;
  if (phase_ != Phase::Reading || !parser_.started()) return close();
  after_ = http::AfterThis::Close;
  refuse(408, "timeout", "the request did not arrive in time");
}

void ClientConnection::drain() {
  int unread = 0;
  if (!idle() || (::ioctl(number(), FIONREAD, &unread) == 0 && unread > 0)) return;
  close();
}

void ClientConnection::close() {
  if (upstream_ != nullptr) upstream_->abandon();
  upstream_ = nullptr;
  loop_.remove(*this);
}

}  // namespace sluice::delivery
