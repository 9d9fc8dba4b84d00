#include <gtest/gtest.h>

#include <sys/socket.h>

#include <atomic>
#include <future>
#include <iostream>
#include <thread>

#include "base/strings.h"
#include "delivery/proxy.h"
#include "http/client.h"
#include "http/server.h"
#include "http/socket.h"

namespace sluice::delivery {
namespace {

using std::chrono::milliseconds;

// A replica: answers "<name> <body>"; /hold waits until the test lets it go.
class Replica final : public http::Handler {
 public:
  explicit Replica(std::string name) : name_(std::move(name)) {
    server_ = http::Server::start(http::TcpAddress{}, *this, log_).value();
  }
  ~Replica() override {
    for (auto& thread : threads_) thread.join();
  }

  void handle(http::Request& request, http::Responder responder) override {
    last_headers = request.headers;
    auto answer = http::text_response(request.target.starts_with("/teapot") ? 418 : 200,
                                      cat(name_, " ", request.body));
    answer.headers.add("X-Kept", "yes");
    if (request.target != "/hold") return std::move(responder).send(std::move(answer));
    ++holding;
    holding.notify_all();
    threads_.emplace_back([this, to = std::move(responder), text = std::move(answer)]() mutable {
      release.wait();
      std::move(to).send(std::move(text));
    });
  }

  int port() const { return std::get<http::TcpAddress>(server_->address()).port; }
  void kill() { server_.reset(); }
  Route route(int revision) { return {name_, revision, port(), traffic}; }

  std::shared_ptr<ReplicaTraffic> traffic = std::make_shared<ReplicaTraffic>();
  http::HeaderList last_headers;
  std::atomic<int> holding{0};
  std::promise<void> let_go;
  std::shared_future<void> release = let_go.get_future().share();

 private:
  std::string name_;
  NullLog log_;
  std::vector<std::thread> threads_;
  std::unique_ptr<http::Server> server_;
};

class ProxyTest : public ::testing::Test {
 protected:
  void SetUp() override { proxy_ = Proxy::start(http::TcpAddress{}, log_).value(); }

  http::Request request(std::string target, std::string body = {}) {
    http::Request made;
    made.target = std::move(target);
    if (!body.empty()) made.method = "POST";
    made.body = std::move(body);
    return made;
  }
  Result<http::Response> send(const http::Request& what) {
    return http::send(proxy_->address(), what);
  }

  NullLog log_;
  std::unique_ptr<Proxy> proxy_;
};

TEST_F(ProxyTest, without_a_replica_it_says_why_not) {
  proxy_->set_routing({{}, "revision 1 (demand 3) did not become healthy"});
  const auto answer = send(request("/predict", "x")).value();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body,
            "{\"code\":\"unavailable\",\"message\":\"revision 1 (demand 3) did not become "
            "healthy\"}\n");
}

TEST_F(ProxyTest, passes_requests_and_answers_on_and_names_the_revision) {
  Replica a("a");
  proxy_->set_routing({{a.route(7)}, ""});
  http::Request sent = request("/teapot?q=1", "body");
  sent.headers.add("X-Mine", "1");
  sent.headers.add("Keep-Alive", "timeout=1");
  sent.headers.add("TE", "trailers");
  const auto answer = send(sent).value();
  EXPECT_EQ(answer.status, 418);
  EXPECT_EQ(answer.body, "a body");
  EXPECT_EQ(answer.headers.find("x-sluice-revision"), "7");
  EXPECT_EQ(answer.headers.find("X-Kept"), "yes");
  EXPECT_EQ(a.last_headers.find("X-Mine"), "1");
  EXPECT_EQ(a.last_headers.find("Keep-Alive"), std::nullopt);
  EXPECT_EQ(a.last_headers.find("TE"), std::nullopt);
  EXPECT_EQ(a.traffic->codes[418], 1u);
  EXPECT_EQ(a.traffic->in_flight, 0);
}

TEST_F(ProxyTest, head_answers_keep_their_length_and_have_no_body) {
  Replica a("a");
  proxy_->set_routing({{a.route(1)}, ""});
  http::Client client(proxy_->address());
  http::Request head = request("/x");
  head.method = "HEAD";
  EXPECT_EQ(client.send(head).value().headers.find("Content-Length"), "2");
  EXPECT_EQ(client.send(request("/x", "after")).value().body, "a after");
}

TEST_F(ProxyTest, goes_to_the_replica_with_the_fewest_requests_in_flight) {
  Replica a("a"), b("b");
  proxy_->set_routing({{a.route(1), b.route(1)}, ""});
  auto held = std::async(std::launch::async, [&] { return send(request("/hold")).value().body; });
  while (a.holding + b.holding == 0) std::this_thread::yield();
  const std::string other = a.holding > 0 ? "b x" : "a x";
  for (int i = 0; i < 10; ++i) EXPECT_EQ(send(request("/", "x")).value().body, other);
  a.let_go.set_value();
  b.let_go.set_value();
  held.get();
}

TEST_F(ProxyTest, a_dead_replica_costs_no_request) {
  Replica a("a"), b("b");
  proxy_->set_routing({{a.route(1), b.route(1)}, ""});
  http::Client client(proxy_->address());
  for (int i = 0; i < 4; ++i) ASSERT_EQ(client.send(request("/", "x")).value().status, 200);
  a.kill();
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.send(request("/", "x")).value().body, "b x");
  b.kill();
  const auto none = client.send(request("/", "x")).value();
  EXPECT_EQ(none.status, 503);
  EXPECT_NE(none.body.find("no replica takes connections"), std::string::npos);
}

