// Lines before an empty one are secrets, the rest is what a step writes: however it is cut, the
// masked text is the same, and it is what the plain definition says.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/strings.h"
#include "exec/masker.h"
#include "pipeline/mask.h"

namespace {

std::string masked_in_pieces(const std::vector<std::string>& secrets, std::string_view text,
                             std::size_t piece) {
  sluice::exec::Masker masker;
  masker.add(secrets);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) masker.feed(text.substr(at, piece), out);
  masker.flush(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size < 4'096 ? size : 4'096);
  const std::size_t gap = input.find("\n\n");
  if (gap == std::string_view::npos) return 0;
  std::vector<std::string> secrets;
  for (const std::string_view line : sluice::split(input.substr(0, gap), '\n'))
    if (!line.empty()) secrets.emplace_back(line);
  const std::string_view text = input.substr(gap + 2);
  const std::string expected = sluice::pipeline::masked(secrets, text);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{64}, size})
    CHECK(masked_in_pieces(secrets, text, piece) == expected);
  return 0;
}
