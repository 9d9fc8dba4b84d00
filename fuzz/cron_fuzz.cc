// First line a schedule, the second a POSIX time zone rule: problems inside the text, or firings
// that ascend and that the way back finds again.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/strings.h"
#include "base/tzif.h"
#include "pipeline/cron.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;  // NOLINT: the program is this one file
  std::string_view text(reinterpret_cast<const char*>(data), size < 4'096 ? size : 4'096);
  std::string_view first = text.substr(0, text.find('\n'));
  pipeline::ParsedCron parsed = pipeline::parse_cron(first);
  CHECK(parsed.cron.has_value() == parsed.problems.empty());
  for (const auto& problem : parsed.problems) CHECK(problem.offset <= first.size());
  std::string_view rule = text.substr(std::min(first.size() + 1, text.size()));
  auto spans = expand_posix_rule(rule.substr(0, rule.find('\n')), std::chrono::year(2024),
                                 std::chrono::year(2027));
  TimeZone zone = TimeZone::utc();
  if (spans.ok()) {
    bool ascending = true;
    for (std::size_t i = 1; i < spans->size(); ++i)
      ascending = ascending && spans->at(i - 1).begin < spans->at(i).begin;
    if (ascending) zone = TimeZone("rule", *spans);
  }
  if (!parsed.cron) return 0;
  CHECK(parsed.cron->shortest_interval().value_or(std::chrono::minutes(1)) >=
        std::chrono::minutes(1));
  const Timestamp start(std::chrono::sys_days(std::chrono::year(2025) / 1 / 1));
  std::optional<Timestamp> last;
  for (auto time = parsed.cron->next(start, zone); time && *time < start + std::chrono::days(400);
       time = parsed.cron->next(*time + std::chrono::hours(31), zone)) {
    CHECK(!last || *last < *time);
    CHECK(parsed.cron->previous(*time + Duration(1), zone) == time);
    last = time;
  }
  return 0;
}
