#include "base/tzif.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "base/zone_names.h"

namespace sluice {
namespace {

using namespace std::chrono;

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(value >> (8 * bytes) & 0xff);
  return text;
}

struct ZoneFile {
  char version = '2';
  std::uint64_t leap_seconds = 0;
  std::vector<std::pair<std::int64_t, int>> transitions;  // when, kind
  std::vector<std::int32_t> offsets = {3600};             // of each kind
  std::string footer = "\nCET-1\n";

  std::string header(bool empty) const {
    const std::uint64_t n = empty ? 0 : 1;
    return cat("TZif", version, std::string(15, '\0'), number(0, 4), number(0, 4),
               number(n * leap_seconds, 4), number(n * transitions.size(), 4),
               number(n * offsets.size(), 4), number(n * 4, 4));
  }
  std::string bytes() const {
    std::string text = header(true) + header(false);
    for (const auto& [when, kind] : transitions)
      text += number(static_cast<std::uint64_t>(when), 8);
    for (const auto& [when, kind] : transitions) text += static_cast<char>(kind);
    for (std::int32_t offset : offsets)
      text += number(static_cast<std::uint32_t>(offset), 4) + number(0, 2);
    return text + std::string("CET\0", 4) + footer;
  }
};

std::string error_of(const std::string& bytes) {
  auto zone = read_tzif("Test/Zone", bytes);
  return zone.ok() ? "" : zone.error().describe();
}

TEST(Tzif, reads_transitions_and_continues_with_the_rule_of_the_footer) {
  ZoneFile file;
  file.offsets = {600, 3600, 7200};
  file.transitions = {{1'000, 1}, {2'000, 2}, {3'000, 1}};
  file.footer = "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
  auto zone = read_tzif("Test/Zone", file.bytes());
  ASSERT_TRUE(zone.ok()) << zone.error().describe();
  EXPECT_EQ(zone->name(), "Test/Zone");
  EXPECT_EQ(zone->offset_at(UtcSeconds(seconds(999))), seconds(600));
  EXPECT_EQ(zone->offset_at(UtcSeconds(seconds(1'000))), seconds(3600));
  EXPECT_EQ(zone->offset_at(UtcSeconds(seconds(2'999))), seconds(7200));
  const UtcSeconds summer(sys_days(2026y / March / 29) + hours(1));
  EXPECT_EQ(zone->offset_at(summer - seconds(1)), seconds(3600));
  EXPECT_EQ(zone->offset_at(summer), seconds(7200));
  EXPECT_EQ(zone->offset_at(UtcSeconds(sys_days(2100y / July / 1))), seconds(7200));
}

TEST(Tzif, damaged_files_are_refused_with_the_reason) {
  struct Case {
    std::string bytes;
    const char* reason;
  };
  auto with = [](auto change) {
    ZoneFile file;
    file.transitions = {{1'000, 0}, {2'000, 0}};
    change(file);
    return file.bytes();
  };
  const Case cases[] = {
      {"", "does not start like a zone file"},
      {with([](ZoneFile& f) { f.version = '\0'; }), "version 1"},
      {with([](ZoneFile& f) { f.leap_seconds = 1; }), "leap seconds"},
      {with([](ZoneFile& f) { f.offsets.clear(); }), "0 kinds of time"},
      {with([](ZoneFile& f) { f.offsets = {100'000}; }), "offset of 100000 seconds"},
      {with([](ZoneFile& f) { f.transitions[1].second = 7; }), "unknown kind"},
      {with([](ZoneFile& f) { f.transitions[1].first = 1'000; }), "not after the one before"},
      {with([](ZoneFile& f) { f.footer = ""; }), "footer is missing"},
      {with([](ZoneFile& f) { f.footer = "\nnonsense,\n"; }), "not a POSIX time zone rule"},
      {ZoneFile().header(true), "does not start like"},
      {with([](ZoneFile&) {}).substr(0, 100), "ends within its second block"},
      {cat("TZif2", std::string(15, '\0'), std::string(24, '\xff')), "ends within its first block"},
  };
  for (const Case& c : cases) {
    EXPECT_NE(error_of(c.bytes).find(c.reason), std::string::npos)
        << c.reason << " / " << error_of(c.bytes);
    EXPECT_TRUE(error_of(c.bytes).starts_with("time zone Test/Zone: ")) << c.reason;
  }
  const std::string whole = with([](ZoneFile&) {});
  EXPECT_EQ(error_of(whole), "");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(error_of(whole.substr(0, length)), "") << length;
}

TEST(Tzif, understands_the_rules_of_posix) {
  struct Case {
    const char* rule;
    const char* first;  // change of 2026
    int offset;
    const char* second;
  };
  const Case cases[] = {
      {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -4 * 3600, "2026-11-01T06:00:00Z"},
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-04-04T15:00:00Z", 37'800,
       "2026-10-03T15:30:00Z"},
      {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 3 * 3600, "2026-10-24T23:00:00Z"},
      {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600, "2026-10-25T01:00:00Z"},
      {"AAA0BBB,J60/0,J300/0", "2026-03-01T00:00:00Z", 3600, "2026-10-26T23:00:00Z"},
      {"AAA0BBB,59/0,299/0", "2026-03-01T00:00:00Z", 3600, "2026-10-26T23:00:00Z"},
  };
  for (const Case& c : cases) {
    auto spans = expand_posix_rule(c.rule, 2026y, 2026y);
    ASSERT_TRUE(spans.ok()) << c.rule;
    ASSERT_EQ(spans->size(), 2u);
    EXPECT_EQ(to_rfc3339(spans->at(0).begin), c.first) << c.rule;
    EXPECT_EQ(spans->at(0).offset, seconds(c.offset)) << c.rule;
    EXPECT_EQ(to_rfc3339(spans->at(1).begin), c.second) << c.rule;
  }
  for (const char* bad :
       {"", "E5", "EST", "EST25", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M1.1.0",
        "EST5EDT,M3.2.0,M11.1.0x", "EST5EDT,M3.2.0/168,M11.1.0", "<EST5", "EST5:60"})
    EXPECT_FALSE(expand_posix_rule(bad, 2026y, 2026y).ok()) << bad;
}

TEST(ZoneNames, are_judged_without_a_disk) {
  EXPECT_EQ(check_zone_name("Europe/Berlin").kind, ZoneName::Kind::Known);
  EXPECT_EQ(check_zone_name("UTC").kind, ZoneName::Kind::Known);
  EXPECT_EQ(check_zone_name("America/Argentina/Buenos_Aires").kind, ZoneName::Kind::Known);
  EXPECT_EQ(check_zone_name("Etc/GMT+12").kind, ZoneName::Kind::Known);
  EXPECT_EQ(check_zone_name("Europe/Berln").message,
            "'Europe/Berln' is not a time zone of tzdata 2025b, did you mean 'Europe/Berlin'?");
  EXPECT_EQ(check_zone_name("Mars/Olympus").kind, ZoneName::Kind::Unknown);
  for (const char* bad :
       {"", "/etc/passwd", "Europe/", "../../etc/passwd", "Europe Berlin", "a//b", "."})
    EXPECT_EQ(check_zone_name(bad).kind, ZoneName::Kind::Malformed) << bad;
}

}  // namespace
}  // namespace sluice
