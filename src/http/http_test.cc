#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "base/strings.h"
#include "http/client.h"
#include "http/parser.h"
#include "http/server.h"
#include "http/socket.h"
#include "http/wire.h"

namespace sluice::http {
namespace {

using std::chrono::milliseconds;

// Echoes method, target and body; /later answers from another thread when told to, /never drops
// its responder, /throw throws, /large answers 5 MB.
class EchoHandler final : public Handler {
 public:
  ~EchoHandler() override {
    for (auto& thread : threads_) thread.join();
  }

  void handle(Request& request, Responder responder) override {
    ++handled;
    if (request.target == "/throw") throw std::runtime_error("as asked");
    if (request.target == "/never") return;
    if (request.target == "/large")
      return std::move(responder).send(text_response(200, std::string(5'000'000, 'x')));
    Response response =
        text_response(200, cat(request.method, " ", request.target, " ", request.body));
    if (request.target != "/later") return std::move(responder).send(std::move(response));
    waiting.set_value();
    threads_.emplace_back(
        [this, answer = std::move(response), to = std::move(responder)]() mutable {
          go.get_future().wait();
          std::move(to).send(std::move(answer));
        });
  }

  std::atomic<int> handled{0};
  std::promise<void> waiting;
  std::promise<void> go;

 private:
  std::vector<std::thread> threads_;
};

class HttpTest : public ::testing::Test {
 protected:
  Server& start(const ServerSettings& settings = {}, const Address& address = TcpAddress{}) {
    auto started = Server::start(address, handler_, log_, settings);
    EXPECT_TRUE(started.ok()) << started.error().describe();
    server_ = std::move(started).value();
    return *server_;
  }

  Descriptor connect() {
    auto descriptor = start_connect(server_->address());
    EXPECT_TRUE(descriptor.ok());
    pollfd ready{descriptor.value().number(), POLLOUT, 0};
    ::poll(&ready, 1, 5000);
    return std::move(descriptor).value();
  }

