#include "http/server.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/strings.h"
#include "http/parser.h"
#include "http/read_buffer.h"
#include "http/socket.h"
#include "http/wire.h"

namespace sluice::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Acceptor = asio::posix::basic_stream_descriptor<Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr std::chrono::milliseconds kTick{100};  // how exactly timeouts are kept
constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kBodyReadBytes = 64u << 10;

std::int64_t ticks(std::chrono::milliseconds time) {
  return time / kTick + 1;
}

class Connection;

// The I/O thread's world. Shared by the server, its connections and, through them, by responders
// that outlive both.
struct Core : std::enable_shared_from_this<Core> {
  Core(Handler& request_handler, Log& diary, const ServerSettings& server_settings)
      : handler(request_handler), log(diary), settings(server_settings), timer(io), acceptor(io) {}

  // Runs `work` on the I/O thread, or never once the server is gone.
  template <class Work>
  void post(Work work) {
    std::lock_guard lock(mutex);
    if (!stopped) asio::post(io, std::move(work));
  }

  void accept_next();
  void accept_all();
  void add(Descriptor descriptor);
  void remove(Connection* connection);
  void tick();
  void start_ticking();
  void close_all();
  void drain_all();
  void close_acceptor();

  Handler& handler;
  Log& log;
  const ServerSettings settings;
  asio::io_context io{1};
  Timer timer;
  Acceptor acceptor;
  Address address;
  bool ticking = false;
  bool draining = false;
  std::int64_t now = 0;           // ticks
  std::int64_t accept_again = 0;  // when accepting failed: the tick to try again; else 0
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections;
  std::thread::id thread;

  std::mutex mutex;  // guards what follows
  bool stopped = false;
  std::condition_variable changed;
  std::size_t open = 0;
  bool drained = false;  // drain_all() has seen every connection
};

