#include "ml/data/column_profile.h"

#include <algorithm>
#include <cmath>

#include "ml/data/field_words.h"

namespace sluice::ml {

double NumberSummary::deviation() const {
  return count == 0 ? 0 : std::sqrt(squares / static_cast<double>(count));
}

std::uint64_t ColumnProfile::present() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t n : types) sum += n;
  return sum;
}

void ColumnProfile::count_length(std::size_t bytes) {
  shortest = std::min(shortest, bytes);
  longest = std::max(longest, bytes);
}

void ColumnProfile::count_date(double seconds) {
  if (!dates) dates.emplace(seconds, seconds);
  dates->first = std::min(dates->first, seconds);
  dates->second = std::max(dates->second, seconds);
}

void ColumnProfile::count_value(std::string_view text, std::uint64_t count) {
  Value value = classify(text);
  value.number += 0.0;  // of two zeros, which are equal, the first one seen would be the smallest
  types[static_cast<std::size_t>(value.type)] += count;
  count_length(text.size());
  if (value.type == ValueType::Date || value.type == ValueType::Timestamp) count_date(value.number);
  if (value.type == ValueType::Text) patterns.add(text, count);
  if (value.type != ValueType::Integer && value.type != ValueType::Number) return;
  if (numbers.count == 0) numbers.min = numbers.max = value.number;
  numbers.min = std::min(numbers.min, value.number);
  numbers.max = std::max(numbers.max, value.number);
  numbers.count += count;
  quantiles.add(value.number, count);
  ShortDecimal decimal;
  std::array<char, FieldWords::kMaxBytes> padded{};
  const bool is_short = !text.empty() && text.size() <= 8;
  if (is_short) std::copy(text.begin(), text.end(), padded.begin());
  if (is_short &&
      read_short_decimal(words_of({padded.data(), text.size()}).first, text.size(), decimal))
    moments.add_decimal(decimal.digits, decimal.scale, count);
  else
    moments.add(value.number, count);
}

void ColumnProfile::finish() {
  if (present() == 0) shortest = 0;
  if (numbers.count > 0) {
    numbers.mean = moments.mean(numbers.count);
    numbers.squares = moments.squared_differences(numbers.count);
  }
  sort_values(values);
}

namespace {

void merge_numbers(NumberSummary& to, const NumberSummary& from) {
  if (from.count == 0) return;
  if (to.count == 0) {
    to = from;
    return;
  }
  to.min = std::min(to.min, from.min);
  to.max = std::max(to.max, from.max);
  to.count += from.count;
}

std::optional<FrequentValues> frequent_of(const ColumnProfile& column) {
  if (column.distinct_exact) return FrequentValues{column.values, 0};
  return column.frequent;
}

// Values become an estimate when there are more of them than are kept.
void merge_values(ColumnProfile& to, const ColumnProfile& from, std::size_t max_distinct) {
  auto frequent = frequent_of(to);
  const auto others = frequent_of(from);
  if (frequent && others) frequent->add(*others);
  if (to.distinct_exact && from.distinct_exact && frequent->values.size() <= max_distinct) {
    to.values = std::move(frequent->values);
    to.distinct = to.values.size();
    return;
  }
  to.frequent = others ? std::move(frequent) : std::nullopt;
  for (const auto& [text, _] : to.values) to.distinct_sketch.add(value_hash(text));
  for (const auto& [text, _] : from.values) to.distinct_sketch.add(value_hash(text));
  to.distinct_sketch.merge(from.distinct_sketch);
  to.values.clear();
  to.distinct_exact = false;
  to.distinct = to.distinct_sketch.estimate();
}

}  // namespace

void ColumnProfile::merge(const ColumnProfile& other, std::size_t max_distinct) {
  merge_part(other, max_distinct);
  if (frequent) frequent->thin();
}

void ColumnProfile::end_parts(const FrequentValues& frequent_in_order) {
  if (!frequent) return;
  frequent->add(frequent_in_order);
  frequent->thin();
  frequent->drop_rare();
}

void ColumnProfile::merge_part(const ColumnProfile& other, std::size_t max_distinct) {
  missing += other.missing;
  if (other.present() > 0) {
    shortest = present() == 0 ? other.shortest : std::min(shortest, other.shortest);
    longest = std::max(longest, other.longest);
  }
  for (std::size_t i = 0; i < types.size(); ++i) types[i] += other.types[i];
  merge_numbers(numbers, other.numbers);
  moments.merge(other.moments);
  quantiles.merge(other.quantiles);
  if (other.dates) {
    count_date(other.dates->first);
    count_date(other.dates->second);
  }
  patterns.merge(other.patterns);
  merge_values(*this, other, max_distinct);
  finish();
}

}  // namespace sluice::ml
