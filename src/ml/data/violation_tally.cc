#include "ml/data/violation_tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kShownGroups = 10;
// A group is worth a remark when it holds most of the violations though not most of the rows.
constexpr std::uint64_t kFewestForRemark = 3;
constexpr double kMostViolations = 0.8;
constexpr double kSmallestLift = 1.5;

std::string group_remark(const ViolationGroup& group, std::uint64_t violations) {
  const std::string where = cat(group.column, " = ", shortened(group.value));
  const std::string what = group.violations == violations
                               ? cat("all ", grouped(violations), " have ", where)
                               : fmt::format("{} of the {} have {}", grouped(group.violations),
                                             grouped(violations), where);
  if (group.violations == group.rows) return cat(what, ", and that is every row with ", where);
  return cat(what, " (", grouped(group.rows), " rows have it)");
}

bool is_remarkable(const ViolationGroup& group, std::uint64_t violations,
                   std::uint64_t total_rows) {
  const double share = static_cast<double>(group.violations) / static_cast<double>(violations);
  const double usual = static_cast<double>(group.rows) / static_cast<double>(total_rows);
  return violations >= kFewestForRemark && share >= kMostViolations &&
         share >= kSmallestLift * usual;
}

}  // namespace

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return cat(text.substr(0, end), "…");
}

ValueTally::Counts::value_type& ValueTally::find_or_add(std::string_view value) {
  auto known = counts_.find(value);
  if (known == counts_.end()) known = counts_.emplace(value, 0).first;
  return *known;
}

void ValueTally::add(std::string_view value) {
  if (given_up_) return;
  if (value.size() <= FieldWords::kMaxBytes) {
    if (shortcuts_.empty()) shortcuts_.resize(kShortcuts);
    const FieldWords words = words_of(value);
    Shortcut& shortcut = shortcuts_[words.hash() % kShortcuts];
    if (shortcut.entry == nullptr || shortcut.words != words)
      shortcut = {words, &find_or_add(value)};
    ++shortcut.entry->second;
  } else {
    if (last_ == nullptr || last_->first != value) last_ = &find_or_add(value);
    ++last_->second;
  }
  if (counts_.size() <= kMaxValues) return;
  given_up_ = true;
  last_ = nullptr;
  shortcuts_ = {};
  counts_ = {};
}

std::uint64_t ValueTally::count(std::string_view value) const {
  const auto known = counts_.find(value);
  return known == counts_.end() ? 0 : known->second;
}

std::vector<std::pair<std::string, std::uint64_t>> ValueTally::sorted() const {
  std::vector<std::pair<std::string, std::uint64_t>> all(counts_.begin(), counts_.end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return all;
}

bool ViolationTally::is_tolerated(double mostly, std::uint64_t judged) const {
  if (count_ == 0 || judged == 0) return true;
  return static_cast<double>(judged - count_) / static_cast<double>(judged) >= mostly;
}

void ViolationTally::add_groups(const CsvBlock& block, std::size_t row) {
  for (std::size_t i = 0; i < tallies_.size(); ++i)
    tallies_[i].add(block.fields[row * block.columns + (*groups_)[i].field]);
}

void ViolationTally::add(const CsvBlock& block, std::size_t row, std::string_view value) {
  ++count_;
  add_groups(block, row);
  if (samples_.size() < max_samples_)
    samples_.push_back({block.rows[row], shortened(value), std::nullopt});
}

void ViolationTally::add_repeat(const CsvBlock& block, std::size_t row, std::string_view value,
                                const CsvPosition& earlier) {
  ++count_;
  add_groups(block, row);
  if (samples_.size() < max_samples_)
    samples_.push_back({block.rows[row], shortened(value), earlier});
}

void ViolationTally::fill_groups(Violation& violation, std::size_t group,
                                 std::uint64_t total_rows) const {
  const GroupColumn& column = (*groups_)[group];
  const auto& columns = violation.columns;
  if (std::find(columns.begin(), columns.end(), column.name) != columns.end()) return;
  if (column.rows.given_up()) return;  // how many rows each value has is not known
  const auto sorted = tallies_[group].sorted();
  for (std::size_t i = 0; i < std::min(sorted.size(), kShownGroups); ++i) {
    const auto& [value, count] = sorted[i];
    violation.groups.push_back({column.name, value, count, column.rows.count(value)});
    if (i == 0 && is_remarkable(violation.groups.back(), count_, total_rows))
      violation.remarks.push_back(group_remark(violation.groups.back(), count_));
  }
}

void ViolationTally::fill(Violation& violation, std::uint64_t total_rows) const {
  violation.count = count_;
  violation.samples = samples_;
  for (std::size_t i = 0; i < tallies_.size(); ++i) fill_groups(violation, i, total_rows);
}

}  // namespace sluice::ml
