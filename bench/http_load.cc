// Load on an HTTP server over keep-alive connections, every answer checked:
//   http_load PORT CONNECTIONS REQUESTS TARGET BODY [EXPECTED]
// POSTs BODY to TARGET at 127.0.0.1:PORT, one request at a time on each connection. Each answer
// must be 200 and its body equal EXPECTED, or the first answer where none is given. Prints JSON:
// requests for each second, median, p99 and highest of the microseconds, wrong answers, and the
// first answer. Status 1 when an answer was wrong, 3 when a connection broke.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Load {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  std::size_t requests = 1;
  std::string request;
  std::string expected;
};

struct Tally {
  std::vector<float> micros;
  std::size_t wrong = 0;
};

struct Connection {
  int socket = -1;
  std::string answer;
  Clock::time_point sent;
};

// What the head of an answer says.
struct Head {
  std::size_t size = 0;  // 0: not complete
  std::size_t body = 0;
  bool good = false;
};

Head read_head(std::string_view text) {
  Head head;
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return head;
  head.size = end + 4;
  head.good = text.starts_with("HTTP/1.1 200 ");
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t length = text.substr(0, end).find(kLength);
  if (length == std::string_view::npos)
    head.good = false;
  else
    head.body = std::strtoull(text.data() + length + kLength.size(), nullptr, 10);
  return head;
}

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

bool send_request(Connection& connection, const std::string& request) {
  connection.answer.clear();
  connection.sent = Clock::now();
  return ::send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(request.size());
}

enum class Progress { Waiting, Answered, Broken };

Progress receive(Connection& connection, Load& load, Tally& tally) {
  char bytes[16 << 10];
  const ssize_t got = ::recv(connection.socket, bytes, sizeof bytes, 0);
  if (got <= 0) return Progress::Broken;
  connection.answer.append(bytes, static_cast<std::size_t>(got));
  const Head head = read_head(connection.answer);
  if (head.size == 0 || connection.answer.size() < head.size + head.body) return Progress::Waiting;
  const std::chrono::duration<float, std::micro> took = Clock::now() - connection.sent;
  tally.micros.push_back(took.count());
  const std::string_view body = std::string_view(connection.answer).substr(head.size);
  if (load.expected.empty()) load.expected = body;
  if (!head.good || body != load.expected) ++tally.wrong;
  return Progress::Answered;
}

bool run(Load& load, Tally& tally) {
  std::vector<Connection> connections(load.connections);
  std::vector<pollfd> waiting;
  std::size_t sent = 0;
  for (Connection& connection : connections) {
    connection.socket = connect_to(load.port);
    if (connection.socket < 0 || !send_request(connection, load.request)) return false;
    waiting.push_back({connection.socket, POLLIN, 0});
    ++sent;
  }
  while (tally.micros.size() < sent) {
    if (::poll(waiting.data(), waiting.size(), 10'000) <= 0) return false;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      const Progress progress = receive(connections[i], load, tally);
      if (progress == Progress::Broken) return false;
      if (progress == Progress::Waiting || sent >= load.requests) continue;
      if (!send_request(connections[i], load.request)) return false;
      ++sent;
    }
  }
  for (const Connection& connection : connections) ::close(connection.socket);
  return true;
}

void print(const Tally& tally, double seconds, const std::string& first) {
  std::vector<float> sorted = tally.micros;
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double share) {
    return static_cast<double>(
        sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))]);
  };
  std::printf("{\"requests\": %zu, \"per_second\": %.0f, \"median_us\": %.1f, \"p99_us\": %.1f, ",
              sorted.size(), static_cast<double>(sorted.size()) / seconds, at(0.5), at(0.99));
  std::printf("\"highest_us\": %.1f, \"wrong\": %zu, \"answer\": \"", at(1), tally.wrong);
  for (const char c : first) {
    if (c == '\n')
      std::printf("\\n");
    else
      std::printf(c == '"' || c == '\\' ? "\\%c" : "%c", c);
  }
  std::printf("\"}\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: http_load PORT CONNECTIONS REQUESTS TARGET BODY [EXPECTED]\n");
    return 2;
  }
  Load load;
  load.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  load.connections = std::strtoull(argv[2], nullptr, 10);
  load.requests = std::strtoull(argv[3], nullptr, 10);
  const std::string body = argv[5];
  load.request = std::string("POST ") + argv[4] +
                 " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                 "Content-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body;
  if (argc > 6) load.expected = argv[6];
  Tally tally;
  tally.micros.reserve(load.requests);
  const auto start = Clock::now();
  if (!run(load, tally)) {
    std::fprintf(stderr, "http_load: the connection broke after %zu answers\n",
                 tally.micros.size());
    return 3;
  }
  const std::chrono::duration<double> seconds = Clock::now() - start;
  print(tally, seconds.count(), load.expected);
  return tally.wrong == 0 ? 0 : 1;
}
