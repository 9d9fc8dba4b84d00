#include "delivery/proxy_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/strings.h"

namespace sluice::delivery {
namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr int kEventsPerRound = 128;

void clear_counter(int descriptor) {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto ignored = ::read(descriptor, &count, sizeof count);
}

}  // namespace

// ---- Endpoint ----

Endpoint::Sent Endpoint::send_parts(std::string_view head, std::string_view body,
                                    std::size_t& sent) const {
  const std::size_t total = head.size() + body.size();
  while (sent < total) {
    const std::string_view first = head.substr(std::min(sent, head.size()));
    const std::string_view second = sent > head.size() ? body.substr(sent - head.size()) : body;
    std::array<iovec, 2> parts{{{const_cast<char*>(first.data()), first.size()},
                                {const_cast<char*>(second.data()), second.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t count = ::sendmsg(number(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      return errno == EAGAIN ? Sent::Some : Sent::Broken;
    }
  }
  return Sent::All;
}

Endpoint::Received Endpoint::receive(http::ReadBuffer& buffer, std::size_t bytes) const {
  const auto room = buffer.prepare(bytes);
  const ssize_t count = ::recv(number(), room.data(), room.size(), MSG_DONTWAIT);
  if (count == 0) return Received::End;
  if (count < 0) return errno == EAGAIN || errno == EINTR ? Received::Nothing : Received::Broken;
  buffer.filled(static_cast<std::size_t>(count));
  return Received::Data;
}

void Endpoint::want(std::uint32_t events) {
  if (events != wanted_) loop_.update(*this, events);
}

void Endpoint::allow(std::chrono::milliseconds time) {
  deadline_ = loop_.now() + time / kTick + 1;
}

bool Endpoint::late() const {
  return deadline_ != 0 && loop_.now() >= deadline_;
}

// ---- the loop ----

ProxyLoop::ProxyLoop(http::Listener listener, Log& log, const ProxySettings& settings)
    : listener_(std::move(listener)), log_(log), settings_(settings) {}

ProxyLoop::~ProxyLoop() {
  endpoints_.clear();
}

Result<void> ProxyLoop::open() {
  epoll_ = http::Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  wake_ = http::Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  timer_ = http::Descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!epoll_.open() || !wake_.open() || !timer_.open()) return system_error(errno, "proxy");
  itimerspec every{};
  every.it_interval.tv_nsec = std::chrono::nanoseconds(kTick).count();
  every.it_value = every.it_interval;
  ::timerfd_settime(timer_.number(), 0, &every, nullptr);
  for (http::Descriptor* own : {&listener_.descriptor, &wake_, &timer_}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = own;
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, own->number(), &event) != 0)
      return system_error(errno, "proxy: epoll");
  }
  return success();
}

void ProxyLoop::run() {
  std::array<epoll_event, kEventsPerRound> events{};
  while (running_) {
    const int count = ::epoll_wait(epoll_.number(), events.data(), kEventsPerRound, -1);
    for (int i = 0; i < count; ++i) {
      void* source = events[static_cast<std::size_t>(i)].data.ptr;
      if (source == &wake_)
        on_wake();
      else if (source == &timer_)
        on_timer();
      else if (source == &listener_.descriptor)
        on_accept();
      else if (auto* endpoint = static_cast<Endpoint*>(source); !endpoint->closed())
        endpoint->on_events(events[static_cast<std::size_t>(i)].events);
    }
    graveyard_.clear();
  }
}

void ProxyLoop::post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.number(), &one, sizeof one);
}

void ProxyLoop::on_wake() {
  clear_counter(wake_.number());
  std::vector<std::function<void()>> work;
  {
    std::lock_guard lock(mutex_);
    work.swap(posted_);
  }
  for (auto& item : work) item();
}

void ProxyLoop::on_timer() {
  clear_counter(timer_.number());
  ++now_;
  std::vector<Endpoint*> all;
  all.reserve(endpoints_.size());
  for (const auto& [endpoint, owned] : endpoints_) all.push_back(endpoint);
  for (Endpoint* endpoint : all)
    if (!endpoint->closed()) endpoint->on_tick();
}

void ProxyLoop::on_accept() {
  while (!draining_) {
    http::Descriptor peer(
        ::accept4(listener_.descriptor.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!peer.open()) return;  // none left; or out of descriptors, then epoll says so again
    if (clients_.size() >= settings_.max_clients) {
      static constexpr std::string_view kFull =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      ::send(peer.number(), kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      continue;
    }
    auto client = std::make_unique<ClientConnection>(*this, std::move(peer));
    clients_.emplace(client.get(), client.get());
    {
      std::lock_guard lock(mutex_);
      ++open_clients_;
    }
    add(std::move(client), EPOLLIN);
  }
}

void ProxyLoop::add(std::unique_ptr<Endpoint> endpoint, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = endpoint.get();
  endpoint->wanted_ = events;
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, endpoint->number(), &event) != 0)
    log_.write(LogLevel::Warning, "proxy", cat("epoll: ", std::strerror(errno)));
  Endpoint* key = endpoint.get();
  endpoints_.emplace(key, std::move(endpoint));
}

