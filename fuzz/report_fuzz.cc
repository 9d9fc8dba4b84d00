// Any bytes as a report of tests, coverage or a scan: counts that can be, or an error.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "ml/evaluate/report_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto tests = sluice::ml::read_junit(text);
  if (tests.ok()) CHECK(tests->failures <= tests->tests);
  const auto coverage = sluice::ml::read_cobertura(text);
  if (coverage.ok()) CHECK(coverage->covered <= coverage->lines);
  const auto scan = sluice::ml::read_sarif(text);
  if (scan.ok()) CHECK(scan->first_rules.size() <= scan->errors);
  return 0;
}
