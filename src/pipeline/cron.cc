#include "pipeline/cron.h"

#include <algorithm>
#include <bit>

namespace sluice::pipeline {
namespace {

using namespace std::chrono;

constexpr int kMinutesPerDay = 24 * 60;
constexpr std::uint32_t kAllDays = 0xffff'fffe;
constexpr std::uint32_t kAllMonths = 0x1ffe;
constexpr std::uint32_t kAllWeekdays = 0x7f;
// The 29th of February can be eight years away.
constexpr days kHorizon{9 * 366};
constexpr Timestamp kFirst{sys_days(year(1) / January / 1)};
constexpr Timestamp kLast{sys_days(year(9999) / December / 31)};

bool has_bit(std::uint64_t bits, unsigned position) {
  return (bits >> position & 1) != 0;
}

UtcSeconds end_of_span(const TimeZone& zone, std::size_t index) {
  return index + 1 < zone.spans().size() ? zone.spans()[index + 1].begin : UtcSeconds::max();
}

LocalSeconds local(UtcSeconds time, seconds offset) {
  return LocalSeconds(time.time_since_epoch() + offset);
}

UtcSeconds utc(LocalSeconds time, seconds offset) {
  return UtcSeconds(time.time_since_epoch() - offset);
}

}  // namespace

bool Cron::takes_day(local_days day) const {
  const year_month_day date(day);
  if (!has_bit(fields_.months, unsigned(date.month()))) return false;
  const bool by_day = has_bit(fields_.days, unsigned(date.day()));
  const bool by_weekday = has_bit(fields_.weekdays, weekday(day).c_encoding());
  const bool either_is_any = fields_.any_day || fields_.any_weekday;
  return either_is_any ? by_day && by_weekday : by_day || by_weekday;
}

std::optional<int> Cron::minute_of_day_from(int minute) const {
  for (int hour = minute / 60; hour < 24; ++hour) {
    if (!has_bit(fields_.hours, static_cast<unsigned>(hour))) continue;
    const int first = std::max(0, minute - hour * 60);
    const std::uint64_t rest = fields_.minutes >> first;
    if (rest != 0) return hour * 60 + first + std::countr_zero(rest);
  }
  return std::nullopt;
}

std::optional<int> Cron::minute_of_day_before(int minute) const {
  for (int hour = (minute - 1) / 60; minute > 0 && hour >= 0; --hour) {
    if (!has_bit(fields_.hours, static_cast<unsigned>(hour))) continue;
    const int count = std::min(60, minute - hour * 60);
    const std::uint64_t rest = fields_.minutes & ((std::uint64_t{1} << count) - 1);
    if (rest != 0) return hour * 60 + static_cast<int>(std::bit_width(rest)) - 1;
  }
  return std::nullopt;
}

// Every schedule fires on whole minutes of the local clock.
std::optional<LocalSeconds> Cron::first_in(LocalSeconds begin, LocalSeconds end) const {
  const auto start = ceil<minutes>(begin);
  for (local_days day = floor<days>(start); day < end; day += days(1)) {
    if (!takes_day(day)) continue;
    const auto from = static_cast<int>(std::max(minutes(0), start - day).count());
    const std::optional<int> found = minute_of_day_from(from);
    if (!found) continue;
    const LocalSeconds firing = day + minutes(*found);
    return firing < end ? std::optional(firing) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<LocalSeconds> Cron::last_in(LocalSeconds begin, LocalSeconds end) const {
  const auto stop = ceil<minutes>(end);
  for (local_days day = floor<days>(stop); day + days(1) > begin; day -= days(1)) {
    if (!takes_day(day)) continue;
    const auto before = std::min<std::int64_t>(kMinutesPerDay, (stop - day).count());
    const std::optional<int> found = minute_of_day_before(static_cast<int>(before));
    if (!found) continue;
    const LocalSeconds firing = day + minutes(*found);
    return firing >= begin ? std::optional(firing) : std::nullopt;
  }
  return std::nullopt;
}

// Whether what was due while the clocks jumped forward is made up for at the beginning of a span.
bool Cron::makes_up_for_gap(const TimeZone& zone, std::size_t index) const {
  if (index == 0 || takes_every_hour()) return false;
  const ZoneSpan& before = zone.spans()[index - 1];
  const ZoneSpan& span = zone.spans()[index];
  return first_in(local(span.begin, before.offset), local(span.begin, span.offset)).has_value();
}

// Where the local times of a span begin that were not shown by the span before it.
LocalSeconds Cron::first_new_local(const TimeZone& zone, std::size_t index, UtcSeconds from) const {
  const ZoneSpan& span = zone.spans()[index];
  if (index == 0) return local(from, span.offset);
  const UtcSeconds begin = std::max(span.begin, from);
  if (takes_every_hour()) return local(begin, span.offset);
  return std::max(local(begin, span.offset), local(span.begin, zone.spans()[index - 1].offset));
}

std::optional<UtcSeconds> Cron::first_in_span(const TimeZone& zone, std::size_t index,
                                              UtcSeconds from, UtcSeconds until) const {
  const ZoneSpan& span = zone.spans()[index];
  if (span.begin >= from && makes_up_for_gap(zone, index)) return span.begin;
  const UtcSeconds end = std::min(until, end_of_span(zone, index));
  auto found = first_in(first_new_local(zone, index, from), local(end, span.offset));
  return found ? std::optional(utc(*found, span.offset)) : std::nullopt;
}

std::optional<UtcSeconds> Cron::last_in_span(const TimeZone& zone, std::size_t index,
                                             UtcSeconds from, UtcSeconds until) const {
  const ZoneSpan& span = zone.spans()[index];
  const UtcSeconds end = std::min(until, end_of_span(zone, index));
  auto found = last_in(first_new_local(zone, index, from), local(end, span.offset));
  if (found) return utc(*found, span.offset);
  if (span.begin >= from && span.begin < until && makes_up_for_gap(zone, index)) return span.begin;
  return std::nullopt;
}

std::optional<Timestamp> Cron::next(Timestamp after, const TimeZone& zone) const {
  if (after < kFirst || after > kLast) return std::nullopt;
  const UtcSeconds from = floor<seconds>(after) + seconds(1);
  const UtcSeconds until = std::min(from + kHorizon, floor<seconds>(kLast));
  for (std::size_t i = zone.span_at(from); i < zone.spans().size(); ++i) {
    if (zone.spans()[i].begin >= until) break;
    if (auto found = first_in_span(zone, i, from, until)) return Timestamp(*found);
  }
  return std::nullopt;
}

std::optional<Timestamp> Cron::previous(Timestamp before, const TimeZone& zone) const {
  if (before < kFirst || before > kLast) return std::nullopt;
  const UtcSeconds until = ceil<seconds>(before);
  const UtcSeconds from = until - kHorizon;
  for (std::size_t i = zone.span_at(until) + 1; i-- > 0;) {
    if (end_of_span(zone, i) <= from) break;
    if (auto found = last_in_span(zone, i, from, until)) return Timestamp(*found);
  }
  return std::nullopt;
}

// Dates and weekdays meet in the same way every 28 years, dates alone every four.
days Cron::period_of_days() const {
  if (fields_.days == kAllDays && fields_.months == kAllMonths) return days(7);
  return days(366 * (fields_.weekdays == kAllWeekdays ? 4 : 28));
}

std::optional<minutes> Cron::shortest_interval() const {
  const std::optional<int> first = minute_of_day_from(0);
  if (!first) return std::nullopt;
  int shortest = kMinutesPerDay;
  int last = *first;
  while (auto following = minute_of_day_from(last + 1)) {
    shortest = std::min(shortest, *following - last);
    last = *following;
  }
  const local_days begin(year(2000) / January / 1);
  std::optional<local_days> day_before;
  std::optional<days> apart;
  for (local_days day = begin; day < begin + 2 * period_of_days() && apart != days(1);
       day += days(1)) {
    if (!takes_day(day)) continue;
    if (day_before) apart = std::min(apart.value_or(days::max()), day - *day_before);
    day_before = day;
  }
  if (!day_before) return std::nullopt;
  const minutes overnight = apart.value_or(days(366)) + minutes(*first - last);
  return last == *first ? overnight : std::min(overnight, minutes(shortest));
}

}  // namespace sluice::pipeline
