// Connected sockets between processes of this machine.
#pragma once

#include "base/result.h"
#include "os/descriptor.h"
#include "os/ports/files.h"

namespace sluice::os {

struct SocketPair {
  Descriptor ours;
  Descriptor theirs;  // to pass on to a child
};

Result<SocketPair> make_socket_pair();

// To the process that listens at `path`, which may be longer than a socket address can hold.
// Unavailable when nobody listens there, NotFound when there is no such file.
Result<Descriptor> connect_unix(const Path& path);

// Reads and writes give "nothing now" instead of waiting.
Result<void> set_nonblocking(const Descriptor& descriptor);

}  // namespace sluice::os
