#include "http/wire.h"

#include <charconv>

#include "base/strings.h"

namespace sluice::http {
namespace {

void append_number(std::string& out, std::size_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_clean(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  out.append(text);
  for (std::size_t i = start; i < out.size(); ++i)
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
}

bool is_framing(std::string_view name) {
  return equal_ignoring_case(name, "Content-Length") ||
         equal_ignoring_case(name, "Transfer-Encoding") || equal_ignoring_case(name, "Connection");
}

void append_headers(std::string& out, const HeaderList& headers) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const Header header = headers[i];
    if (is_framing(header.name)) continue;
    append_clean(out, header.name);
    out.append(": ");
    append_clean(out, header.value);
    out.append("\r\n");
  }
}

void append_length(std::string& out, std::size_t length) {
  out.append("Content-Length: ");
  append_number(out, length);
  out.append("\r\n");
}

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

void append_head(std::string& out, const Response& response, AfterThis after) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  append_headers(out, response.headers);
  if (!has_no_body(response.status)) append_length(out, response.body.size());
  if (after == AfterThis::Close) out.append("Connection: close\r\n");
  out.append("\r\n");
}

void append_head(std::string& out, const Request& request, std::string_view host) {
  append_clean(out, request.method);
  out.append(" ");
  append_clean(out, request.target.empty() ? "/" : request.target);
  out.append(" HTTP/1.1\r\n");
  if (!request.headers.find("Host")) {
    out.append("Host: ");
    append_clean(out, host);
    out.append("\r\n");
  }
  append_headers(out, request.headers);
  const bool bodyless = request.method == "GET" || request.method == "HEAD";
  if (!request.body.empty() || !bodyless) append_length(out, request.body.size());
  out.append("\r\n");
}

}  // namespace sluice::http
