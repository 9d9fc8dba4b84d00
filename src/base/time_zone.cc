#include "base/time_zone.h"

#include <algorithm>

#include "base/check.h"

namespace sluice {

using std::chrono::seconds;

TimeZone TimeZone::utc() {
  return TimeZone("UTC", {{UtcSeconds::min(), seconds(0)}});
}

TimeZone::TimeZone(std::string name, std::vector<ZoneSpan> spans)
    : name_(std::move(name)), spans_(std::move(spans)) {
  CHECK(!spans_.empty());
  spans_.front().begin = UtcSeconds::min();
  for (std::size_t i = 1; i < spans_.size(); ++i) CHECK(spans_[i - 1].begin < spans_[i].begin);
}

std::size_t TimeZone::span_at(UtcSeconds time) const {
  auto after = std::upper_bound(spans_.begin(), spans_.end(), time,
                                [](UtcSeconds t, const ZoneSpan& span) { return t < span.begin; });
  return static_cast<std::size_t>(after - spans_.begin()) - 1;
}

LocalSeconds TimeZone::to_local(UtcSeconds time) const {
  return LocalSeconds(time.time_since_epoch() + offset_at(time));
}

}  // namespace sluice