TEST_F(ProxyTest, a_request_that_was_sent_is_repeated_only_where_its_method_allows) {
  for (const bool post : {true, false}) {
    auto listener = http::listen_on(http::TcpAddress{}).value();
    Replica good("good");
    const auto port = std::get<http::TcpAddress>(listener.address).port;
    const auto traffic = std::make_shared<ReplicaTraffic>();
    proxy_->set_routing({{{"bad", 1, port, traffic}}, ""});
    auto answer =
        std::async(std::launch::async, [&] { return send(request("/", post ? "x" : "")).value(); });
    while (traffic->in_flight == 0) std::this_thread::yield();
    proxy_->set_routing({{good.route(2)}, ""});
    int peer = -1;
    while ((peer = ::accept(listener.descriptor.number(), nullptr, nullptr)) < 0)
      std::this_thread::yield();
    char bytes[1000];
    while (::recv(peer, bytes, sizeof bytes, 0) <= 0) std::this_thread::yield();
    http::Descriptor(peer).close();
    EXPECT_EQ(answer.get().status, post ? 502 : 200);
    EXPECT_EQ(traffic->broken, 1u);
  }
}

TEST_F(ProxyTest, after_set_routing_nothing_goes_to_what_is_not_listed) {
  Replica a("a"), b("b");
  proxy_->set_routing({{a.route(1)}, ""});
  auto held = std::async(std::launch::async, [&] { return send(request("/hold")).value().body; });
  while (a.holding == 0) std::this_thread::yield();
  proxy_->set_routing({{b.route(2)}, ""});
  EXPECT_EQ(a.traffic->in_flight, 1);
  EXPECT_EQ(send(request("/", "x")).value().body, "b x");
  a.let_go.set_value();
  EXPECT_EQ(held.get(), "a ");  // what was in flight is answered by the old one
  EXPECT_EQ(a.traffic->in_flight, 0);
}

TEST_F(ProxyTest, no_request_fails_while_the_routing_changes_under_load) {
  Replica a("a"), b("b"), c("c");
  proxy_->set_routing({{a.route(1), b.route(1)}, ""});
  constexpr int kClients = 4, kRequests = 400;
  std::atomic<int> wrong{0}, done{0};
  std::vector<std::thread> clients;
  for (int number = 0; number < kClients; ++number) {
    clients.emplace_back([&, number] {
      http::Client client(proxy_->address());
      for (int i = 0; i < kRequests; ++i) {
        const std::string body = cat(number, ":", i);
        const auto answer = client.send(request("/", body));
        if (!answer.ok() || answer->status != 200 || answer->body.substr(2) != body) ++wrong;
      }
      ++done;
    });
  }
  int flips = 0;
  while (done < kClients) {
    switch (flips++ % 3) {
      case 0:
        proxy_->set_routing({{b.route(1), c.route(2)}, ""});
        break;
      case 1:
        proxy_->set_routing({{c.route(2)}, ""});
        break;
      default:
        proxy_->set_routing({{a.route(3), b.route(1)}, ""});
    }
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
  const auto total = a.traffic->requests + b.traffic->requests + c.traffic->requests;
  EXPECT_EQ(total, static_cast<std::uint64_t>(kClients * kRequests));
  std::cout << total << " requests, " << flips << " routings, " << wrong << " wrong\n";
}

TEST_F(ProxyTest, drain_answers_what_is_in_flight) {
  Replica a("a");
  proxy_->set_routing({{a.route(1)}, ""});
  http::Client idle(proxy_->address());
  ASSERT_TRUE(idle.send(request("/", "x")).ok());
  auto held = std::async(std::launch::async, [&] { return send(request("/hold")).value(); });
  while (a.holding == 0) std::this_thread::yield();
  EXPECT_FALSE(proxy_->drain(milliseconds(20)));
  EXPECT_EQ(proxy_->open_clients(), 1u);
  a.let_go.set_value();
  EXPECT_TRUE(proxy_->drain(milliseconds(5000)));
  const auto answer = held.get();
  EXPECT_EQ(answer.body, "a ");
  EXPECT_EQ(answer.headers.find("Connection"), "close");
}

TEST_F(ProxyTest, large_bodies_and_bad_requests_pass_or_are_refused) {
  Replica a("a");
  proxy_->set_routing({{a.route(1)}, ""});
  const std::string large(6'000'000, 'q');
  EXPECT_EQ(send(request("/", large)).value().body, "a " + large);
  EXPECT_EQ(send(request("/", std::string(9'000'000, 'q'))).value().status, 413);
  http::Request odd = request("/a b");
  EXPECT_EQ(send(odd).value().status, 505);
}

TEST_F(ProxyTest, a_taken_port_is_named) {
  const auto second = Proxy::start(proxy_->address(), log_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Busy);
}

}  // namespace
}  // namespace sluice::delivery
