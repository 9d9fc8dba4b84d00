#include "ml/data/frequent_values.h"

#include <algorithm>
#include <array>
#include <functional>
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

// As FrequentValues::thin(), without a look at the texts of those that go.
void FrequentCounter::thin() {
  std::vector<std::uint64_t> counts;
  table_.for_each([&](std::string_view, std::uint64_t count) { counts.push_back(count); });
  const auto first_to_go = counts.begin() + FrequentValues::kKept;
  std::nth_element(counts.begin(), first_to_go, counts.end(), std::greater<>());
  const std::uint64_t less = *first_to_go;
  ValueTable kept;
  table_.for_each([&](std::string_view text, std::uint64_t count) {
    if (count <= less) return;
    // Reading a short value takes bytes behind it.
    std::array<char, FieldWords::kMaxBytes> padded{};
    const bool is_short = text.size() <= padded.size();
    if (is_short) std::copy(text.begin(), text.end(), padded.begin());
    kept.add(is_short ? std::string_view(padded.data(), text.size()) : text, count - less);
  });
  table_ = std::move(kept);
  error_ += less;
}

}  // namespace sluice::ml
