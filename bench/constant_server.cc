// The HTTP server with nothing behind it: answers every request at once with the same JSON.
//   constant_server [BODY]     prints "listening on http://HOST:PORT"; ends when its input ends
#include <cstdio>
#include <iostream>
#include <string>

#include "http/server.h"

namespace {

using namespace sluice;

class Constant final : public http::Handler {
 public:
  explicit Constant(std::string body) : body_(std::move(body)) {}
  void handle(http::Request&, http::Responder responder) override {
    std::move(responder).send(http::json_response(200, body_));
  }

 private:
  std::string body_;
};

}  // namespace

int main(int argc, char** argv) {
  NullLog log;
  Constant handler(argc > 1 ? argv[1] : R"({"predictions":[1.5]})");
  const auto server = http::Server::start(http::TcpAddress{}, handler, log);
  if (!server.ok()) {
    std::fprintf(stderr, "constant_server: %s\n", server.error().describe().c_str());
    return 3;
  }
  std::printf("listening on http://%s\n", http::to_string((*server)->address()).c_str());
  std::fflush(stdout);
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
  return 0;
}
