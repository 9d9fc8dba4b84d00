// When a schedule fires: POSIX cron with five fields, as `on.schedule` of GitHub takes it.
//
//   minute 0-59 · hour 0-23 · day of month 1-31 · month 1-12 or JAN-DEC · day of week 0-6 or
//   SUN-SAT
//
// Each is `*`, a value, a range `a-b`, any of these with a step (`*/5`, `20/15` = from 20 on), or a
// list of such separated by commas. Names ignore case. There is no `@daily`, no 7 for Sunday, no
// `?`, `L`, `W` or `#`. When neither day field is `*`, a day needs to match only one of them.
//
// Clocks that are put forward: what was due in the hour that is left out fires once, at the end of
// the gap. Put back: what is due in the hour that comes twice fires the first time only. A schedule
// for every hour (`*`) goes by the time that passes instead: nothing extra after the gap, and all
// of it in both hours. Pure, thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"

namespace sluice::pipeline {

struct CronProblem {
  std::size_t offset = 0;  // bytes from the start of the text
  std::string message;     // names the field and what it allows
};

class Cron {
 public:
  // What each field allows, as bits.
  struct Fields {
    std::uint64_t minutes = 0;
    std::uint32_t hours = 0;
    std::uint32_t days = 0;  // bit 1 is the first
    std::uint32_t months = 0;
    std::uint32_t weekdays = 0;  // bit 0 is Sunday
    bool any_day = false;        // the field of the days of the month is `*`
    bool any_weekday = false;

    bool operator==(const Fields&) const = default;
  };

  explicit Cron(const Fields& fields) : fields_(fields) {}

  // First firing later than `after`; nullopt when there is none within the next nine years (as for
  // the 30th of February) or up to the year 9999.
  std::optional<Timestamp> next(Timestamp after, const TimeZone& zone) const;
  // Last firing earlier than `before`, back to nine years.
  std::optional<Timestamp> previous(Timestamp before, const TimeZone& zone) const;

  // The smallest time between two firings by a clock that is not put forward or back; nullopt for
  // a schedule that never fires.
  std::optional<std::chrono::minutes> shortest_interval() const;

  bool operator==(const Cron&) const = default;

 private:
  bool takes_day(std::chrono::local_days day) const;
  std::chrono::days period_of_days() const;  // at most, after which they come again
  bool takes_every_hour() const { return fields_.hours == (1u << 24) - 1; }
  std::optional<int> minute_of_day_from(int minute) const;    // first at or after
  std::optional<int> minute_of_day_before(int minute) const;  // last before
  std::optional<LocalSeconds> first_in(LocalSeconds begin, LocalSeconds end) const;
  std::optional<LocalSeconds> last_in(LocalSeconds begin, LocalSeconds end) const;
  bool makes_up_for_gap(const TimeZone& zone, std::size_t index) const;
  LocalSeconds first_new_local(const TimeZone& zone, std::size_t index, UtcSeconds from) const;
  std::optional<UtcSeconds> first_in_span(const TimeZone& zone, std::size_t index, UtcSeconds from,
                                          UtcSeconds until) const;
  std::optional<UtcSeconds> last_in_span(const TimeZone& zone, std::size_t index, UtcSeconds from,
                                         UtcSeconds until) const;

  Fields fields_;
};

struct ParsedCron {
  std::optional<Cron> cron;  // absent exactly when there are problems
  std::vector<CronProblem> problems;
};

ParsedCron parse_cron(std::string_view text);

}  // namespace sluice::pipeline
