#include "ml/data/column_profiler.h"

#include <algorithm>
#include <limits>

#include "ml/data/field_words.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kSeen = 65536;  // marks of values in a block
// In a block: one left out of each is an error of one in so many. With what is thinned out, and the
// eighth that drop_rare() adds, it stays below the share that is promised.
constexpr std::size_t kManyValues = 768;
static_assert(9 * FrequentValues::kShare * (kManyValues + FrequentValues::kKept + 1) <=
              8 * kManyValues * (FrequentValues::kKept + 1));

constexpr std::array<double, 9> kPowersOfTen = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};

// Short decimals of one block, kept apart from the profile so that they stay in registers.
struct Decimals {
  std::uint64_t pointed = 0;
  std::uint64_t count = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  std::size_t shortest = SIZE_MAX;
  std::size_t longest = 0;

  void add(double value, bool has_point, std::size_t size) {
    pointed += has_point ? 1 : 0;
    ++count;
    min = std::min(min, value);
    max = std::max(max, value);
    shortest = std::min(shortest, size);
    longest = std::max(longest, size);
  }

  void add_to(ColumnProfile& profile) const {
    if (count == 0) return;
    profile.types[static_cast<std::size_t>(ValueType::Number)] += pointed;
    profile.types[static_cast<std::size_t>(ValueType::Integer)] += count - pointed;
    NumberSummary& numbers = profile.numbers;
    numbers.min = numbers.count == 0 ? min : std::min(numbers.min, min);
    numbers.max = numbers.count == 0 ? max : std::max(numbers.max, max);
    numbers.count += count;
    profile.count_length(shortest);
    profile.count_length(longest);
  }
};

}  // namespace

void ColumnProfiler::add(const CsvBlock& block, std::uint64_t number,
                         std::span<const std::uint32_t> rows) {
  new_values_.clear();
  frequent_.clear();
  has_long_ = false;
  missed_one_ = false;
  if (rows.empty()) return;
  if (exact_ && !ordered_->counts_all(number)) end_exactness();
  if (exact_)
    count_all(block, rows);
  else
    count_one_by_one(block, rows);
}

void ColumnProfiler::count_all(const CsvBlock& block, std::span<const std::uint32_t> rows) {
  const std::string_view* const fields = block.fields.data() + field_;
  for (const std::uint32_t row : rows) {
    const std::string_view text = fields[row * block.columns];
    if (text.size() > ValueTable::kLongest)
      count_long(text);
    else if (table_.add(text) && !nulls_->contains(text))
      new_values_.push_back(value_hash(text));
  }
}

void ColumnProfiler::count_long(std::string_view text) {
  if (nulls_->contains(text)) {
    ++profile_.missing;
    return;
  }
  has_long_ = true;
  profile_.distinct_exact = false;
  profile_.count_value(text, 1);
  profile_.distinct_sketch.add(value_hash(text));
}

void ColumnProfiler::put_in_order(std::uint64_t number) {
  if (has_long_) ordered_->set_too_many(number);
  if (!new_values_.empty()) ordered_->add_values(number, new_values_, max_distinct_);
  for (const std::string_view text : frequent_) ordered_->frequent().add(text);
  if (missed_one_) ordered_->frequent().miss_one();
}

// Spellings of a missing value are in the table too, and are no values.
bool ColumnProfiler::has_too_many() const {
  if (table_.size() <= max_distinct_) return false;
  std::size_t values = 0;
  table_.for_each(
      [&](std::string_view text, std::uint64_t) { values += nulls_->contains(text) ? 0u : 1u; });
  return values > max_distinct_;
}

void ColumnProfiler::end_exactness() {
  exact_ = false;
  profile_.distinct_exact = false;
  profile_.frequent.emplace();
  table_.for_each([&](std::string_view text, std::uint64_t count) {
    if (nulls_->contains(text)) {
      profile_.missing += count;
      return;
    }
    profile_.count_value(text, count);
    profile_.distinct_sketch.add(value_hash(text));
    profile_.frequent->values.emplace_back(text, count);
  });
  table_ = ValueTable();
}

// Most values of a column of many are seen once in a block. Only those seen again are worth the
// counting, which leaves at most one of each out.
void ColumnProfiler::look_at(std::string_view text, std::uint64_t hash) {
  if (text.size() > ValueTable::kLongest) return;
  std::uint64_t& seen = seen_[hash % kSeen / 64];
  const std::uint64_t bit = std::uint64_t{1} << hash % 64;
  std::vector<std::string_view>& values = (seen & bit) != 0 ? frequent_ : seen_once_;
  values.push_back(text);
  seen |= bit;
}

void ColumnProfiler::look_at_each(std::string_view text) {
  if (text.size() <= ValueTable::kLongest) frequent_.push_back(text);
}

// Where a block has few values, one left out would be too many.
void ColumnProfiler::look_at_seen_once(std::size_t present) {
  missed_one_ = present >= kManyValues;
  if (!missed_one_) frequent_.insert(frequent_.end(), seen_once_.begin(), seen_once_.end());
}

void ColumnProfiler::count_one_by_one(const CsvBlock& block, std::span<const std::uint32_t> rows) {
  const bool is_small = rows.size() < kManyValues;
  if (!is_small) seen_.assign(kSeen / 64, 0);
  seen_once_.clear();
  std::size_t present = 0;
  Decimals decimals;
  const NullSpellings& nulls = *nulls_;
  for (const std::uint32_t row : rows) {
    const std::string_view text = block.fields[row * block.columns + field_];
    if (nulls.contains(text)) {
      ++profile_.missing;
      continue;
    }
    ++present;
    if (text.size() > FieldWords::kMaxBytes) {
      const std::uint64_t hash = value_hash(text);
      profile_.count_value(text, 1);
      profile_.distinct_sketch.add(hash);
      is_small ? look_at_each(text) : look_at(text, hash);
      continue;
    }
    const FieldWords words = words_of(text);
    const std::uint64_t hash = words.hash();
    profile_.distinct_sketch.add(hash);
    is_small ? look_at_each(text) : look_at(text, hash);
    ShortDecimal decimal;
    if (text.size() - 1 >= 8 || !read_short_decimal(words.first, text.size(), decimal)) {
      profile_.count_value(text, 1);
      continue;
    }
    const double value = static_cast<double>(decimal.digits) / kPowersOfTen[decimal.scale];
    decimals.add(value, decimal.pointed, text.size());
    profile_.moments.add_decimal(decimal.digits, decimal.scale);
    profile_.quantiles.add(value);
  }
  decimals.add_to(profile_);
  look_at_seen_once(present);
}

ColumnProfile ColumnProfiler::finish(std::string name) {
  if (exact_ && (has_too_many() || !profile_.distinct_exact)) end_exactness();
  profile_.name = std::move(name);
  if (exact_) {
    table_.for_each([&](std::string_view text, std::uint64_t count) {
      if (nulls_->contains(text)) {
        profile_.missing += count;
        return;
      }
      profile_.count_value(text, count);
      profile_.values.emplace_back(text, count);
    });
  }
  profile_.distinct = exact_ ? profile_.values.size() : profile_.distinct_sketch.estimate();
  profile_.finish();
  return std::move(profile_);
}

}  // namespace sluice::ml
