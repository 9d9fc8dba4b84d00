// HTTP/1.1 parsing as a pure, incremental function of bytes: no sockets, no clock. Over
// Beast's parser, stricter where two parties could disagree about where a message ends (RFC 9112,
// section 11): Content-Length together with Transfer-Encoding, any coding but one plain `chunked`,
// folded lines, no or several Hosts.
//
// One parser per connection, reused for message after message. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace sluice::http {

struct ParserLimits {
  std::size_t max_header_bytes = 16u << 10;
  std::size_t max_body_bytes = 8u << 20;
};

enum class ParseState {
  NeedMore,    // everything was consumed that could be
  HeaderDone,  // the body is still to come
  Done,        // the message is whole; bytes after it were not consumed
  Malformed,   // see malformed(); nothing more can be read from this connection
};

struct ParseProgress {
  std::size_t consumed = 0;  // drop these from the front of the input, keep the rest
  ParseState state = ParseState::NeedMore;
};

struct Malformed {
  int status = 400;  // what a server answers
  std::string reason;
};

class RequestParser {
 public:
  explicit RequestParser(const ParserLimits& limits = {});
  ~RequestParser();

  // Input starts at the first byte that was not consumed before. Returns after the header
  // once, with HeaderDone, unless the message is done with it.
  ParseProgress feed(std::string_view input);
  Request& request();
  bool started() const;           // some byte of the current message was consumed
  bool keep_alive() const;        // valid from HeaderDone on
  bool expects_continue() const;  // likewise: `Expect: 100-continue`
  const Malformed& malformed() const;
  void reset();  // for the next message

 private:
  struct State;
  std::unique_ptr<State> state_;
};

enum class BodyRule { AsSent, None };  // None: the answer to HEAD has no body whatever it says

class ResponseParser {
 public:
  explicit ResponseParser(const ParserLimits& limits = {});
  ~ResponseParser();

  ParseProgress feed(std::string_view input);
  // The peer closed: ends a body without length, is Malformed anywhere else.
  ParseState finish();
  Response& response();
  bool keep_alive() const;
  const Malformed& malformed() const;
  void reset(BodyRule rule);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::http
