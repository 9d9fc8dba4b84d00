#include "ml/data/profile_mask.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/data/field_words.h"

namespace sluice::ml {

namespace {

bool is_one_of(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

ColumnProfile masked(const ColumnProfile& column) {
  ColumnProfile kept;
  kept.name = column.name;
  kept.missing = column.missing;
  kept.types[static_cast<std::size_t>(ValueType::Text)] = column.present();
  kept.shortest = column.shortest;
  kept.longest = column.longest;
  kept.patterns.give_up();
  kept.distinct_exact = false;
  kept.distinct_sketch = column.distinct_sketch;
  for (const auto& [text, _] : column.values) kept.distinct_sketch.add(value_hash(text));
  kept.distinct = kept.distinct_sketch.estimate();
  return kept;
}

void mask_all(std::vector<ColumnProfile>& columns, const std::vector<std::string>& names) {
  for (ColumnProfile& column : columns)
    if (is_one_of(names, column.name)) column = masked(column);
}

}  // namespace

Result<void> mask_columns(DataProfile& profile, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const ColumnProfile& column : profile.columns) known.push_back(column.name);
  for (const std::string& name : names) {
    if (!is_one_of(known, name))
      return not_found(
          cat("there is no column '", name, "' to be masked", did_you_mean(name, known)));
    if (is_one_of(profile.by, name))
      return invalid_input(cat("'", name, "' cannot be masked: rows are grouped by its values"));
  }
  mask_all(profile.columns, names);
  for (GroupProfile& group : profile.groups) mask_all(group.columns, names);
  return success();
}

}  // namespace sluice::ml
