// Reads a compiled zone file (TZif versions 2 to 4, RFC 9636), as tzdata installs them.
//
// The rule in the footer, which holds after the last transition of the table, is written out up to
// the end of 2100; later times have the last offset. The bytes are not trusted: counts, indexes,
// order and offsets are checked, and the error (Corrupt, or Unsupported for version 1 and for files
// that count leap seconds) names the zone. Pure.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/time_zone.h"

namespace sluice {

Result<TimeZone> read_tzif(std::string_view name, std::string_view bytes);

// The spans that a POSIX TZ rule such as "CET-1CEST,M3.5.0,M10.5.0/3" gives for the years from
// `first` to `last`. Corrupt when it is not such a rule.
Result<std::vector<ZoneSpan>> expand_posix_rule(std::string_view rule, std::chrono::year first,
                                                std::chrono::year last);

}  // namespace sluice
