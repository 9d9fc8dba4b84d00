// A time zone as a value: from when on the clocks of a place are how far ahead of UTC.
//
// Local times are counted in seconds as a clock on the wall shows them. Pure and thread-safe;
// tzif.h makes one from the bytes of a zone file, os/zone_files.h finds that file by name.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"

namespace sluice {

using UtcSeconds = std::chrono::sys_seconds;
using LocalSeconds = std::chrono::local_seconds;

// From `begin` on (to the next span's begin) local time is UTC plus `offset`.
struct ZoneSpan {
  UtcSeconds begin;
  std::chrono::seconds offset;

  bool operator==(const ZoneSpan&) const = default;
};

class TimeZone {
 public:
  static TimeZone utc();
  // The spans ascend strictly; the first one also holds for all times before it (its begin is set
  // to the beginning of time).
  TimeZone(std::string name, std::vector<ZoneSpan> spans);

  const std::string& name() const { return name_; }
  std::span<const ZoneSpan> spans() const { return spans_; }
  // Index of the span that holds at that time.
  std::size_t span_at(UtcSeconds time) const;
  std::chrono::seconds offset_at(UtcSeconds time) const { return spans_[span_at(time)].offset; }
  LocalSeconds to_local(UtcSeconds time) const;

  bool operator==(const TimeZone&) const = default;

 private:
  std::string name_;
  std::vector<ZoneSpan> spans_;  // never empty
};

}  // namespace sluice
