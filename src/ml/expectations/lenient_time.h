// Dates and times as people write them ("Jan 01 1970 12:00:01", "03/06/09", "23 April 1973"), read
// as Python's dateutil does, and by a strptime format. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace sluice::ml::expectations {

// Seconds since 1970 UTC; nothing when no moment can be made out. Numbers without a month's name
// are month, day, year unless that is impossible; what is left out is of 2000-01-01.
std::optional<double> parse_lenient_time(std::string_view text);

// InvalidInput for a format that Python's strptime does not know.
Result<void> check_strptime_format(std::string_view format);
// Whether the whole text is as the (checked) format says, with a day that the calendar has.
bool matches_strptime(std::string_view text, std::string_view format);

}  // namespace sluice::ml::expectations
