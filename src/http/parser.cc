#include "http/parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <optional>

#include "base/strings.h"

namespace sluice::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using BeastView = beast::string_view;

std::string_view plain(BeastView text) {
  return {text.data(), text.size()};
}

constexpr std::size_t kEagerReserve = 64u << 10;  // a stated length is only believed this far

// What both directions share: fills headers and body, refuses what is ambiguous.
template <bool isRequest>
class FillingParser final : public beast::http::basic_parser<isRequest> {
 public:
  FillingParser(Request* request, Response* response, Malformed& malformed)
      : request_(request), response_(response), malformed_(malformed) {}

  bool expects_continue() const { return expects_continue_; }

  void refuse(int status, std::string reason, error_code& ec) {
    malformed_ = {status, std::move(reason)};
    ec = beast::http::error::bad_field;
  }

 private:
  std::string& body() { return isRequest ? request_->body : response_->body; }

  void on_request_impl(beast::http::verb, BeastView method, BeastView target, int version,
                       error_code&) override {
    request_->method.assign(method.data(), method.size());
    request_->target.assign(target.data(), target.size());
    version_ = version;
  }

  void on_response_impl(int code, BeastView, int version, error_code&) override {
    response_->status = code;
    version_ = version;
  }

  void on_field_impl(beast::http::field name, BeastView name_text, BeastView value,
                     error_code& ec) override {
    using beast::http::field;
    if (header_done_) return;  // a trailer: nobody here reads them
    if (name == field::host) ++hosts_;
    if (name == field::expect && equal_ignoring_case(plain(value), "100-continue"))
      expects_continue_ = true;
    if (name == field::transfer_encoding) {
      if (++codings_ > 1 || version_ < 11)
        return refuse(400, "Transfer-Encoding where none may be", ec);
      if (!equal_ignoring_case(plain(value), "chunked"))
        return refuse(501, "only the transfer coding 'chunked' is understood", ec);
    }
    HeaderList& headers = isRequest ? request_->headers : response_->headers;
    headers.add(plain(name_text), plain(value));
  }

  void on_header_impl(error_code& ec) override {
    header_done_ = true;
    if (!isRequest) return;
    if (hosts_ > 1 || (hosts_ == 0 && version_ >= 11))
      refuse(400, hosts_ == 0 ? "no Host header" : "more than one Host header", ec);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) body().reserve(std::min<std::size_t>(*length, kEagerReserve));
  }

  std::size_t on_body_impl(BeastView data, error_code&) override {
    body().append(data.data(), data.size());
    return data.size();
  }

  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, BeastView data, error_code&) override {
    body().append(data.data(), data.size());
    return data.size();
  }

  void on_finish_impl(error_code&) override {}

  Request* request_;
  Response* response_;
  Malformed& malformed_;
  int version_ = 11;
  int hosts_ = 0;
  int codings_ = 0;
  bool header_done_ = false;
  bool expects_continue_ = false;
};

