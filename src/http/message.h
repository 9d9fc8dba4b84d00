// HTTP/1.1 messages as values. No I/O, no domain word.
//
// Header names compare without regard to case; order and repetition are kept. Values may be moved
// between threads but not shared while they change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

struct Header {
  std::string_view name;
  std::string_view value;
};

// All names and values lie in one buffer, so that a list which is filled again and again (one per
// connection) allocates nothing. Views stay valid until the next change.
class HeaderList {
 public:
  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void remove(std::string_view name);
  void clear();

  std::optional<std::string_view> find(std::string_view name) const;  // the first
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  Header operator[](std::size_t i) const;

 private:
  struct Entry {
    std::uint32_t name_start, name_size, value_size;  // the value follows the name
  };
  std::string text_;
  std::vector<Entry> entries_;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query as sent
  HeaderList headers;
  std::string body;
};

struct Response {
  int status = 200;
  HeaderList headers;  // Content-Length and Connection are added by the server
  std::string body;
};

std::string_view reason_phrase(int status);

Response text_response(int status, std::string body);
Response json_response(int status, std::string json);

std::string_view path_of(std::string_view target);   // "/a/b" of "/a/b?c=1"
std::string_view query_of(std::string_view target);  // "c=1", or empty
// %41 becomes A; nullopt for a broken escape. `+` stays.
std::optional<std::string> percent_decode(std::string_view text);
// Value of the first `name=` in the query, decoded (there `+` is a blank); nullopt when absent or
// broken.
std::optional<std::string> query_value(std::string_view target, std::string_view name);

}  // namespace sluice::http
