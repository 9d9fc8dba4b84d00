// Any bytes as JSON Lines: where the blocks end makes no difference; every row has a field for each
// column, and no field is invalid UTF-8.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "ml/data/row_source.h"

namespace {

using namespace sluice;

std::string read_all(std::string_view text, std::size_t block_bytes) {
  ml::CsvOptions options;
  options.block_bytes = block_bytes;
  options.rejects = ml::Rejects::Kept;
  auto rows = ml::open_rows(ml::memory_stream(text), "f.jsonl", {options});
  if (!rows.ok()) return rows.error().message();
  std::string all = join((*rows)->header(), "\x01");
  ml::CsvBlock block;
  while (true) {
    const auto more = (*rows)->next(block);
    if (!more.ok()) return all + more.error().message();
    if (!more.value()) return all;
    CHECK(block.fields.size() == block.rows.size() * block.columns);
    CHECK(block.rejected.size() == block.problem_count);
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      all += to_string(block.rows[i]);
      for (const std::string_view field : block.row(i)) {
        CHECK(is_valid_utf8(field));
        all += cat("\x01", field);
      }
    }
    for (const std::string_view row : block.rejected) all += row;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string whole = read_all(text, 1 << 18);
  CHECK(read_all(text, 1) == whole);
  CHECK(read_all(text, 100) == whole);
  return 0;
}
