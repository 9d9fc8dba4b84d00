// Digests and message authentication, over OpenSSL. Values, thread-safe.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice {

// A SHA-256 digest. Written "sha256:<64 hex digits>" wherever people or other tools see it.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;
  std::string hex() const;
  std::string to_string() const { return "sha256:" + hex(); }
  // Takes the 64 digits with or without "sha256:" before them.
  static Result<Digest> parse(std::string_view text);
};

Digest sha256(std::string_view data);

// Digest of a stream. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view data);
  Digest finish();  // at most once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest hmac_sha256(std::string_view key, std::string_view data);

// Equality in time that does not depend on where the two differ.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace sluice
