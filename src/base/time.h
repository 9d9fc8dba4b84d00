// Points and spans of time as values. Reading a clock is the business of os/ports/clock.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

using Duration = std::chrono::microseconds;

// Wall-clock time since the Unix epoch, UTC, in microseconds: what is stored and shown.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, Duration>;

// Monotonic time of this boot: what durations and deadlines are measured with. Never stored.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

constexpr std::int64_t to_micros(Timestamp t) {
  return t.time_since_epoch().count();
}
constexpr Timestamp from_micros(std::int64_t micros) {
  return Timestamp(Duration(micros));
}

// "2026-11-21T08:40:25.123456Z" (RFC 3339); the fraction is left out when it is zero.
std::string to_rfc3339(Timestamp t);
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// For people: "340 ms", "4.2 s", "3 min 5 s", "2 h 4 min".
std::string to_human(Duration d);

// "250ms", "30s", "5m", "2h", "1d" as users write it in configuration and options.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace sluice
