// Any bytes: an error, or spans that ascend with offsets within a day or so.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/tzif.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;  // NOLINT: the program is this one file
  auto zone = read_tzif("Fuzz/Zone", std::string_view(reinterpret_cast<const char*>(data), size));
  if (!zone.ok()) return 0;
  for (std::size_t i = 1; i < zone->spans().size(); ++i) {
    const ZoneSpan& span = zone->spans()[i];
    CHECK(zone->span_at(span.begin) == i);
    CHECK(std::chrono::abs(span.offset) <= std::chrono::hours(26));
  }
  return 0;
}
