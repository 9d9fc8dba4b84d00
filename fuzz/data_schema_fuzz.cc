// Any bytes: a schema whose keys and groups are columns of it, or an error that names its place.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "ml/data/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto schema = sluice::ml::parse_schema(text, "s.yml");
  if (!schema.ok()) {
    CHECK(schema.error().message().starts_with("s.yml:"));
    return 0;
  }
  CHECK(!schema->columns.empty());
  for (const auto& key : schema->keys)
    for (const auto& name : key) CHECK(schema->find(name) != nullptr);
  for (const auto& name : schema->report_by) CHECK(schema->find(name) != nullptr);
  return 0;
}
