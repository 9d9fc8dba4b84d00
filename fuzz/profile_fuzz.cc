// Any bytes: a profile that is written and read again as it was, or an error that names the file.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "ml/data/profile_reader.h"
#include "ml/drift/drift_report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto profile = sluice::ml::read_profile(text, "p.json");
  if (!profile.ok()) {
    CHECK(profile.error().message().starts_with("p.json:"));
    return 0;
  }
  const auto again =
      sluice::ml::read_profile(sluice::to_text(sluice::ml::to_json(profile.value())), "p.json");
  CHECK(again.ok());
  CHECK(again->columns.size() == profile->columns.size());
  const auto report = sluice::ml::compare_profiles(profile.value(), again.value());
  if (report.ok()) sluice::ml::to_terminal_text(report.value());
  return 0;
}
