#include "ml/serve/serve_metrics.h"

#include <algorithm>

#include "base/check.h"
#include "base/strings.h"
#include "ml/data/number.h"

namespace sluice::ml {

std::string_view path_of(Route route) {
  switch (route) {
    case Route::Predict:
      return "/predict";
    case Route::Invocations:
      return "/invocations";
    case Route::Health:
      return "/health";
    case Route::Ready:
      return "/healthz";
    case Route::Ping:
      return "/ping";
    case Route::Metrics:
      return "/metrics";
    case Route::Version:
      return "/version";
    case Route::Other:
      return "other";
  }
  UNREACHABLE();
}

void ServeMetrics::record(Route route, int status, Duration took) {
  RouteCounters& counters = routes_[static_cast<std::size_t>(route)];
  ++counters.by_status[static_cast<std::size_t>(std::clamp(status, 0, 599))];
  const auto bucket = std::lower_bound(kBucketMicros.begin(), kBucketMicros.end(), took.count());
  ++counters.by_latency[static_cast<std::size_t>(bucket - kBucketMicros.begin())];
  counters.micros += static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count()));
}

std::string ServeMetrics::text() const {
  std::string requests;
  std::string latency;
  for (std::size_t r = 0; r < kRouteCount; ++r) {
    const std::string route = cat("route=\"", path_of(static_cast<Route>(r)), "\"");
    std::uint64_t total = 0;
    for (std::size_t status = 0; status < routes_[r].by_status.size(); ++status) {
      const std::uint64_t count = routes_[r].by_status[status];
      if (count == 0) continue;
      total += count;
      requests +=
          cat("sluice_serve_requests_total{", route, ",code=\"", status, "\"} ", count, "\n");
    }
    if (total == 0) continue;
    std::uint64_t below = 0;
    for (std::size_t b = 0; b < routes_[r].by_latency.size(); ++b) {
      below += routes_[r].by_latency[b];
      const std::string limit = b < kBucketMicros.size()
                                    ? number_text(static_cast<double>(kBucketMicros[b]) / 1e6)
                                    : "+Inf";
      latency += cat("sluice_serve_request_duration_seconds_bucket{", route, ",le=\"", limit,
                     "\"} ", below, "\n");
    }
    latency += cat("sluice_serve_request_duration_seconds_sum{", route, "} ",
                   number_text(static_cast<double>(routes_[r].micros) / 1e6), "\n",
                   "sluice_serve_request_duration_seconds_count{", route, "} ", total, "\n");
  }
  return cat(
      "# HELP sluice_serve_requests_total Requests answered, by route and status.\n"
      "# TYPE sluice_serve_requests_total counter\n",
      requests,
      "# HELP sluice_serve_request_duration_seconds Time to answer, without the network.\n"
      "# TYPE sluice_serve_request_duration_seconds histogram\n",
      latency,
      "# HELP sluice_serve_predictions_total Rows predicted.\n"
      "# TYPE sluice_serve_predictions_total counter\n"
      "sluice_serve_predictions_total ",
      predictions_, "\n");
}

}  // namespace sluice::ml
