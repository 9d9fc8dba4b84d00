// Any bytes as a data file of unknown kind, read as the first byte says: packed, JSON Lines or CSV
// of any dialect. Where the blocks end makes no difference; reading ends.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/json.h"
#include "base/strings.h"
#include "ml/data/profile.h"

namespace {

using namespace sluice;

ml::CsvOptions dialect_of(unsigned char choice) {
  ml::CsvOptions options;
  options.dialect = (choice & 1) != 0 ? ml::Dialect::Sniffed : ml::Dialect::Given;
  options.delimiter = ",;\t|"[(choice >> 1) & 3];
  options.comment = (choice & 8) != 0 ? '#' : '\0';
  options.decimal = (choice & 16) != 0 && options.delimiter != ',' ? ',' : '.';
  options.header = (choice & 32) != 0 ? ml::HeaderRow::None : ml::HeaderRow::First;
  return options;
}

std::string profile_of(std::string_view text, ml::CsvOptions options, std::size_t block_bytes) {
  options.block_bytes = block_bytes;
  const auto rows = ml::open_rows(ml::memory_stream(text), "f", {options});
  if (!rows.ok()) return rows.error().describe();
  ml::ProfileOptions how;
  how.threads = 1;
  how.max_distinct = 3;
  const auto profile = ml::profile_data(**rows, how);
  return profile.ok() ? to_text(ml::to_json(*profile)) : profile.error().describe();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ml::CsvOptions options = dialect_of(data[0]);
  CHECK(profile_of(text, options, 1 << 18) == profile_of(text, options, 50));
  return 0;
}
