#include "ml/data/key_check.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "ml/data/hash64.h"

namespace sluice::ml {

KeyCheck::KeyCheck(Columns columns, const NullSpellings& nulls,
                   const std::vector<GroupColumn>& groups, std::size_t max_samples,
                   std::size_t max_slots)
    : columns_(std::move(columns)),
      nulls_(nulls),
      seen_(max_slots),
      repeats_(groups, max_samples) {}

std::uint64_t KeyCheck::hash(const CsvBlock& block, std::size_t row) const {
  const std::string_view* fields = &block.fields[row * block.columns];
  if (columns_.rule == Rule::Unique && nulls_.contains(fields[columns_.fields[0]])) return 0;
  std::uint64_t state = 0;
  for (const std::size_t field : columns_.fields) state = hash64(fields[field], state);
  return state == 0 ? 1 : state;
}

// "store = 2, week = 40".
std::string KeyCheck::text(const CsvBlock& block, std::size_t row) const {
  std::string text;
  for (std::size_t i = 0; i < columns_.fields.size(); ++i)
    text += cat(i == 0 ? "" : ", ", columns_.names[i], " = ",
                block.fields[row * block.columns + columns_.fields[i]]);
  return text;
}

void KeyCheck::add(const CsvBlock& block) {
  hashes_.clear();
  for (std::size_t row = 0; row < block.rows.size(); ++row)
    if (const std::uint64_t h = hash(block, row); h != 0) hashes_.push_back(h);
  seen_.add(hashes_);
}

void KeyCheck::add_again(const CsvBlock& block) {
  second_pass_ = true;
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    const std::uint64_t h = hash(block, row);
    if (h == 0 || !seen_.repeated().contains(h)) continue;
    const std::string key = text(block, row);
    const auto [first, fresh] = first_.emplace(key, block.rows[row]);
    if (!fresh) repeats_.add_repeat(block, row, key, first->second);
  }
}

bool KeyCheck::counted_exactly() const {
  return second_pass_ && seen_.sampling() == 1 && seen_.repeated().size() < KeySet::kMaxRepeated;
}

std::string KeyCheck::name() const {
  return columns_.rule == Rule::Unique ? cat("'", columns_.names[0], "'")
                                       : cat("the key (", join(columns_.names, ", "), ")");
}

void KeyCheck::report(std::vector<Violation>& violations, std::vector<std::string>& notes,
                      std::uint64_t total_rows) const {
  if (seen_.sampling() > 1)
    notes.push_back(fmt::format(
        "{}: one in {} different values was compared; all of them do not fit into the memory set "
        "aside",
        name(), grouped(seen_.sampling())));
  // Without a second pass only the number is known.
  if (repeats_.count() == 0 && seen_.repeats() == 0) return;
  if (repeats_.count() == 0 && second_pass_) return;
  Violation violation{.rule = columns_.rule, .columns = columns_.names};
  violation.severity = columns_.severity;
  repeats_.fill(violation, total_rows);
  if (!counted_exactly()) {
    violation.count = std::max(seen_.repeats(), violation.count);
    violation.exactness = Exactness::Estimate;
    violation.groups.clear();
    violation.remarks = {"counted by hash; the rows shown were compared"};
  }
  violation.message = fmt::format("{} must be unique, but {}{} {} an earlier row", name(),
                                  counted_exactly() ? "" : "about ", rows_text(violation.count),
                                  violation.count == 1 ? "repeats" : "repeat");
  violations.push_back(std::move(violation));
}

}  // namespace sluice::ml
