#include "exec/safe_name.h"

#include <cstdint>

#include "base/encoding.h"

namespace sluice::exec {
namespace {

constexpr std::size_t kLongest = 120;

// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 0x100000001b3u;
  }
  return value;
}

bool stays(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

std::string safe_name(std::string_view name) {
  if (name.empty()) return "%";
  std::string safe;
  for (const char c : name) {
    if (stays(c)) {
      safe += c;
    } else {
      safe += '%';
      safe += hex_encode({&c, 1});
    }
  }
  if (safe.size() <= kLongest) return safe;
  std::string digits(16, '0');
  std::uint64_t rest = hash(name);
  for (char& digit : digits) {
    digit = "0123456789abcdef"[rest & 15];
    rest >>= 4;
  }
  return safe.substr(0, kLongest - digits.size() - 1) + "~" + digits;
}

}  // namespace sluice::exec
