#include "base/ids.h"

#include <algorithm>

#include "base/check.h"

namespace sluice {
namespace {
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kLength = 26;
}  // namespace

std::string make_sortable_id(Timestamp now, std::span<const std::uint8_t> random) {
  CHECK(random.size() >= 10);
  std::string id(kLength, '0');
  auto millis = static_cast<std::uint64_t>(to_micros(now) / 1000);
  for (std::size_t i = 10; i-- > 0; millis >>= 5) id[i] = kAlphabet[millis & 31];
  std::size_t at = 10;
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i) bits = bits << 8 | random[half * 5 + i];
    for (int shift = 35; shift >= 0; shift -= 5) id[at++] = kAlphabet[bits >> shift & 31];
  }
  return id;
}

bool is_sortable_id(std::string_view text) {
  return text.size() == kLength && std::all_of(text.begin(), text.end(), [](char c) {
           return kAlphabet.find(c) != std::string_view::npos;
         });
}

}  // namespace sluice
