// Any bytes: either problems with their places, or a tree within the limits that becomes valid
// JSON.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/yaml.h"

namespace {

std::size_t count_nodes(const sluice::YamlNode& node) {
  std::size_t n = 1;
  for (const auto& item : node.items) n += count_nodes(item);
  for (const auto& [key, value] : node.members) n += 1 + count_nodes(value);
  return n;
}

void check(std::string_view text, const sluice::YamlLimits& limits) {
  sluice::YamlParse parse = sluice::parse_yaml(text, limits);
  CHECK(parse.problems.size() <= 10);
  for (const auto& problem : parse.problems) {
    CHECK(problem.position.line >= 1 && problem.position.column >= 1);
    CHECK(!problem.message.empty());
  }
  if (!parse.problems.empty()) return;
  CHECK(count_nodes(parse.root) <= limits.max_nodes);
  std::string json = sluice::to_text(sluice::to_json(parse.root));
  CHECK(sluice::parse_json(json).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  sluice::YamlLimits limits;
  limits.max_nodes = 20'000;
  check(text, limits);
  limits.merge = sluice::YamlMerge::Apply;
  check(text, limits);
  return 0;
}