// Size of the header at the start of `input` with its empty line; 0 when it is not whole.
std::size_t header_size(std::string_view input) {
  const std::size_t end = input.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

bool has_folded_line(std::string_view header) {
  for (std::size_t at = header.find("\r\n"); at != std::string_view::npos;
       at = header.find("\r\n", at + 2))
    if (at + 2 < header.size() && (header[at + 2] == ' ' || header[at + 2] == '\t')) return true;
  return false;
}

template <bool isRequest>
struct Incremental {
  explicit Incremental(const ParserLimits& parser_limits) : limits(parser_limits) {}

  void begin(bool skip_body) {
    request.headers.clear();
    request.body.clear();
    response.headers.clear();
    response.body.clear();
    malformed = {};
    started = false;
    header_reported = false;
    parser.emplace(&request, &response, malformed);
    parser->eager(true);
    parser->header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
    parser->body_limit(limits.max_body_bytes);
    if constexpr (!isRequest) parser->skip(skip_body);
  }

  ParseProgress fail(int status, std::string reason) {
    if (malformed.reason.empty()) malformed = {status, std::move(reason)};
    return {0, ParseState::Malformed};
  }

  ParseProgress fail(error_code ec) {
    using beast::http::error;
    if (ec == error::header_limit)
      return fail(431, cat("the header is longer than ", limits.max_header_bytes, " bytes"));
    if (ec == error::body_limit || ec == error::buffer_overflow)
      return fail(413, cat("the body is longer than ", limits.max_body_bytes, " bytes"));
    if (ec == error::bad_version) return fail(505, "not HTTP/1.0 or HTTP/1.1");
    return fail(400, ec.message());
  }

  // The header is given to Beast only as a whole, so that folding can be seen.
  ParseProgress feed_header(std::string_view input, std::size_t& used) {
    std::size_t empty_lines = 0;  // RFC 9112, 2.2: may precede a request
    while (isRequest && empty_lines < 4 && input.substr(empty_lines).starts_with("\r\n"))
      empty_lines += 2;
    const std::string_view rest = input.substr(empty_lines);
    const std::size_t size = header_size(rest);
    if ((size == 0 ? rest.size() : size) > limits.max_header_bytes)
      return fail(beast::http::error::header_limit);
    if (size == 0) {
      started = started || !rest.empty();
      return {empty_lines, ParseState::NeedMore};
    }
    started = true;
    if (has_folded_line(rest.substr(0, size - 2))) return fail(400, "a header line is folded");
    error_code ec;
    // Beast stops behind the header unless the body may follow: give it the header alone.
    parser->eager(false);
    used = empty_lines + parser->put(boost::asio::buffer(rest.data(), size), ec);
    parser->eager(true);
    if (ec && ec != beast::http::error::need_more) return fail(ec);
    if (!parser->is_header_done()) return fail(400, "incomplete header");
    return {used, ParseState::HeaderDone};
  }

  ParseProgress feed(std::string_view input) {
    std::size_t used = 0;
    if (!parser->is_header_done()) {
      const ParseProgress header = feed_header(input, used);
      if (header.state != ParseState::HeaderDone) return header;
    }
    while (!parser->is_done() && used < input.size()) {
      error_code ec;
      const std::string_view rest = input.substr(used);
      const std::size_t took = parser->put(boost::asio::buffer(rest.data(), rest.size()), ec);
      used += took;
      if (ec && ec != beast::http::error::need_more) return fail(ec);
      if (took == 0) break;
    }
    if (parser->is_done()) return {used, ParseState::Done};
    if (parser->chunked() && input.size() - used > limits.max_header_bytes)
      return fail(400, "an overlong chunk header or trailer");
    if (header_reported) return {used, ParseState::NeedMore};
    header_reported = true;
    return {used, ParseState::HeaderDone};
  }

  ParserLimits limits;
  Request request;
  Response response;
  Malformed malformed;
  bool started = false;
  bool header_reported = false;
  std::optional<FillingParser<isRequest>> parser;
};

}  // namespace

struct RequestParser::State : Incremental<true> {
  using Incremental<true>::Incremental;
};

RequestParser::RequestParser(const ParserLimits& limits) : state_(std::make_unique<State>(limits)) {
  state_->begin(false);
}
RequestParser::~RequestParser() = default;

ParseProgress RequestParser::feed(std::string_view input) {
  return state_->feed(input);
}
Request& RequestParser::request() {
  return state_->request;
}
bool RequestParser::started() const {
  return state_->started;
}
bool RequestParser::keep_alive() const {
  return state_->parser->is_header_done() && state_->parser->keep_alive();
}
bool RequestParser::expects_continue() const {
  return state_->parser->expects_continue();
}
const Malformed& RequestParser::malformed() const {
  return state_->malformed;
}
void RequestParser::reset() {
  state_->begin(false);
}

struct ResponseParser::State : Incremental<false> {
  using Incremental<false>::Incremental;
};

ResponseParser::ResponseParser(const ParserLimits& limits)
    : state_(std::make_unique<State>(limits)) {
  state_->begin(false);
}
ResponseParser::~ResponseParser() = default;

ParseProgress ResponseParser::feed(std::string_view input) {
  return state_->feed(input);
}

ParseState ResponseParser::finish() {
  if (state_->parser->is_done()) return ParseState::Done;
  error_code ec;
  if (state_->parser->got_some()) state_->parser->put_eof(ec);
  if (ec || !state_->parser->is_done())
    return state_->fail(502, "the connection ended before the response did").state;
  return ParseState::Done;
}

Response& ResponseParser::response() {
  return state_->response;
}
bool ResponseParser::keep_alive() const {
  return state_->parser->is_done() && state_->parser->keep_alive() && !state_->parser->need_eof();
}
const Malformed& ResponseParser::malformed() const {
  return state_->malformed;
}
void ResponseParser::reset(BodyRule rule) {
  state_->begin(rule == BodyRule::None);
}

}  // namespace sluice::http
