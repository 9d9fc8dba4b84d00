// A replica for tests: answers every POST with {"answer": NAME, "echo": the body}.
//   replica NAME --port PORT [--never-ready] [--wrong] [--crash]
#include <condition_variable>
#include <cstring>
#include <iostream>
#include <mutex>

#include "base/json.h"
#include "base/strings.h"
#include "http/server.h"
#include "os/interrupt.h"

namespace sluice {
namespace {

class Answers final : public http::Handler {
 public:
  Answers(std::string name, bool ready) : name_(std::move(name)), ready_(ready) {}

  void handle(http::Request& request, http::Responder responder) override {
    if (request.target == "/healthz")
      return std::move(responder).send(
          http::text_response(ready_ ? 200 : 503, ready_ ? "ok" : "not yet"));
    const auto echo = parse_json(request.body);
    if (!echo.ok()) return std::move(responder).send(http::text_response(400, "no JSON"));
    std::move(responder).send(
        http::json_response(200, to_text(JsonObject{{"answer", name_}, {"echo", *echo}})));
  }

 private:
  std::string name_;
  bool ready_;
};

int run(int argc, char** argv) {
  std::string name = argv[1];
  http::TcpAddress address;
  bool ready = true;
  for (int i = 2; i < argc; ++i) {
    if (std::strcmp(argv[i], "--port") == 0)
      address.port = static_cast<std::uint16_t>(std::stoi(argv[++i]));
    if (std::strcmp(argv[i], "--never-ready") == 0) ready = false;
    if (std::strcmp(argv[i], "--wrong") == 0) name += "?";
    if (std::strcmp(argv[i], "--crash") == 0) {
      std::cerr << "cannot load the model\n";
      return 7;
    }
  }
  const auto interrupts = os::Interrupts::install().value();
  NullLog log;
  Answers answers(name, ready);
  const auto server = http::Server::start(address, answers, log);
  if (!server.ok()) {
    std::cerr << server.error().describe() << "\n";
    return 3;
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  const auto registration = interrupts->first().on_cancel([&] {
    std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return ended; });
  (*server)->drain(std::chrono::seconds(2));
  return 0;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  return sluice::run(argc, argv);
}
