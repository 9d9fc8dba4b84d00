// First line a pattern, the rest names: problems inside the pattern, or an answer for each name.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/strings.h"
#include "pipeline/file_glob.h"
#include "pipeline/glob.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::pipeline;  // NOLINT: the program is this one file
  std::string_view text(reinterpret_cast<const char*>(data), size < 4'096 ? size : 4'096);
  std::string_view first = text.substr(0, text.find('\n'));
  std::string_view rest = text.substr(first.size());
  for (FilterKind kind : {FilterKind::Ref, FilterKind::Path}) {
    ParsedFilterPattern parsed = parse_filter_pattern(first, kind);
    CHECK(parsed.pattern.has_value() == parsed.problems.empty());
    for (const auto& problem : parsed.problems) CHECK(problem.offset <= first.size());
    if (!parsed.pattern) continue;
    for (std::string_view name : sluice::split_lines(rest)) parsed.pattern->matches(name);
  }
  auto glob = FileGlob::parse(text, "/root");
  if (!glob.ok()) return 0;
  glob->search_roots();
  for (std::string_view name : sluice::split_lines(rest)) glob->matches(name);
  return 0;
}
