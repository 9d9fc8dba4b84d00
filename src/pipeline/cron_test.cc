#include "pipeline/cron.h"

#include <gtest/gtest.h>

#include <random>

#include "base/strings.h"
#include "base/tzif.h"

namespace sluice::pipeline {
namespace {

using namespace std::chrono;

Cron cron(std::string_view text) {
  ParsedCron parsed = parse_cron(text);
  EXPECT_TRUE(parsed.cron) << text << ": "
                           << (parsed.problems.empty() ? "" : parsed.problems[0].message);
  return parsed.cron.value_or(Cron({}));
}

TimeZone zone(std::string_view rule) {
  auto spans = expand_posix_rule(rule, year(2020), year(2035));
  return TimeZone(std::string(rule), spans.ok() ? *spans : std::vector<ZoneSpan>{{}});
}

TimeZone new_york() {
  return zone("EST5EDT,M3.2.0,M11.1.0");
}
TimeZone berlin() {
  return zone("CET-1CEST,M3.5.0,M10.5.0/3");
}
TimeZone lord_howe() {
  return zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
}

std::string shown(std::optional<Timestamp> time) {
  return time ? to_rfc3339(*time) : "never";
}

// The next `count` firings, joined by spaces, and the same backwards from the last of them.
std::string firings(std::string_view text, const TimeZone& zone, std::string_view after,
                    int count) {
  const Cron schedule = cron(text);
  Timestamp time = parse_rfc3339(after).value();
  std::vector<Timestamp> found;
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    auto next = schedule.next(time, zone);
    if (!next) break;
    if (i > 0) {
      EXPECT_EQ(shown(schedule.previous(*next, zone)), shown(time)) << text;
    }
    time = *next;
    names.push_back(to_rfc3339(time));
  }
  return join(names, " ");
}

TEST(Cron, names_the_field_and_what_it_allows) {
  struct Case {
    const char* text;
    std::size_t offset;
    const char* message;  // how it begins
  };
  const Case cases[] = {
      {"60 * * * *", 0, "in the field of the minute, '60' is not allowed; allowed are 0-59, '*'"},
      {"0 24 * * *", 2, "in the field of the hour, '24' is not allowed; allowed are 0-23"},
      {"0 0 0 * *", 4,
       "in the field of the day of the month, '0' is not allowed; allowed are 1-31"},
      {"0 0 1 13 *", 6,
       "in the field of the month, '13' is not allowed; allowed are 1-12 or JAN-DEC"},
      {"0 0 * * 7", 8,
       "in the field of the day of the week, '7' is not allowed; allowed are 0-6 or"},
      {"0 0 * FOO *", 6, "in the field of the month, 'FOO' is not allowed"},
      {"0 0 * * MON-", 12, "in the field of the day of the week, '' lacks a value"},
      {"0 0 * * FRI-MON", 8,
       "in the field of the day of the week, 'FRI-MON' ends before it begins"},
      {"1,,2 * * * *", 2, "in the field of the minute, '' lacks a value"},
      {"1-2-3 * * * *", 0, "in the field of the minute, '1-2-3' has more than one '-'"},
      {"*/2/3 * * * *", 0, "in the field of the minute, '*/2/3' has more than one '/'"},
      {"*/0 * * * *", 2, "in the field of the minute, the step '0' after '/' is not allowed"},
      {"*/60 * * * *", 2,
       "in the field of the minute, the step '60' after '/' is not allowed; "
       "allowed are 1-59"},
      {"-1 * * * *", 0, "in the field of the minute, '' lacks a value"},
      {"0 0 ? * *", 4, "in the field of the day of the month, '?' is not allowed"},
      {"0 0 L * *", 4, "in the field of the day of the month, 'L' is not allowed"},
      {"0 0 * * 1#2", 8, "in the field of the day of the week, '1#2' is not allowed"},
      {"00000 * * * *", 0, "in the field of the minute, '00000' is not allowed"},
      {"@daily", 0, "short forms such as '@daily' are not allowed; a schedule has five fields"},
      {"", 0, "'' has 0 fields; a schedule has five fields: minute, hour, day of the month, month"},
      {"0 0 0 * * *", 0, "'0 0 0 * * *' has 6 fields"},
  };
  for (const Case& c : cases) {
    const ParsedCron parsed = parse_cron(c.text);
    EXPECT_FALSE(parsed.cron) << c.text;
    ASSERT_EQ(parsed.problems.size(), 1u) << c.text;
    EXPECT_TRUE(parsed.problems[0].message.starts_with(c.message)) << parsed.problems[0].message;
    EXPECT_EQ(parsed.problems[0].offset, c.offset) << c.text;
  }
  EXPECT_EQ(parse_cron("60 24 0 13 7").problems.size(), 5u);
}

TEST(Cron, different_ways_of_saying_the_same_are_equal) {
  EXPECT_EQ(cron("0 0 * JAN-MAR mon,WED"), cron(" 00 0 * 1-3\t1,3 "));
  EXPECT_EQ(cron("20/15 * * * *"), cron("20,35,50 * * * *"));
  EXPECT_EQ(cron("10-30/10 * * * *"), cron("10,20,30 * * * *"));
  EXPECT_EQ(cron("*/25 */12 */10 */6 */3"), cron("0,25,50 0,12 1,11,21,31 1,7 0,3,6"));
  EXPECT_NE(cron("0 0 1 * *"), cron("0 0 * * *"));
}

TEST(Cron, fires_at_the_minutes_it_names) {
  const TimeZone utc = TimeZone::utc();
  const std::string after = "2026-11-21T08:40:25.5Z";  // a Saturday
  EXPECT_EQ(firings("*/15 * * * *", utc, after, 3),
            "2026-11-21T08:45:00Z 2026-11-21T09:00:00Z 2026-11-21T09:15:00Z");
  EXPECT_EQ(firings("40 8 * * *", utc, after, 2), "2026-11-22T08:40:00Z 2026-11-23T08:40:00Z");
  EXPECT_EQ(firings("0 5 * * MON-FRI", utc, after, 2), "2026-11-23T05:00:00Z 2026-11-24T05:00:00Z");
  EXPECT_EQ(firings("59 23 31 DEC *", utc, after, 2), "2026-12-31T23:59:00Z 2027-12-31T23:59:00Z");
  EXPECT_EQ(firings("0 0 29 2 *", utc, after, 2), "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z");
  EXPECT_EQ(shown(cron("0 0 29 2 *").next(parse_rfc3339("2096-03-01T00:00:00Z").value(), utc)),
            "2104-02-29T00:00:00Z");
}

TEST(Cron, either_day_field_is_enough_when_both_are_given) {
  const TimeZone utc = TimeZone::utc();
  EXPECT_EQ(firings("0 0 1,15 * FRI", utc, "2026-01-01T00:00:00Z", 4),
            "2026-01-02T00:00:00Z 2026-01-09T00:00:00Z 2026-01-15T00:00:00Z 2026-01-16T00:00:00Z");
  EXPECT_EQ(firings("0 0 13 * *", utc, "2026-01-01T00:00:00Z", 1), "2026-01-13T00:00:00Z");
  EXPECT_EQ(firings("0 0 * * FRI", utc, "2026-01-03T00:00:00Z", 1), "2026-01-09T00:00:00Z");
}

TEST(Cron, a_firing_is_strictly_after_and_strictly_before) {
  const TimeZone utc = TimeZone::utc();
  const Cron noon = cron("0 12 * * *");
  const Timestamp twelve = parse_rfc3339("2026-01-01T12:00:00Z").value();
  EXPECT_EQ(shown(noon.next(twelve, utc)), "2026-01-02T12:00:00Z");
  EXPECT_EQ(shown(noon.next(twelve - Duration(1), utc)), "2026-01-01T12:00:00Z");
  EXPECT_EQ(shown(noon.previous(twelve, utc)), "2025-12-31T12:00:00Z");
  EXPECT_EQ(shown(noon.previous(twelve + Duration(1), utc)), "2026-01-01T12:00:00Z");
}

TEST(Cron, what_cannot_happen_never_fires) {
  const Cron never = cron("0 0 30 2 *");
  EXPECT_EQ(never.next(Timestamp{}, TimeZone::utc()), std::nullopt);
  EXPECT_EQ(never.previous(Timestamp{}, berlin()), std::nullopt);
  EXPECT_EQ(never.shortest_interval(), std::nullopt);
  const Cron always = cron("* * * * *");
  for (Timestamp t : {Timestamp::min(), Timestamp::max()}) {
    EXPECT_EQ(always.next(t, new_york()), std::nullopt);
    EXPECT_EQ(always.previous(t, new_york()), std::nullopt);
  }
}

TEST(Cron, goes_by_the_clocks_of_its_zone) {
  EXPECT_EQ(firings("30 9 * * MON-FRI", zone("IST-5:30"), "2026-11-20T04:00:00Z", 2),
            "2026-11-23T04:00:00Z 2026-11-24T04:00:00Z");
  EXPECT_EQ(firings("0 0 * * *", new_york(), "2026-06-30T12:00:00Z", 1), "2026-07-01T04:00:00Z");
  EXPECT_EQ(firings("0 0 1 * *", new_york(), "2026-12-15T00:00:00Z", 1), "2027-01-01T05:00:00Z");
}

TEST(Cron, what_falls_into_the_gap_fires_once_after_it) {
  // New York: 2026-03-08 02:00 becomes 03:00 at 07:00 UTC.
  EXPECT_EQ(firings("30 2 * * *", new_york(), "2026-03-07T00:00:00Z", 3),
            "2026-03-07T07:30:00Z 2026-03-08T07:00:00Z 2026-03-09T06:30:00Z");
  EXPECT_EQ(firings("*/20 2 * * *", new_york(), "2026-03-07T07:40:00Z", 2),
            "2026-03-08T07:00:00Z 2026-03-09T06:00:00Z");
  EXPECT_EQ(firings("0 2,3 * * *", new_york(), "2026-03-08T00:00:00Z", 2),
            "2026-03-08T07:00:00Z 2026-03-09T06:00:00Z");
  // Lord Howe: 2026-10-04 02:00 becomes 02:30 at 2026-10-03 15:30 UTC.
  EXPECT_EQ(firings("15 2 * * *", lord_howe(), "2026-10-03T00:00:00Z", 2),
            "2026-10-03T15:30:00Z 2026-10-04T15:15:00Z");
}

TEST(Cron, what_comes_twice_fires_the_first_time_only) {
  // Berlin: 2026-10-25 03:00 becomes 02:00 at 01:00 UTC.
  EXPECT_EQ(firings("30 2 * * *", berlin(), "2026-10-24T12:00:00Z", 2),
            "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z");
  EXPECT_EQ(firings("0,30 2,3 * * *", berlin(), "2026-10-24T12:00:00Z", 4),
            "2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T02:00:00Z 2026-10-25T02:30:00Z");
  // Lord Howe: 2026-04-05 02:00 becomes 01:30 at 2026-04-04 15:00 UTC.
  EXPECT_EQ(firings("45 1 * * *", lord_howe(), "2026-04-04T12:00:00Z", 2),
            "2026-04-04T14:45:00Z 2026-04-05T15:15:00Z");
}

TEST(Cron, a_schedule_for_every_hour_goes_by_the_time_that_passes) {
  EXPECT_EQ(firings("30 * * * *", new_york(), "2026-03-08T06:00:00Z", 3),
            "2026-03-08T06:30:00Z 2026-03-08T07:30:00Z 2026-03-08T08:30:00Z");
  EXPECT_EQ(firings("30 * * * *", berlin(), "2026-10-25T00:00:00Z", 3),
            "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z 2026-10-25T02:30:00Z");
}

// What the header promises, minute by minute.
std::vector<Timestamp> minute_by_minute(const Cron& schedule, bool every_hour, const TimeZone& zone,
                                        UtcSeconds from, UtcSeconds until) {
  const TimeZone plain = TimeZone::utc();
  auto due = [&](LocalSeconds local) {
    const Timestamp as_utc(local.time_since_epoch());
    return schedule.next(as_utc - Duration(1), plain) == as_utc;
  };
  std::vector<Timestamp> fired;
  LocalSeconds shown = zone.to_local(from - minutes(1));
  for (int back = 0; back < 180; ++back)
    shown = std::max(shown, zone.to_local(from - minutes(1 + back)));
  for (UtcSeconds t = from; t < until; t += minutes(1)) {
    const LocalSeconds local = zone.to_local(t);
    bool fires = every_hour && due(local);
    for (LocalSeconds l = shown + minutes(1); !every_hour && l <= local; l += minutes(1))
      fires = fires || due(l);
    if (fires) fired.push_back(t);
    shown = std::max(shown, local);
  }
  return fired;
}

TEST(Cron, agrees_with_a_clock_watched_minute_by_minute) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(cat("seed ", seed));
  std::mt19937 random(seed);
  auto pick = [&](std::vector<std::string> choices) { return choices[random() % choices.size()]; };
  const std::string starts[] = {"2026-03-07T20:00:00Z", "2026-10-31T20:00:00Z",
                                "2026-10-24T20:00:00Z", "2026-10-03T06:00:00Z",
                                "2026-04-04T06:00:00Z", "2027-03-27T20:00:00Z"};
  const TimeZone zones[] = {new_york(), berlin(), lord_howe()};
  for (int round = 0; round < 60; ++round) {
    const std::string hours = pick({"*", "1,2", "2", "1-3", "*/2", "0-23/3"});
    const std::string text = cat(pick({"0", "*/7", "30", "15,45", "59", "*"}), " ", hours, " ",
                                 pick({"*", "25", "8-31/3"}), " * ", pick({"*", "SUN", "1-6"}));
    const TimeZone& zone = zones[random() % 3];
    const UtcSeconds from = floor<seconds>(parse_rfc3339(starts[random() % 6]).value());
    const UtcSeconds until = from + std::chrono::hours(30);
    const Cron schedule = cron(text);
    std::vector<Timestamp> forward;
    for (auto t = schedule.next(from - seconds(1), zone); t && *t < until;
         t = schedule.next(*t, zone))
      forward.push_back(*t);
    std::vector<Timestamp> backward;
    for (auto t = schedule.previous(until, zone); t && *t >= from; t = schedule.previous(*t, zone))
      backward.insert(backward.begin(), *t);
    const auto expected = minute_by_minute(schedule, hours == "*", zone, from, until);
    EXPECT_EQ(forward, expected) << text << " in " << zone.name();
    EXPECT_EQ(backward, expected) << text << " in " << zone.name();
  }
}

TEST(Cron, knows_the_smallest_time_between_two_firings) {
  const std::pair<const char*, int> cases[] = {
      {"*/5 * * * *", 5},        {"*/4 * * * *", 4},        {"*/7 * * * *", 4},
      {"* * * * *", 1},          {"0 * * * *", 60},         {"0 0 * * *", 1440},
      {"0,58 0 * * *", 58},      {"2 0 * * *", 1440},       {"58 23 * * *", 1440},
      {"0,59 0,23 * * *", 1},    {"0,59 0,23 * * MON", 59}, {"0 0 * * MON", 10080},
      {"0 0 * * MON,WED", 2880}, {"0 0 1 * *", 28 * 1440},  {"0 0 29 2 *", 1461 * 1440},
      {"0 0 31 * FRI", 1440},    {"0 0 29 2 MON", 1440},    {"0 0 1 2 *", 365 * 1440},
      {"0 0 * 2 *", 1440},       {"0 0 * 3 TUE", 10080},    {"0 0 1,15 * *", 14 * 1440},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_EQ(cron(text).shortest_interval(), minutes(expected)) << text;
}

}  // namespace
}  // namespace sluice::pipeline