// One peer. Lives on the I/O thread except for respond().
class Connection final : public Responder::Exchange,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Core> core, int descriptor, int family)
      : core_(std::move(core)),
        socket_(core_->io),
        parser_({core_->settings.max_header_bytes, core_->settings.max_body_bytes}) {
    socket_.assign(asio::generic::stream_protocol(family, 0), descriptor);
    socket_.non_blocking(true);
    allow(core_->settings.header_timeout);
  }

  void start() { read(); }

  void respond(Response&& response) override {
    if (std::this_thread::get_id() == core_->thread) return answer(std::move(response));
    core_->post([self = shared_from_this(), answer = std::move(response)]() mutable {
      self->answer(std::move(answer));
      if (self->phase_ == Phase::Reading) self->process();
    });
  }

  void check_time(std::int64_t now) {
    if (deadline_ == 0 || now < deadline_) return;
    if (phase_ == Phase::Reading && parser_.started())
      refuse({408, "the request did not arrive in time"});
    else
      close();
  }

  // No further request: now if idle, else behind the answer.
  void drain() {
    error_code ignored;
    const bool idle = phase_ == Phase::Reading && !parser_.started() && buffer_.empty();
    if (idle && socket_.available(ignored) == 0) return close();
    close_after_ = true;
  }

  void close() {
    if (phase_ == Phase::Closed) return;
    phase_ = Phase::Closed;
    error_code ignored;
    socket_.close(ignored);
    core_->remove(this);
  }

 private:
  enum class Phase { Reading, Handling, Writing, Lingering, Closed };

  void allow(std::chrono::milliseconds time) { deadline_ = core_->now + ticks(time); }

  // Data stays in the kernel until it is handled, so that drain() can tell who is idle.
  void read() {
    socket_.async_wait(Socket::wait_read,
                       [self = shared_from_this()](error_code ec) { self->on_readable(ec); });
  }

  void on_readable(error_code ec) {
    if (phase_ == Phase::Closed) return;
    if (ec) return close();
    const auto room = buffer_.prepare(body_expected_ ? kBodyReadBytes : kReadBytes);
    const std::size_t count = socket_.read_some(asio::buffer(room.data(), room.size()), ec);
    if (ec == asio::error::would_block) return read();
    if (ec) return close();
    if (phase_ == Phase::Lingering) return read();
    buffer_.filled(count);
    process();
  }

  // Parses, handles and answers as long as there are whole requests and each is answered at once.
  void process() {
    while (phase_ == Phase::Reading) {
      const bool fresh = !parser_.started();
      const ParseProgress progress = parser_.feed(buffer_.data());
      buffer_.consume(progress.consumed);
      switch (progress.state) {
        case ParseState::Malformed:
          return refuse(parser_.malformed());
        case ParseState::Done:
          handle();
          break;
        case ParseState::HeaderDone:
          expect_body();
          break;
        case ParseState::NeedMore:
          if (fresh && parser_.started()) allow(core_->settings.header_timeout);
          return read();
      }
    }
  }

  void expect_body() {
    body_expected_ = true;
    allow(core_->settings.body_timeout);
    if (!parser_.expects_continue() || !buffer_.empty()) return;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ignored;  // a peer that cannot take 25 bytes will time out
    socket_.write_some(asio::buffer(kContinue.data(), kContinue.size()), ignored);
  }

  void handle() {
    phase_ = Phase::Handling;
    deadline_ = 0;
    body_expected_ = false;
    try {
      core_->handler.handle(parser_.request(), Responder(shared_from_this()));
    } catch (const std::exception& error) {
      core_->log.write(LogLevel::Error, "http",
                       cat(parser_.request().method, " ", parser_.request().target,
                           ": the handler threw ", error.what()));
    }
  }

  void answer(Response&& response) {
    if (phase_ != Phase::Handling) return;
    const bool close_after = close_after_ || core_->draining || !parser_.keep_alive();
    send(std::move(response), close_after ? AfterThis::Close : AfterThis::KeepAlive,
         parser_.request().method == "HEAD");
  }

  void refuse(const Malformed& why) {
    const std::string reason = why.reason;
    refused_ = true;
    const std::string phrase = cat(reason_phrase(why.status));
    const JsonObject body{{"error_code", phrase},
                          {"message", cat(why.status, " ", phrase, ": ", reason)}};
    send(json_response(why.status, to_text(body) + "\n"), AfterThis::Close, false);
  }

  void send(Response&& response, AfterThis after, bool omit_body) {
    phase_ = Phase::Writing;
    close_after_ = after == AfterThis::Close;
    out_.clear();
    append_head(out_, response, after);
    out_body_ = omit_body ? std::string() : std::move(response.body);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(out_), asio::buffer(out_body_)};
    error_code ec;
    const std::size_t sent = socket_.write_some(parts, ec);
    if (ec && ec != asio::error::would_block) return close();
    if (sent == out_.size() + out_body_.size()) return sent_all();
    allow(core_->settings.write_timeout);
    if (sent >= out_.size()) {
      out_body_.erase(0, sent - out_.size());
      out_.clear();
    } else {
      out_.erase(0, sent);
    }
    send_rest();
  }

  void send_rest() {
    const std::array<asio::const_buffer, 2> parts{asio::buffer(out_), asio::buffer(out_body_)};
    asio::async_write(socket_, parts, [self = shared_from_this()](error_code ec, std::size_t) {
      if (self->phase_ == Phase::Closed) return;
      if (ec) return self->close();
      self->sent_all();
      self->process();
    });
  }

  void sent_all() {
    if (close_after_) return finish();
    parser_.reset();
    phase_ = Phase::Reading;
    allow(core_->settings.idle_timeout);
  }

  // Closing with unread input would reset the connection and lose the answer on its way.
  void finish() {
    if (!refused_ && buffer_.empty()) return close();
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    phase_ = Phase::Lingering;
    allow(std::chrono::seconds(1));
    buffer_.clear();
    read();
  }

  std::shared_ptr<Core> core_;
  Socket socket_;
  RequestParser parser_;
  ReadBuffer buffer_;
  std::string out_;
  std::string out_body_;
  std::int64_t deadline_ = 0;  // tick; 0: none
  Phase phase_ = Phase::Reading;
  bool body_expected_ = false;
  bool close_after_ = false;
  bool refused_ = false;
};

void Core::accept_next() {
  acceptor.async_wait(Acceptor::wait_read, [this](error_code ec) {
    if (ec || draining) return;
    accept_all();
  });
}

