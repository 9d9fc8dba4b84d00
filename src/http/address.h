// Where a server listens or a client connects: TCP or a unix socket.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/result.h"

namespace sluice::http {

struct TcpAddress {
  std::string host =
      "127.0.0.1";         // a numeric address to listen on; a name or address to connect to
  std::uint16_t port = 0;  // 0 when listening: the system picks one

  bool operator==(const TcpAddress&) const = default;
};

struct UnixAddress {
  std::string path;  // at most 107 bytes

  bool operator==(const UnixAddress&) const = default;
};

using Address = std::variant<TcpAddress, UnixAddress>;

std::string to_string(const Address& address);  // "127.0.0.1:8080", "unix:/run/x.sock"

// "http://host:port/path" or "host:port"; InvalidInput for anything else (also https).
struct Url {
  TcpAddress address;
  std::string target = "/";
};
Result<Url> parse_url(std::string_view text);

}  // namespace sluice::http
