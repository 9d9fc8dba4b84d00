#include "http/message.h"

#include <utility>

#include "base/strings.h"

namespace sluice::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Response typed_response(int status, std::string_view type, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", type);
  response.body = std::move(body);
  return response;
}

}  // namespace

void HeaderList::add(std::string_view name, std::string_view value) {
  entries_.push_back({static_cast<std::uint32_t>(text_.size()),
                      static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

void HeaderList::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void HeaderList::remove(std::string_view name) {
  std::erase_if(entries_, [&](const Entry& entry) {
    return equal_ignoring_case({text_.data() + entry.name_start, entry.name_size}, name);
  });
}

void HeaderList::clear() {
  text_.clear();
  entries_.clear();
}

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Header header = (*this)[i];
    if (header.name.size() == name.size() && equal_ignoring_case(header.name, name))
      return header.value;
  }
  return std::nullopt;
}

Header HeaderList::operator[](std::size_t i) const {
  const Entry& entry = entries_[i];
  const char* name = text_.data() + entry.name_start;
  return {{name, entry.name_size}, {name + entry.name_size, entry.value_size}};
}

std::string_view reason_phrase(int status) {
  static constexpr std::pair<int, std::string_view> kPhrases[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (const auto& [code, phrase] : kPhrases)
    if (code == status) return phrase;
  return "Unknown";
}

Response text_response(int status, std::string body) {
  return typed_response(status, "text/plain; charset=utf-8", std::move(body));
}

Response json_response(int status, std::string json) {
  return typed_response(status, "application/json", std::move(json));
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::optional<std::string> query_value(std::string_view target, std::string_view name) {
  for (std::string_view part : split(query_of(target), '&')) {
    const std::size_t equals = part.find('=');
    if (part.substr(0, equals) != name) continue;
    if (equals == std::string_view::npos) return std::string();
    return percent_decode(replace_all(std::string(part.substr(equals + 1)), "+", " "));
  }
  return std::nullopt;
}

}  // namespace sluice::http
