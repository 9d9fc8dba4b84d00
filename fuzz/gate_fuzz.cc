// Any bytes as a gate file or a file of waivers: checks with names, or an error that names its
// place.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "ml/evaluate/gate_file.h"
#include "ml/evaluate/waiver.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto gate = sluice::ml::parse_gate_file(text, "g.yml");
  if (gate.ok())
    CHECK(!gate->checks.empty());
  else
    CHECK(gate.error().message().starts_with("g.yml:"));
  const auto waivers = sluice::ml::parse_waivers(text, "w.yml");
  if (!waivers.ok()) CHECK(waivers.error().message().starts_with("w.yml:"));
  return 0;
}