void ProxyLoop::update(Endpoint& endpoint, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &endpoint;
  endpoint.wanted_ = events;
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, endpoint.number(), &event);
}

void ProxyLoop::remove(Endpoint& endpoint) {
  endpoint.descriptor_.close();
  const auto found = endpoints_.find(&endpoint);
  if (found == endpoints_.end()) return;
  graveyard_.push_back(std::move(found->second));
  endpoints_.erase(found);
  if (clients_.erase(&endpoint) > 0) client_gone();
}

void ProxyLoop::client_gone() {
  std::lock_guard lock(mutex_);
  --open_clients_;
  changed_.notify_all();
}

std::shared_ptr<Pool> ProxyLoop::pick(const std::vector<const Pool*>& tried) {
  std::shared_ptr<Pool> best, ejected;
  ++turn_;
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    const auto& pool = pools_[(turn_ + i) % pools_.size()];
    if (std::ranges::find(tried, pool.get()) != tried.end()) continue;
    auto& place = pool->ejected_until > now_ ? ejected : best;
    if (place == nullptr || pool->route.traffic->in_flight.load(std::memory_order_relaxed) <
                                place->route.traffic->in_flight.load(std::memory_order_relaxed))
      place = pool;
  }
  return best != nullptr ? best : ejected;
}

Upstream* ProxyLoop::connection_to(const std::shared_ptr<Pool>& pool) {
  while (!pool->idle.empty()) {
    Upstream* upstream = pool->idle.back();
    pool->idle.pop_back();
    if (upstream->alive_while_idle()) return upstream;
    upstream->close_idle();
  }
  auto descriptor = http::start_connect(
      http::TcpAddress{"127.0.0.1", static_cast<std::uint16_t>(pool->route.port)});
  if (!descriptor.ok()) return nullptr;
  auto made = std::make_unique<Upstream>(*this, std::move(descriptor).value(), pool);
  Upstream* upstream = made.get();
  add(std::move(made), EPOLLOUT);
  return upstream;
}

void ProxyLoop::adopt(Routing routing) {
  std::vector<std::shared_ptr<Pool>> next;
  for (const auto& pool : pools_) pool->listed = false;
  for (Route& route : routing.routes) {
    const auto known = std::ranges::find_if(
        pools_, [&](const auto& pool) { return pool->route.replica == route.replica; });
    next.push_back(known != pools_.end() ? *known : std::make_shared<Pool>());
    next.back()->route = std::move(route);
    next.back()->listed = true;
  }
  for (const auto& pool : pools_)
    if (!pool->listed)
      for (Upstream* upstream : std::exchange(pool->idle, {})) upstream->close_idle();
  pools_ = std::move(next);
  empty_reason_ = std::move(routing.empty_reason);
}

void ProxyLoop::set_routing(Routing routing) {
  struct Waiting {
    std::mutex mutex;
    std::condition_variable adopted;
    bool done = false;
  };
  // Shared by this call and the loop, which may outlive the wait.
  const auto waiting = std::make_shared<Waiting>();
  post([this, waiting, next = std::move(routing)]() mutable {
    adopt(std::move(next));
    std::lock_guard lock(waiting->mutex);
    waiting->done = true;
    waiting->adopted.notify_all();
  });
  std::unique_lock lock(waiting->mutex);
  waiting->adopted.wait(lock, [&] { return waiting->done; });
}

void ProxyLoop::begin_drain() {
  on_accept();  // who is in the queue has connected, as far as it knows
  draining_ = true;
  listener_.descriptor.close();
  const auto all = clients_;
  for (const auto& [endpoint, client] : all) client->drain();
  std::lock_guard lock(mutex_);
  drain_begun_ = true;
  changed_.notify_all();
}

bool ProxyLoop::drain(std::chrono::milliseconds deadline) {
  post([this] { begin_drain(); });
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, deadline, [&] { return drain_begun_ && open_clients_ == 0; });
}

void ProxyLoop::stop() {
  post([this] { running_ = false; });
}

std::size_t ProxyLoop::open_clients() const {
  std::lock_guard lock(mutex_);
  return open_clients_;
}

}  // namespace sluice::delivery
