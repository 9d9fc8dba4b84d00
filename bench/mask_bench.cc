// Masking alone, in one process: mask_bench [MEGABYTES] [ROUNDS]
// Passes a log through the masker with 1,000 secrets in all their encodings, in pieces of 64 KiB as
// the supervisor reads them, and through a line-by-line log stream. The log looks like those of
// builds and trainings: words, numbers, hashes, paths; one line in 1,000 holds a secret. Prints
// JSON: texts searched for, megabytes for each second of processor of both, and of a plain copy
// beside them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/strings.h"
#include "exec/log_stream.h"
#include "exec/masker.h"
#include "pipeline/mask.h"

namespace {

using namespace sluice;

constexpr std::size_t kSecrets = 1000;
constexpr std::size_t kPiece = 64 * 1024;

std::string token(std::mt19937& random, std::size_t size) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-";
  std::string text(size, ' ');
  for (char& c : text) c = kLetters[random() % kLetters.size()];
  return text;
}

std::vector<std::string> make_secrets(std::mt19937& random) {
  constexpr const char* kPrefixes[] = {"ghp_", "AKIA", "sk-", "xoxb-", "", "password-", "eyJ"};
  std::vector<std::string> secrets;
  for (std::size_t i = 0; i < kSecrets; ++i)
    secrets.push_back(cat(kPrefixes[i % 7], token(random, 12 + random() % 40)));
  return secrets;
}

std::string make_log(std::mt19937& random, const std::vector<std::string>& secrets,
                     std::size_t size) {
  std::string log;
  for (std::size_t line = 0; log.size() < size; ++line) {
    const std::string n = std::to_string(random() % 100'000);
    switch (line % 6) {
      case 0:
        log += cat("epoch ", n, " step ", line, " loss 0.", n, " accuracy 0.9", n, "\n");
        break;
      case 1:
        log += cat("  Downloading https://files.pythonhosted.org/packages/", n, "/numpy-1.26.", n,
                   "-cp311-manylinux_2_17_x86_64.whl (18.2 MB)\n");
        break;
      case 2:
        log += cat("[", n, "/", line, "] Building CXX object CMakeFiles/core.dir/src/part_", n,
                   ".cc.o\n");
        break;
      case 3:
        log += cat("sha256:", hex_encode(token(random, 32)), " ", n, "\n");
        break;
      case 4:
        log += cat("INFO:root:processed ", n, " rows of orders_", n, ".csv in ", line, " ms\n");
        break;
      default:
        log += cat("test_module_", n, ".py::test_case_", line, " PASSED\n");
    }
    if (line % 1000 == 0) log += cat("token is ", secrets[random() % secrets.size()], "\n");
  }
  return log;
}

template <class Pass>
double megabytes_a_second(const std::string& log, int rounds, const Pass& pass) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    const std::clock_t start = std::clock();
    pass();
    seconds.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  std::sort(seconds.begin(), seconds.end());
  return static_cast<double>(log.size()) / 1e6 / seconds[seconds.size() / 2];
}

template <class Feed>
void in_pieces(std::string_view log, const Feed& feed) {
  for (std::size_t at = 0; at < log.size(); at += kPiece) feed(log.substr(at, kPiece));
}

}  // namespace

int main(int argc, char** argv) {
  const int megabytes = argc > 1 ? std::atoi(argv[1]) : 64;
  const int rounds = std::max(argc > 2 ? std::atoi(argv[2]) : 5, 1);
  std::mt19937 random(7);
  const std::vector<std::string> secrets = make_secrets(random);
  const std::vector<std::string> texts = pipeline::mask_variants(secrets);
  const std::string log =
      make_log(random, secrets, static_cast<std::size_t>(std::max(megabytes, 1)) * 1'000'000);

  std::string out;
  const double copied = megabytes_a_second(
      log, rounds, [&] { in_pieces(log, [&](std::string_view piece) { out.assign(piece); }); });
  std::size_t hidden = 0;
  const double masked = megabytes_a_second(log, rounds, [&] {
    exec::Masker masker;
    masker.add(texts);
    std::size_t size = 0;
    in_pieces(log, [&](std::string_view piece) {
      out.clear();
      masker.feed(piece, out);
      size += out.size();
    });
    hidden = log.size() - size;
  });
  const double streamed = megabytes_a_second(log, rounds, [&] {
    exec::LogStream stream(exec::LogMode::Github);
    stream.add_masks(secrets);
    in_pieces(log, [&](std::string_view piece) {
      out.clear();
      stream.feed(piece, Timestamp{}, out);
    });
  });
  std::printf(
      "{\"texts\": %zu, \"mask\": %.1f, \"stream\": %.1f, \"copy\": %.1f, \"hidden\": %zu}\n",
      texts.size(), masked, streamed, copied, hidden);
  return hidden > 0 ? 0 : 1;
}