void Core::accept_all() {
  for (;;) {
    Descriptor peer(
        ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (peer.open()) {
      add(std::move(peer));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return accept_next();
    if (errno == ECONNABORTED || errno == EINTR) continue;
    log.write(LogLevel::Warning, "http",
              cat("accept on ", to_string(address), ": ", std::strerror(errno)));
    accept_again = now + 2;  // out of descriptors or memory: not in a loop
    return start_ticking();
  }
}

void Core::add(Descriptor descriptor) {
  if (connections.size() >= settings.max_connections) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n"
        "Retry-After: 1\r\n\r\n";
    ::send(descriptor.number(), kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return;
  }
  int family = 0;
  socklen_t size = sizeof family;
  ::getsockopt(descriptor.number(), SOL_SOCKET, SO_DOMAIN, &family, &size);
  auto connection = std::make_shared<Connection>(shared_from_this(), descriptor.release(), family);
  connections.emplace(connection.get(), connection);
  {
    std::lock_guard lock(mutex);
    ++open;
  }
  start_ticking();
  connection->start();
}

void Core::remove(Connection* connection) {
  connections.erase(connection);
  std::lock_guard lock(mutex);
  --open;
  changed.notify_all();
}

void Core::start_ticking() {
  if (ticking) return;
  ticking = true;
  timer.expires_after(kTick);
  timer.async_wait([this](error_code ec) {
    ticking = false;
    if (!ec) tick();
  });
}

void Core::tick() {
  ++now;
  if (accept_again != 0 && now >= accept_again && !draining) {
    accept_again = 0;
    accept_all();
  }
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections.size());
  for (const auto& [key, connection] : connections) all.push_back(connection);
  for (const auto& connection : all) connection->check_time(now);
  if (!connections.empty() || accept_again != 0) start_ticking();
}

void Core::close_acceptor() {
  if (!acceptor.is_open()) return;
  error_code ignored;
  acceptor.close(ignored);
  if (const auto* path = std::get_if<UnixAddress>(&address)) ::unlink(path->path.c_str());
}

void Core::drain_all() {
  if (acceptor.is_open()) accept_all();  // who is in the queue has connected, as far as it knows
  draining = true;
  close_acceptor();
  const auto all = connections;
  for (const auto& [key, connection] : all) connection->drain();
  std::lock_guard lock(mutex);
  drained = true;
  changed.notify_all();
}

void Core::close_all() {
  draining = true;
  close_acceptor();
  timer.cancel();
  const auto all = connections;
  for (const auto& [key, connection] : all) connection->close();
}

class AsioServer final : public Server {
 public:
  explicit AsioServer(std::shared_ptr<Core> core) : core_(std::move(core)) {
    core_->accept_next();
    std::unique_lock lock(core_->mutex);
    thread_ = std::thread([core = core_.get()] {
      {
        std::lock_guard started(core->mutex);
        core->thread = std::this_thread::get_id();
      }
      auto work = asio::make_work_guard(core->io);
      ::pthread_setname_np(::pthread_self(), "http");
      core->io.run();
    });
  }

  ~AsioServer() override {
    core_->post([core = core_.get()] {
      core->close_all();
      core->io.stop();
    });
    {
      std::lock_guard lock(core_->mutex);
      core_->stopped = true;
    }
    thread_.join();
    // What was cut off still holds connections, and they hold the core.
    core_->io.restart();
    core_->io.poll();
  }

  Address address() const override { return core_->address; }

  bool drain(std::chrono::milliseconds deadline) override {
    core_->post([core = core_.get()] { core->drain_all(); });
    std::unique_lock lock(core_->mutex);
    return core_->changed.wait_for(lock, deadline,
                                   [&] { return core_->drained && core_->open == 0; });
  }

  std::size_t open_connections() const override {
    std::lock_guard lock(core_->mutex);
    return core_->open;
  }

 private:
  std::shared_ptr<Core> core_;
  std::thread thread_;
};

}  // namespace

Responder::~Responder() {
  if (exchange_ == nullptr) return;
  exchange_->respond(text_response(500, "500 Internal Server Error: no answer was made\n"));
}

void Responder::send(Response response) && {
  const auto exchange = std::move(exchange_);
  exchange_ = nullptr;
  exchange->respond(std::move(response));
}

Result<std::unique_ptr<Server>> Server::start(const Address& address, Handler& handler, Log& log,
                                              const ServerSettings& settings) {
  Listener listener = TRY(listen_on(address));
  auto core = std::make_shared<Core>(handler, log, settings);
  core->address = listener.address;
  core->acceptor.assign(listener.descriptor.release());
  std::unique_ptr<Server> server = std::make_unique<AsioServer>(std::move(core));
  return server;
}

}  // namespace sluice::http
