#include "http/client.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/strings.h"
#include "http/parser.h"
#include "http/read_buffer.h"
#include "http/socket.h"
#include "http/wire.h"

namespace sluice::http {
namespace {

constexpr std::size_t kReadBytes = 16u << 10;

// Waits for a descriptor under a deadline and a cancellation, without reading a clock.
class Waiting {
 public:
  explicit Waiting(const CancellationToken& cancel)
      : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
        cancelled_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        registration_(cancel.on_cancel([number = cancelled_.number()] {
          const std::uint64_t one = 1;
          [[maybe_unused]] const auto written = ::write(number, &one, sizeof one);
        })) {}

  void arm(std::chrono::milliseconds timeout) {
    itimerspec when{};
    when.it_value.tv_sec = timeout.count() / 1000;
    when.it_value.tv_nsec = timeout.count() % 1000 * 1'000'000 + 1;
    ::timerfd_settime(timer_.number(), 0, &when, nullptr);
  }

  Result<void> until(int descriptor, short events, std::string_view doing) {
    std::array<pollfd, 3> all{
        {{descriptor, events, 0}, {timer_.number(), POLLIN, 0}, {cancelled_.number(), POLLIN, 0}}};
    while (::poll(all.data(), all.size(), -1) < 0)
      if (errno != EINTR) return system_error(errno, doing);
    if (all[2].revents != 0) return Error(ErrorCode::Cancelled, cat(doing, ": cancelled"));
    if (all[0].revents != 0) return success();
    return Error(ErrorCode::Timeout, cat(doing, ": no answer in time"));
  }

 private:
  Descriptor timer_;
  Descriptor cancelled_;
  std::unique_ptr<CancellationToken::Registration> registration_;
};

}  // namespace

struct Client::State {
  State(Address to, ClientSettings client_settings)
      : address(std::move(to)),
        settings(client_settings),
        name(to_string(address)),
        parser({64u << 10, settings.max_response_bytes}) {}

  Error lost(int error_number, std::string_view doing) const {
    return Error(ErrorCode::Unavailable, cat(name, ": ", doing, ": ",
                                             error_number == 0 ? "the connection was closed"
                                                               : std::strerror(error_number)));
  }

  // A peer that closed an idle connection has sent nothing, or an end of file.
  bool still_usable() const {
    char byte = 0;
    return descriptor.open() &&
           ::recv(descriptor.number(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

  Result<void> connect(Waiting& waiting) {
    descriptor = TRY(start_connect(address));
    buffer.clear();
    waiting.arm(settings.connect_timeout);
    TRY(waiting.until(descriptor.number(), POLLOUT, cat("connect to ", name)));
    if (const int error = connect_error(descriptor.number()); error != 0)
      return lost(error, "connect");
    return success();
  }

  Result<void> write(Waiting& waiting, std::string_view head, std::string_view body) {
    std::size_t sent = 0;
    const std::size_t total = head.size() + body.size();
    while (sent < total) {
      std::array<iovec, 2> parts{};
      const std::string_view head_rest = head.substr(std::min(sent, head.size()));
      const std::string_view body_rest =
          sent > head.size() ? body.substr(sent - head.size()) : body;
      parts[0] = {const_cast<char*>(head_rest.data()), head_rest.size()};
      parts[1] = {const_cast<char*>(body_rest.data()), body_rest.size()};
      msghdr message{};
      message.msg_iov = parts.data();
      message.msg_iovlen = parts.size();
      const ssize_t count = ::sendmsg(descriptor.number(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count >= 0) {
        sent += static_cast<std::size_t>(count);
        continue;
      }
      if (errno == EINTR) continue;
      // A server may refuse early and close its reading side: its answer is worth reading.
      if (errno == EPIPE || errno == ECONNRESET) return success();
      if (errno != EAGAIN) return lost(errno, "send");
      TRY(waiting.until(descriptor.number(), POLLOUT, cat(name, ": sending")));
    }
    return success();
  }

  Result<Response> read(Waiting& waiting, BodyRule rule) {
    parser.reset(rule);
    for (;;) {
      const ParseProgress progress = parser.feed(buffer.data());
      buffer.consume(progress.consumed);
      if (progress.state == ParseState::Malformed) return malformed();
      if (progress.state == ParseState::Done) {
        if (parser.response().status >= 200) return std::move(parser.response());
        parser.reset(rule);  // 100 Continue and the like
        continue;
      }
      if (progress.state == ParseState::HeaderDone) continue;
      if (const bool more = TRY(fill(waiting)); more) continue;
      if (parser.finish() == ParseState::Done) return std::move(parser.response());
      return lost(0, "waiting for the response");
    }
  }

  // False at the end of the stream.
  Result<bool> fill(Waiting& waiting) {
    for (;;) {
      const auto room = buffer.prepare(kReadBytes);
      const ssize_t count = ::recv(descriptor.number(), room.data(), room.size(), MSG_DONTWAIT);
      if (count > 0) {
        buffer.filled(static_cast<std::size_t>(count));
        return true;
      }
      if (count == 0) return false;
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return lost(errno, "waiting for the response");
      TRY(waiting.until(descriptor.number(), POLLIN, cat(name, ": waiting for the response")));
    }
  }

  Error malformed() const {
    const Malformed& why = parser.malformed();
    const bool too_large = why.status == 413 || why.status == 431;
    return Error(too_large ? ErrorCode::ResourceExhausted : ErrorCode::Corrupt,
                 cat(name, ": bad response: ", why.reason));
  }

  Result<Response> exchange(const Request& request, const CancellationToken& cancel) {
    Waiting waiting(cancel);
    if (!still_usable()) TRY(connect(waiting));
    waiting.arm(settings.response_timeout);
    std::string head;
    append_head(head, request, std::holds_alternative<UnixAddress>(address) ? "localhost" : name);
    TRY(write(waiting, head, request.body));
    const bool is_head = request.method == "HEAD";
    Response response = TRY(read(waiting, is_head ? BodyRule::None : BodyRule::AsSent));
    if (!parser.keep_alive()) descriptor.close();
    return response;
  }

  Address address;
  ClientSettings settings;
  std::string name;
  Descriptor descriptor;
  ReadBuffer buffer;
  ResponseParser parser;
};

Client::Client(Address address, ClientSettings settings)
    : state_(std::make_unique<State>(std::move(address), settings)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Response> Client::send(const Request& request, const CancellationToken& cancel) {
  auto response = state_->exchange(request, cancel);
  if (!response.ok()) state_->descriptor.close();
  return response;
}

Result<Response> send(const Address& address, const Request& request,
                      const ClientSettings& settings, const CancellationToken& cancel) {
  Client client(address, settings);
  return client.send(request, cancel);
}

}  // namespace sluice::http
