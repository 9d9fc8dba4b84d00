#include "http/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/strings.h"

namespace sluice::http {
namespace {

struct RawAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage); }
};

Result<RawAddress> raw_unix(const UnixAddress& address) {
  RawAddress raw;
  auto* out = reinterpret_cast<sockaddr_un*>(&raw.storage);
  if (address.path.empty() || address.path.size() >= sizeof out->sun_path)
    return invalid_input(cat("the path of the unix socket '", address.path, "' has ",
                             address.path.size(), " bytes; 1 to ", sizeof out->sun_path - 1,
                             " are possible: use a shorter folder"));
  out->sun_family = AF_UNIX;
  std::memcpy(out->sun_path, address.path.data(), address.path.size());
  raw.size = sizeof(sockaddr_un);
  return raw;
}

enum class Lookup { NumericOnly, Names };

Result<RawAddress> raw_tcp(const TcpAddress& address, Lookup lookup) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (lookup == Lookup::NumericOnly ? AI_NUMERICHOST : 0);
  addrinfo* found = nullptr;
  const std::string host =
      lookup == Lookup::NumericOnly && address.host == "localhost" ? "127.0.0.1" : address.host;
  const int failure =
      ::getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (failure != 0)
    return Error(lookup == Lookup::Names ? ErrorCode::Unavailable : ErrorCode::InvalidInput,
                 cat("address '", address.host, "': ", ::gai_strerror(failure)));
  RawAddress raw;
  std::memcpy(&raw.storage, found->ai_addr, found->ai_addrlen);
  raw.size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return raw;
}

Result<RawAddress> to_raw(const Address& address, Lookup lookup) {
  if (const auto* path = std::get_if<UnixAddress>(&address)) return raw_unix(*path);
  return raw_tcp(std::get<TcpAddress>(address), lookup);
}

Result<Descriptor> open_socket(int family, const Address& address) {
  Descriptor descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor.open()) return system_error(errno, cat("socket for ", to_string(address)));
  const int on = 1;
  if (family != AF_UNIX)
    ::setsockopt(descriptor.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

Error taken(const Address& address) {
  return Error(ErrorCode::Busy,
               cat(to_string(address), " is in use: another process listens there"));
}

// A file that nobody listens behind is what a killed process left.
Result<void> remove_leftover(const UnixAddress& address, RawAddress& raw) {
  const Descriptor probe = TRY(open_socket(AF_UNIX, address));
  if (::connect(probe.number(), raw.data(), raw.size) == 0 || errno == EAGAIN)
    return taken(address);
  if (errno == ECONNREFUSED) ::unlink(address.path.c_str());
  return success();
}

std::uint16_t real_port(int descriptor) {
  RawAddress raw;
  raw.size = sizeof raw.storage;
  if (::getsockname(descriptor, raw.data(), &raw.size) != 0) return 0;
  if (raw.storage.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6*>(&raw.storage)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&raw.storage)->sin_port);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}
Descriptor::~Descriptor() {
  close();
}
int Descriptor::release() {
  return std::exchange(number_, -1);
}
void Descriptor::close() {
  if (number_ >= 0) ::close(release());
}

Result<Listener> listen_on(const Address& address) {
  RawAddress raw = TRY(to_raw(address, Lookup::NumericOnly));
  const auto* path = std::get_if<UnixAddress>(&address);
  if (path != nullptr) {
    auto cleaned = remove_leftover(*path, raw);
    if (!cleaned.ok()) return std::move(cleaned).error();
  }
  Listener listener;
  listener.descriptor = TRY(open_socket(raw.storage.ss_family, address));
  listener.address = address;
  const int number = listener.descriptor.number();
  const int on = 1;
  if (path == nullptr) ::setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const std::string what = cat("listen on ", to_string(address));
  if (::bind(number, raw.data(), raw.size) != 0)
    return errno == EADDRINUSE ? taken(address) : system_error(errno, what);
  if (path != nullptr && ::chmod(path->path.c_str(), 0600) != 0) return system_error(errno, what);
  if (::listen(number, SOMAXCONN) != 0)
    return errno == EADDRINUSE ? taken(address) : system_error(errno, what);
  if (auto* tcp = std::get_if<TcpAddress>(&listener.address)) tcp->port = real_port(number);
  return listener;
}

Result<Listener> reserve_port() {
  Listener reserved;
  reserved.address = TcpAddress{};
  RawAddress raw = TRY(to_raw(reserved.address, Lookup::NumericOnly));
  reserved.descriptor = TRY(open_socket(raw.storage.ss_family, reserved.address));
  const int number = reserved.descriptor.number();
  const int on = 1;
  ::setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(number, raw.data(), raw.size) != 0) return system_error(errno, "reserve a port");
  std::get<TcpAddress>(reserved.address).port = real_port(number);
  return reserved;
}

Result<Descriptor> start_connect(const Address& address) {
  RawAddress raw = TRY(to_raw(address, Lookup::Names));
  Descriptor descriptor = TRY(open_socket(raw.storage.ss_family, address));
  if (::connect(descriptor.number(), raw.data(), raw.size) != 0 && errno != EINPROGRESS) {
    const Error why = system_error(errno, cat("connect to ", to_string(address)));
    return Error(ErrorCode::Unavailable, why.message());
  }
  return descriptor;
}

int connect_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

}  // namespace sluice::http
