#include "delivery/proxy_wire.h"

#include <charconv>

#include "base/strings.h"

namespace sluice::delivery {
namespace {

void append_number(std::string& out, std::size_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (std::string_view candidate : names)
    if (candidate.size() == name.size() && equal_ignoring_case(candidate, name)) return true;
  return false;
}

// By first letter, because most headers are none of these.
bool concerns_one_connection(std::string_view name) {
  switch (name.empty() ? '\0' : name[0] | 0x20) {
    case 'c':
      return is_one_of(name, {"Connection", "Content-Length"});
    case 'e':
      return is_one_of(name, {"Expect"});
    case 'k':
      return is_one_of(name, {"Keep-Alive"});
    case 'p':
      return is_one_of(name, {"Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization"});
    case 't':
      return is_one_of(name, {"TE", "Trailer", "Transfer-Encoding"});
    case 'u':
      return is_one_of(name, {"Upgrade"});
    default:
      return false;
  }
}

// `Connection: a, b` takes the headers a and b along.
bool is_listed(std::string_view name, std::string_view connection) {
  for (std::string_view part : split(connection, ','))
    if (equal_ignoring_case(trim(part), name)) return true;
  return false;
}

void append_headers(std::string& out, const http::HeaderList& headers) {
  std::string_view listed;
  if (const auto connection = headers.find("Connection")) {
    listed = *connection;
    if (equal_ignoring_case(listed, "keep-alive") || equal_ignoring_case(listed, "close"))
      listed = {};
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const http::Header header = headers[i];
    if (concerns_one_connection(header.name)) continue;
    if (!listed.empty() && is_listed(header.name, listed)) continue;
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  }
}

bool has_no_length(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

void append_forwarded_head(std::string& out, const http::Request& request) {
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  if (!request.headers.find("Host")) out.append("Host: localhost\r\n");  // from HTTP/1.0
  append_headers(out, request.headers);
  const bool bodyless = request.method == "GET" || request.method == "HEAD";
  if (!request.body.empty() || !bodyless) {
    out.append("Content-Length: ");
    append_number(out, request.body.size());
    out.append("\r\n");
  }
  out.append("\r\n");
}

void append_forwarded_head(std::string& out, const http::Response& response, ResponseTo to,
                           int revision, http::AfterThis after) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(http::reason_phrase(response.status)).append("\r\n");
  append_headers(out, response.headers);
  if (to == ResponseTo::Head) {
    if (const auto length = response.headers.find("Content-Length"))
      out.append("Content-Length: ").append(*length).append("\r\n");
  } else if (!has_no_length(response.status)) {
    out.append("Content-Length: ");
    append_number(out, response.body.size());
    out.append("\r\n");
  }
  out.append("x-sluice-revision: ");
  append_number(out, static_cast<std::size_t>(revision));
  out.append(after == http::AfterThis::Close ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
}

}  // namespace sluice::delivery
