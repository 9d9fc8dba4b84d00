// Any bytes as the body of a prediction request, in every shape: refused with a reason, or whole
// rows without infinities.
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "ml/serve/request_rows.h"

namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> kNames = {"price", "deal"};
  return kNames;
}

template <class Outcome>
void check(const Outcome& outcome, const sluice::ml::RequestRows& rows) {
  if (!outcome.ok()) {
    CHECK(!outcome.error().message().empty());
    return;
  }
  CHECK(rows.values().size() == rows.row_count() * names().size());
  for (const float value : rows.values()) CHECK(!std::isinf(value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  sluice::ml::RequestRows rows(names());
  check(rows.read_records(body), rows);
  check(rows.read_invocation(body), rows);
  check(rows.read_csv(body), rows);
  return 0;
}
