#include "base/tzif.h"

#include <array>
#include <cstdint>

#include "base/strings.h"

namespace sluice {
namespace {

using namespace std::chrono;

constexpr std::uint64_t kMaxTransitions = 10'000;
constexpr std::uint64_t kMaxTypes = 256;
constexpr seconds kMaxOffset = hours(26);
constexpr year kLastYear{2100};
constexpr std::size_t kHeaderSize = 44;
constexpr std::size_t kTypeSize = 6;

struct Counts {
  std::uint64_t utc_marks = 0;
  std::uint64_t standard_marks = 0;
  std::uint64_t leap_seconds = 0;
  std::uint64_t transitions = 0;
  std::uint64_t types = 0;
  std::uint64_t name_bytes = 0;

  // Bytes of the block that follows the header, with times of `width` bytes.
  std::uint64_t block_size(std::uint64_t width) const {
    return transitions * (width + 1) + types * kTypeSize + name_bytes + leap_seconds * (width + 4) +
           standard_marks + utc_marks;
  }
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

Result<Counts> read_header(std::string_view bytes) {
  if (bytes.size() < kHeaderSize || bytes.substr(0, 4) != "TZif")
    return corrupt("it does not start like a zone file ('TZif')");
  if (bytes[4] < '2') return unsupported("it is of version 1, which ends in 2037");
  std::array<std::uint64_t, 6> n{};
  for (std::size_t i = 0; i < n.size(); ++i) n[i] = big_endian(bytes.substr(20 + 4 * i, 4));
  return Counts{n[0], n[1], n[2], n[3], n[4], n[5]};
}

Result<void> check_counts(const Counts& counts) {
  if (counts.leap_seconds != 0)
    return unsupported("it counts leap seconds, as zones below 'right/' do");
  if (counts.types == 0 || counts.types > kMaxTypes || counts.transitions > kMaxTransitions)
    return corrupt(cat("it has ", counts.transitions, " transitions and ", counts.types,
                       " kinds of time; allowed are up to ", kMaxTransitions, " and 1 to ",
                       kMaxTypes));
  return success();
}

Result<std::vector<ZoneSpan>> read_block(std::string_view block, const Counts& counts) {
  const std::string_view times = block.substr(0, counts.transitions * 8);
  const std::string_view kinds = block.substr(times.size(), counts.transitions);
  const std::string_view types = block.substr(times.size() + kinds.size());
  auto offset_of = [&](std::size_t type) {
    const auto raw = static_cast<std::uint32_t>(big_endian(types.substr(type * kTypeSize, 4)));
    return seconds(static_cast<std::int32_t>(raw));
  };
  for (std::size_t i = 0; i < counts.types; ++i)
    if (abs(offset_of(i)) > kMaxOffset)
      return corrupt(cat("an offset of ", offset_of(i).count(), " seconds is out of range"));
  std::vector<ZoneSpan> spans{{UtcSeconds::min(), offset_of(0)}};
  for (std::size_t i = 0; i < counts.transitions; ++i) {
    const auto type = static_cast<unsigned char>(kinds[i]);
    if (type >= counts.types) return corrupt(cat("transition ", i, " has an unknown kind of time"));
    const auto at = static_cast<std::int64_t>(big_endian(times.substr(i * 8, 8)));
    const UtcSeconds begin{seconds(at)};
    if (i > 0 && begin <= spans.back().begin)
      return corrupt(cat("transition ", i, " is not after the one before"));
    if (begin == UtcSeconds::min())
      spans.back().offset = offset_of(type);
    else
      spans.push_back({begin, offset_of(type)});
  }
  return spans;
}

Result<void> append_footer(std::string_view footer, std::vector<ZoneSpan>* spans) {
  if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n')
    return corrupt("its footer is missing or not a line");
  footer = footer.substr(1, footer.size() - 2);
  if (footer.empty()) return success();
  year first{1970};
  if (spans->size() > 1) {
    const UtcSeconds last = spans->back().begin;
    if (last >= UtcSeconds(sys_days(kLastYear / January / 1))) return success();
    if (last > UtcSeconds(sys_days(first / January / 1)))
      first = year_month_day(floor<days>(last)).year();
  }
  for (const ZoneSpan& span : TRY(expand_posix_rule(footer, first, kLastYear)))
    if (spans->back().begin < span.begin && spans->back().offset != span.offset)
      spans->push_back(span);
  return success();
}

Result<std::vector<ZoneSpan>> read_spans(std::string_view bytes) {
  const Counts old_counts = TRY(read_header(bytes));
  const std::uint64_t skip = kHeaderSize + old_counts.block_size(4);
  if (skip > bytes.size()) return corrupt("it ends within its first block");
  bytes.remove_prefix(skip);
  const Counts counts = TRY(read_header(bytes));
  TRY(check_counts(counts));
  bytes.remove_prefix(kHeaderSize);
  if (counts.block_size(8) > bytes.size()) return corrupt("it ends within its second block");
  std::vector<ZoneSpan> spans = TRY(read_block(bytes.substr(0, counts.block_size(8)), counts));
  TRY(append_footer(bytes.substr(counts.block_size(8)), &spans));
  return spans;
}

}  // namespace

Result<TimeZone> read_tzif(std::string_view name, std::string_view bytes) {
  std::vector<ZoneSpan> spans = TRY_CONTEXT(read_spans(bytes), cat("time zone ", name));
  return TimeZone(std::string(name), std::move(spans));
}

}  // namespace sluice
