#include "ml/data/frequent_values.h"

#include <algorithm>
#include <unordered_map>

namespace sluice::ml {

void sort_values(CountedValues& values) {
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
}

namespace {

void take_from_all(FrequentValues& frequent, std::uint64_t less) {
  frequent.error += less;
  std::erase_if(frequent.values, [&](const auto& value) { return value.second <= less; });
  for (auto& [_, count] : frequent.values) count -= less;
}

}  // namespace

void FrequentValues::add(const FrequentValues& other) {
  std::unordered_map<std::string, std::uint64_t> counts(values.begin(), values.end());
  for (const auto& [text, count] : other.values) counts[text] += count;
  values.assign(counts.begin(), counts.end());
  error += other.error;
}

void FrequentValues::thin() {
  sort_values(values);
  if (values.size() > kKept) take_from_all(*this, values[kKept].second);
}

void FrequentValues::drop_rare() {
  take_from_all(*this, error / 8);
}

FrequentValues FrequentCounter::found() const {
  FrequentValues found;
  found.error = error_;
  table_.for_each(
      [&](std::string_view text, std::uint64_t count) { found.values.emplace_back(text, count); });
  return found;
}

// A string has as many readable bytes behind it as a short value needs.
void FrequentCounter::thin() {
  FrequentValues all = found();
  all.thin();
  error_ = all.error;
  table_ = ValueTable();
  for (const auto& [text, count] : all.values) table_.add(text, count);
}

}  // namespace sluice::ml
