#include "os/unix_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/strings.h"

namespace sluice::os {
namespace {

// A name of the socket that fits into an address: through a descriptor of its folder where the
// path itself is too long.
Result<std::string> short_name(const Path& path, Descriptor& folder) {
  const std::string whole = path.string();
  if (whole.size() < sizeof(sockaddr_un::sun_path)) return whole;
  folder = Descriptor(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return system_error(errno, cat("open ", path.parent_path().string()));
  std::string name = cat("/proc/self/fd/", folder.get(), "/", path.filename().string());
  if (name.size() >= sizeof(sockaddr_un::sun_path))
    return invalid_input(cat("the name of the socket ", whole, " is too long"));
  return name;
}

}  // namespace

Result<SocketPair> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return system_error(errno, "make a pair of sockets");
  return SocketPair{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<Descriptor> connect_unix(const Path& path) {
  Descriptor folder;
  const std::string name = TRY(short_name(path, folder));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return system_error(errno, "make a socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
    return socket;
  if (errno == ECONNREFUSED)
    return Error(ErrorCode::Unavailable, cat("nobody listens at ", path.string()));
  return system_error(errno, cat("connect to ", path.string()));
}

Result<void> set_nonblocking(const Descriptor& descriptor) {
  const int flags = ::fcntl(descriptor.get(), F_GETFL);
  if (flags < 0 || ::fcntl(descriptor.get(), F_SETFL, flags | O_NONBLOCK) != 0)
    return system_error(errno, "make a descriptor non-blocking");
  return success();
}

}  // namespace sluice::os