  static void write(const Descriptor& to, std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(to.number(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) {
        pollfd ready{to.number(), POLLOUT, 0};
        ::poll(&ready, 1, 5000);
        continue;
      }
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // Until the peer closes, or `enough` is there, or five seconds of silence.
  static std::string read(const Descriptor& from, std::string_view enough = {}) {
    std::string text;
    char bytes[4096];
    pollfd ready{from.number(), POLLIN, 0};
    while (enough.empty() || text.find(enough) == std::string::npos) {
      if (::poll(&ready, 1, 5000) <= 0) return text + "<silence>";
      const ssize_t count = ::recv(from.number(), bytes, sizeof bytes, 0);
      if (count <= 0) break;
      text.append(bytes, static_cast<std::size_t>(count));
    }
    return text;
  }

  Request request(std::string target, std::string body = {}) {
    Request made;
    made.target = std::move(target);
    if (!body.empty()) made.method = "POST";
    made.body = std::move(body);
    return made;
  }

  NullLog log_;
  EchoHandler handler_;
  std::unique_ptr<Server> server_;
};

struct Literal {
  const char* name;
  std::string text;
  const char* expected;  // in the answer
  int handled;
};

// style: long table because each row is a request and its answer
TEST_F(HttpTest, answers_literal_requests_as_the_standard_says) {
  const std::string host = "Host: a\r\n";
  const Literal table[] = {
      {"get", "GET /x HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "\r\n\r\nGET /x ", 1},
      {"http 1.0 closes", "GET /x HTTP/1.0\r\n\r\n", "Connection: close\r\n\r\nGET /x ", 1},
      {"empty line first", "\r\nGET /x HTTP/1.0\r\n\r\n", "GET /x ", 1},
      {"body by length",
       "POST / HTTP/1.1\r\n" + host + "Connection: close\r\nContent-Length: 3\r\n\r\nabc",
       "POST / abc", 1},
      {"body in chunks",
       "POST / HTTP/1.1\r\n" + host +
           "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n"
           "Trailer: t\r\n\r\n",
       "POST / abc", 1},
      {"head has no body", "HEAD /x HTTP/1.0\r\n\r\n",
       "Content-Length: 8\r\nConnection: close\r\n\r\n", 1},
      {"two in one packet",
       "GET /1 HTTP/1.1\r\n" + host + "\r\nGET /2 HTTP/1.1\r\n" + host +
           "Connection: close\r\n\r\n",
       "GET /2 ", 2},
      {"handler throws", "GET /throw HTTP/1.0\r\n\r\n", "HTTP/1.1 500 ", 1},
      {"handler forgets", "GET /never HTTP/1.0\r\n\r\n", "HTTP/1.1 500 ", 1},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request: no Host", 0},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
       "400 Bad Request: more than one", 0},
      {"length and coding",
       "POST / HTTP/1.1\r\n" + host +
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 400 ", 0},
      {"coding and length",
       "POST / HTTP/1.1\r\n" + host +
           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 400 ", 0},
      {"two lengths",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
       "HTTP/1.1 400 ", 0},
      {"signed length", "POST / HTTP/1.1\r\n" + host + "Content-Length: +3\r\n\r\nabc",
       "HTTP/1.1 400 ", 0},
      {"other coding", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n",
       "HTTP/1.1 501 ", 0},
      {"hidden coding",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 501 ", 0},
      {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 400 ", 0},
      {"folded line", "GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n",
       "400 Bad Request: a header line is folded", 0},
      {"blank before colon", "GET / HTTP/1.1\r\n" + host + "Content-Length : 3\r\n\r\nabc",
       "HTTP/1.1 400 ", 0},
      {"bad chunk size",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
       "HTTP/1.1 400 ", 0},
      {"bare line feeds", "GET / HTTP/1.1\n" + host + "\n\r\n\r\n", "HTTP/1.1 505 ", 0},
      {"nul in a value", std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29), "HTTP/1.1 400 ",
       0},
      {"version 2", "GET / HTTP/2.0\r\n" + host + "\r\n", "HTTP/1.1 505 ", 0},
      {"not http", "\x16\x03\x01 hello\r\n\r\n", "HTTP/1.1 400 ", 0},
      {"too long a header", "GET / HTTP/1.1\r\n" + host + "A: " + std::string(20'000, 'a'),
       "HTTP/1.1 431 ", 0},
      {"too long a body", "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999\r\n\r\n",
       "\r\n\r\n{\"error_code\":\"Content Too Large\",\"message\":\"413 Content Too Large: the "
       "body ",
       0},
  };
  start();
  for (const Literal& row : table) {
    handler_.handled = 0;
    const Descriptor peer = connect();
    write(peer, row.text);
    const std::string answer = read(peer);
    EXPECT_NE(answer.find(row.expected), std::string::npos) << row.name << ": " << answer;
    EXPECT_EQ(answer.find("<silence>"), std::string::npos) << row.name;
    EXPECT_EQ(handler_.handled, row.handled) << row.name;
  }
}

TEST_F(HttpTest, a_request_may_arrive_byte_by_byte) {
  RequestParser parser;
  const std::string text =
      "POST /a?b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  std::string waiting;
  int done = 0;
  for (int round = 0; round < 2; ++round) {
    for (char c : text) {
      waiting += c;
      for (;;) {
        const ParseProgress progress = parser.feed(waiting);
        ASSERT_NE(progress.state, ParseState::Malformed) << parser.malformed().reason;
        waiting.erase(0, progress.consumed);
        if (progress.state != ParseState::HeaderDone) {
          done += progress.state == ParseState::Done;
          break;
        }
      }
    }
    ASSERT_EQ(done, round + 1);
    EXPECT_EQ(parser.request().body, "abc");
    EXPECT_EQ(parser.request().target, "/a?b");
    parser.reset();
  }
}

TEST_F(HttpTest, any_cut_or_changed_byte_of_a_request_is_read_or_refused_but_never_hangs) {
  const std::string text =
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nX: y\r\n\r\nabcdGET / HTTP/1.1\r\nHost: "
      "h\r\n\r\n";
  int read = 0, refused = 0, waiting = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; byte += 3) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      RequestParser parser;
      std::size_t used = 0;
      for (int steps = 0;; ++steps) {
        ASSERT_LT(steps, 10);
        const ParseProgress progress = parser.feed(std::string_view(changed).substr(used));
        used += progress.consumed;
        ASSERT_LE(used, changed.size());
        if (progress.state == ParseState::HeaderDone) continue;
        if (progress.state == ParseState::Done) {
          ++read;
          parser.reset();
          if (used < changed.size()) continue;
          break;
        }
        ++(progress.state == ParseState::Malformed ? refused : waiting);
        break;
      }
    }
  }
  EXPECT_GT(read, 1000);
  EXPECT_GT(refused, 1000);
  EXPECT_GT(waiting, 10);
}

TEST_F(HttpTest, an_answer_may_come_later_from_another_thread) {
  start();
  auto answer = std::async(std::launch::async, [&] {
    Client client(server_->address());
    auto first = client.send(request("/later", "a"));
    auto second = client.send(request("/now"));
    return first.value().body + "|" + second.value().body;
  });
  handler_.waiting.get_future().wait();
  handler_.go.set_value();
  EXPECT_EQ(answer.get(), "POST /later a|GET /now ");
}

TEST_F(HttpTest, an_answer_after_the_server_has_gone_does_nothing) {
  start();
  const Descriptor peer = connect();
  write(peer, "GET /later HTTP/1.0\r\n\r\n");
  handler_.waiting.get_future().wait();
  server_.reset();
  handler_.go.set_value();
  EXPECT_EQ(read(peer), "");
}

TEST_F(HttpTest, drain_answers_what_is_in_flight_and_refuses_the_rest) {
  start();
  const Address address = server_->address();
  const Descriptor idle = connect();
  write(idle, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  read(idle, "GET /1 ");
  const Descriptor busy = connect();
  write(busy, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  handler_.waiting.get_future().wait();
  EXPECT_FALSE(server_->drain(milliseconds(20)));
  EXPECT_EQ(read(idle), "");
  EXPECT_EQ(server_->open_connections(), 1u);
  handler_.go.set_value();
  EXPECT_TRUE(server_->drain(milliseconds(5000)));
  const std::string answer = read(busy);
  EXPECT_NE(answer.find("Connection: close\r\n\r\nGET /later "), std::string::npos) << answer;
  const auto refused = send(address, request("/"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Unavailable);
}

TEST_F(HttpTest, a_slow_client_is_told_so_and_cut_off) {
  ServerSettings settings;
  settings.header_timeout = milliseconds(100);
  settings.idle_timeout = milliseconds(100);
  start(settings);
  const Descriptor slow = connect();
  write(slow, "GET / HTTP/1.1\r\nHo");
  EXPECT_NE(read(slow).find("HTTP/1.1 408 "), std::string::npos);
  const Descriptor silent = connect();
  EXPECT_EQ(read(silent), "");
  EXPECT_EQ(handler_.handled, 0);
}

TEST_F(HttpTest, a_peer_that_does_not_read_is_cut_off_and_others_are_served_meanwhile) {
  ServerSettings settings;
  settings.write_timeout = milliseconds(200);
  start(settings);
  const Descriptor deaf = connect();
  write(deaf, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(send(server_->address(), request("/large")).value().body.size(), 5'000'000u);
  EXPECT_EQ(send(server_->address(), request("/a")).value().body, "GET /a ");
  for (int i = 0; i < 100 && server_->open_connections() > 0; ++i) ::usleep(20'000);
  EXPECT_EQ(server_->open_connections(), 0u);
}

TEST_F(HttpTest, more_connections_than_allowed_get_503) {
  ServerSettings settings;
  settings.max_connections = 2;
  start(settings);
  const Descriptor one = connect();
  const Descriptor two = connect();
  write(one, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  read(one, "GET /1 ");
  write(two, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  read(two, "GET /2 ");
  EXPECT_EQ(send(server_->address(), request("/3")).value().status, 503);
}

TEST_F(HttpTest, concurrent_clients_each_get_their_own_answers) {
  start();
  constexpr int kClients = 8, kRequests = 200;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int c = 0; c < kClients; ++c) {
    threads.emplace_back([&, c] {
      Client client(server_->address());
      for (int i = 0; i < kRequests; ++i) {
        const std::string body = cat(c, "-", i, std::string(static_cast<std::size_t>(i) * 37, 'b'));
        const auto answer = client.send(request("/x", body));
        if (!answer.ok() || answer->body != cat("POST /x ", body)) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(handler_.handled, kClients * kRequests);
}

TEST_F(HttpTest, expect_continue_is_answered_before_the_body) {
  start();
  const Descriptor peer = connect();
  write(peer,
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: "
        "close\r\n\r\n");
  EXPECT_EQ(read(peer, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  write(peer, "ab");
  EXPECT_NE(read(peer).find("POST / ab"), std::string::npos);
}

TEST_F(HttpTest, a_taken_port_is_named) {
  start();
  const auto second = Server::start(server_->address(), handler_, log_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Busy);
  EXPECT_NE(second.error().message().find(to_string(server_->address())), std::string::npos);
}

TEST_F(HttpTest, unix_sockets_replace_leftovers_but_not_living_listeners) {
  char folder[] = "/tmp/sluice_http_XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const UnixAddress address{cat(folder, "/s")};
  {
    auto leftover = listen_on(address);
    ASSERT_TRUE(leftover.ok());
  }
  ASSERT_TRUE(std::filesystem::exists(address.path));
  start({}, address);
  EXPECT_EQ(send(address, request("/a")).value().body, "GET /a ");
  const auto perms = std::filesystem::status(address.path).permissions();
  EXPECT_EQ(static_cast<int>(perms) & 0777, 0600);
  const auto second = Server::start(address, handler_, log_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Busy);
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(address.path));
  const auto long_path = Server::start(UnixAddress{std::string(108, 'x')}, handler_, log_);
  ASSERT_FALSE(long_path.ok());
  EXPECT_EQ(long_path.error().code(), ErrorCode::InvalidInput);
  std::filesystem::remove_all(folder);
}

TEST_F(HttpTest, a_client_stops_at_its_deadline_or_when_cancelled) {
  start();
  ClientSettings settings;
  settings.response_timeout = milliseconds(30);
  const auto late = send(server_->address(), request("/later"), settings);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code(), ErrorCode::Timeout);
  CancellationSource source;
  source.cancel();
  const auto cancelled = send(server_->address(), request("/a"), {}, source.token());
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().code(), ErrorCode::Cancelled);
  handler_.go.set_value();
}

TEST_F(HttpTest, a_client_reads_what_other_servers_send) {
  struct Row {
    std::string sent;
    std::string body;
    ErrorCode error;
  };
  const Row table[] = {
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", {}},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", "ab", {}},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "a", {}},
      {"HTTP/1.1 204 No Content\r\n\r\n", "", {}},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "", ErrorCode::Unavailable},
      {"", "", ErrorCode::Unavailable},
      {"SSH-2.0-x\r\n\r\n", "", ErrorCode::Corrupt},
      {"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", "", ErrorCode::ResourceExhausted},
  };
  for (const Row& row : table) {
    auto listener = listen_on(TcpAddress{});
    ASSERT_TRUE(listener.ok());
    std::thread peer([&] {
      pollfd ready{listener->descriptor.number(), POLLIN, 0};
      ::poll(&ready, 1, 5000);
      const Descriptor accepted(::accept(listener->descriptor.number(), nullptr, nullptr));
      read(accepted, "\r\n\r\n");
      write(accepted, row.sent);
    });
    const auto answer = send(listener->address, request("/"));
    peer.join();
    if (answer.ok())
      EXPECT_EQ(answer->body, row.body);
    else
      EXPECT_EQ(answer.error().code(), row.error) << answer.error().describe();
    EXPECT_EQ(answer.ok(), row.error == ErrorCode{}) << row.sent;
  }
}

TEST(Message, headers_are_found_in_any_case_and_cannot_be_split) {
  HeaderList headers;
  headers.add("Content-Type", "a");
  headers.add("X", "1");
  headers.add("x", "2");
  EXPECT_EQ(headers.find("content-type"), "a");
  EXPECT_EQ(headers.find("X"), "1");
  headers.set("x", "evil\r\nInjected: y");
  EXPECT_EQ(headers.size(), 2u);
  Response response;
  response.headers = headers;
  std::string out;
  append_head(out, response, AfterThis::KeepAlive);
  EXPECT_EQ(
      out,
      "HTTP/1.1 200 OK\r\nContent-Type: a\r\nx: evil  Injected: y\r\nContent-Length: 0\r\n\r\n");
}

TEST(Message, targets_and_addresses_are_taken_apart) {
  EXPECT_EQ(path_of("/a/b?c=1"), "/a/b");
  EXPECT_EQ(query_value("/a?x=1&wait=a%20b+c&wait=2", "wait"), "a b c");
  EXPECT_EQ(query_value("/a?x=%4", "x"), std::nullopt);
  EXPECT_EQ(query_value("/a", "x"), std::nullopt);
  EXPECT_EQ(parse_url("http://h:81/p?q").value().target, "/p?q");
  EXPECT_EQ(parse_url("[::1]:81").value().address, (TcpAddress{"::1", 81}));
  for (const char* bad : {"ftp://x", "http://", "h:99999", "h:x", "https://h"})
    EXPECT_FALSE(parse_url(bad).ok()) << bad;
}

}  // namespace
}  // namespace sluice::http
