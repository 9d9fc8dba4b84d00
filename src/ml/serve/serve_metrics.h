// Counters of a model server, in Prometheus' text form. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace sluice::ml {

enum class Route { Predict, Invocations, Health, Ready, Ping, Metrics, Version, Other };
inline constexpr std::size_t kRouteCount = 8;

std::string_view path_of(Route route);  // "/predict"; "other" for Other

class ServeMetrics {
 public:
  void record(Route route, int status, Duration took);
  void count_predictions(std::size_t rows) { predictions_ += rows; }
  // Exposition format 0.0.4, counters and histograms only.
  std::string text() const;

 private:
  static constexpr std::array<std::int64_t, 13> kBucketMicros = {
      50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000};

  struct RouteCounters {
    std::array<std::uint64_t, 600> by_status{};
    std::array<std::uint64_t, kBucketMicros.size() + 1> by_latency{};
    std::uint64_t micros = 0;
  };

  std::array<RouteCounters, kRouteCount> routes_{};
  std::uint64_t predictions_ = 0;
};

}  // namespace sluice::ml
