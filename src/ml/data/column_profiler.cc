#include "ml/data/column_profiler.h"

#include <algorithm>
#include <limits>

#include "ml/data/field_words.h"

namespace sluice::ml {

namespace {

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

void ColumnProfiler::add(const CsvBlock& block, std::span<const std::uint32_t> rows) {
  if (rows.empty()) return;
  std::size_t done = 0;
  if (exact_) done = add_to_table(block, rows);
  if (!exact_) add_one_by_one(block, rows.subspan(done));
}

// How many rows were counted: all, or those before there were too many values.
std::size_t ColumnProfiler::add_to_table(const CsvBlock& block,
                                         std::span<const std::uint32_t> rows) {
  const std::string_view* const fields = block.fields.data() + field_;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view text = fields[rows[i] * block.columns];
    if (text.size() > ValueTable::kLongest) {
      overflow();
      return i;
    }
    const bool is_new = table_.add(text);
    if (is_new && table_.size() > max_distinct_ && over_budget()) {
      overflow();
      return i + 1;
    }
  }
  return rows.size();
}

// Spellings of a missing value are in the table too, and are no values.
bool ColumnProfiler::over_budget() {
  if (table_.size() > max_distinct_ + nulls_->spellings().size()) return true;
  std::size_t values = 0;
  table_.for_each(
      [&](std::string_view text, std::uint64_t) { values += nulls_->contains(text) ? 0u : 1u; });
  return values > max_distinct_;
}

void ColumnProfiler::overflow() {
  exact_ = false;
  table_.for_each([&](std::string_view text, std::uint64_t count) {
    if (nulls_->contains(text)) {
      profile_.missing += count;
      return;
    }
    profile_.count_value(text, count);
    profile_.distinct_sketch.add(value_hash(text));
  });
  table_ = ValueTable();
}

void ColumnProfiler::add_one_by_one(const CsvBlock& block, std::span<const std::uint32_t> rows) {
  Decimals decimals;
  const NullSpellings& nulls = *nulls_;
  for (const std::uint32_t row : rows) {
    const std::string_view text = block.fields[row * block.columns + field_];
    if (nulls.contains(text)) {
      ++profile_.missing;
      continue;
    }
    if (text.size() > FieldWords::kMaxBytes) {
      profile_.count_value(text, 1);
      profile_.distinct_sketch.add(value_hash(text));
      continue;
    }
    const FieldWords words = words_of(text);
    profile_.distinct_sketch.add(words.hash());
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
}

ColumnProfile ColumnProfiler::finish(std::string name) {
  profile_.name = std::move(name);
  profile_.distinct_exact = exact_;
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
