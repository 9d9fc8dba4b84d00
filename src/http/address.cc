#include "http/address.h"

#include <charconv>

#include "base/strings.h"

namespace sluice::http {

std::string to_string(const Address& address) {
  if (const auto* unix_address = std::get_if<UnixAddress>(&address))
    return cat("unix:", unix_address->path);
  const auto& tcp = std::get<TcpAddress>(address);
  const bool v6 = tcp.host.find(':') != std::string::npos;
  return v6 ? cat("[", tcp.host, "]:", tcp.port) : cat(tcp.host, ":", tcp.port);
}

Result<Url> parse_url(std::string_view text) {
  const std::string_view whole = text;
  if (text.starts_with("https://"))
    return unsupported(cat("'", whole, "': https is not supported here, use http"));
  if (text.starts_with("http://"))
    text.remove_prefix(7);
  else if (text.find("://") != std::string_view::npos)
    return invalid_input(cat("'", whole, "' is not an http:// address"));
  Url url;
  const std::size_t slash = text.find('/');
  std::string_view authority = text.substr(0, slash);
  if (slash != std::string_view::npos) url.target = std::string(text.substr(slash));
  url.address.port = 80;
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view digits = authority.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), url.address.port);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.empty())
      return invalid_input(cat("'", whole, "': '", digits, "' is not a port (0 to 65535)"));
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  if (authority.empty()) return invalid_input(cat("'", whole, "' names no host"));
  url.address.host = std::string(authority);
  return url;
}

}  // namespace sluice::http
