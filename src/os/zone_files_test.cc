#include "os/zone_files.h"

#include <gtest/gtest.h>

#include "os/real_files.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::os {
namespace {

using namespace std::chrono;

UtcSeconds at(year_month_day day, hours hour = hours(0)) {
  return UtcSeconds(sys_days(day) + hour);
}

// Facts that no release of tzdata changes any more.
TEST(ZoneFiles, read_the_zones_of_this_machine) {
  RealFiles files;
  struct Case {
    const char* name;
    UtcSeconds time;
    int minutes;
  };
  const Case cases[] = {
      {"UTC", at(2026y / July / 1), 0},
      {"America/New_York", at(2024y / March / 10, hours(7)) - seconds(1), -300},
      {"America/New_York", at(2024y / March / 10, hours(7)), -240},
      {"America/New_York", at(2060y / July / 1), -240},
      {"Europe/Berlin", at(2024y / October / 27, hours(1)) - seconds(1), 120},
      {"Europe/Berlin", at(2024y / October / 27, hours(1)), 60},
      {"Asia/Kolkata", at(2024y / July / 1), 330},
      {"Australia/Lord_Howe", at(2024y / January / 1), 660},
      {"Australia/Lord_Howe", at(2024y / July / 1), 630},
      {"Europe/Dublin", at(2024y / July / 1), 60},
      {"Etc/GMT+5", at(2024y / July / 1), -300},
  };
  for (const Case& c : cases) {
    auto zone = load_time_zone(files, c.name);
    ASSERT_TRUE(zone.ok()) << zone.error().describe();
    EXPECT_EQ(zone->name(), c.name);
    EXPECT_EQ(zone->offset_at(c.time), minutes(c.minutes)) << c.name;
  }
}

TEST(ZoneFiles, names_that_are_none_are_told_apart) {
  RealFiles files;
  auto error = [&](std::string_view name) { return load_time_zone(files, name).error(); };
  EXPECT_EQ(error("Europe/Berln").code(), ErrorCode::NotFound);
  EXPECT_EQ(error("Europe/Berln").message(),
            "there is no time zone 'Europe/Berln' in /usr/share/zoneinfo, did you mean "
            "'Europe/Berlin'?");
  EXPECT_EQ(error("America").code(), ErrorCode::NotFound);
  EXPECT_EQ(error("../../../etc/passwd").code(), ErrorCode::InvalidInput);
  EXPECT_EQ(error("/etc/passwd").code(), ErrorCode::InvalidInput);
}

TEST(ZoneFiles, a_damaged_file_and_a_machine_without_zones_are_said) {
  FakeClock clock;
  MemoryFiles memory(clock);
  Files& files = memory;
  EXPECT_EQ(load_time_zone(files, "Europe/Berlin", "/zones").error().message(),
            "time zone 'Europe/Berlin': there is no /zones on this machine; install the package "
            "tzdata");
  ASSERT_TRUE(files.make_directories("/zones/Europe").ok());
  ASSERT_TRUE(files.write("/zones/Europe/Berlin", "TZif2 cut off").ok());
  EXPECT_EQ(load_time_zone(files, "Europe/Berlin", "/zones").error().code(), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace sluice::os
