// Any bytes: where the blocks end makes no difference to rows, places and problems; no field is
// invalid UTF-8; the profile of it is valid JSON.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/strings.h"
#include "ml/data/profile.h"

namespace {

using namespace sluice;

std::string read_all(std::string_view text, std::size_t block_bytes) {
  ml::CsvOptions options;
  options.block_bytes = block_bytes;
  auto reader = ml::CsvReader::open(ml::memory_stream(text), "f", options);
  if (!reader.ok()) return reader.error().message();
  std::string all = join(reader->header(), "\x01");
  ml::CsvBlock block;
  while (true) {
    const auto more = reader->next(block);
    if (!more.ok()) return all + more.error().message();
    if (!more.value()) return all;
    CHECK(block.fields.size() == block.rows.size() * block.columns);
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      all += to_string(block.rows[i]);
      for (const std::string_view field : block.row(i)) {
        CHECK(is_valid_utf8(field));
        all += cat("\x01", field);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string whole = read_all(text, 1 << 18);
  CHECK(read_all(text, 1) == whole);
  CHECK(read_all(text, 100) == whole);
  const auto rows = ml::open_rows(ml::memory_stream(text), "f");
  if (!rows.ok()) return 0;
  const auto profile = ml::profile_data(**rows);
  if (profile.ok()) CHECK(parse_json(to_text(ml::to_json(profile.value()))).ok());
  return 0;
}
