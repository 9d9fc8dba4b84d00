#include "ml/data/foreign_key_check.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/data/hash64.h"
#include "ml/data/number.h"
#include "ml/data/row_source.h"

namespace sluice::ml {
namespace {

// 7, 7.0 and 07 are other spellings of one number, but codes keep their zeros: by text, and 7.0
// as 7.
std::uint64_t value_hash(std::string_view text, std::uint64_t seed) {
  if (text.find('.') != std::string_view::npos)
    if (const auto number = parse_number(text)) return hash64(number_text(*number), seed);
  return hash64(text, seed);
}

// Nothing where a value is missing.
std::optional<std::uint64_t> key_hash(const CsvBlock& block, std::size_t row,
                                      const std::vector<std::size_t>& fields,
                                      const NullSpellings& nulls) {
  std::uint64_t state = 0;
  for (const std::size_t field : fields) {
    const std::string_view text = block.fields[row * block.columns + field];
    if (nulls.contains(text)) return std::nullopt;
    state = value_hash(text, state);
  }
  return state;
}

Result<std::vector<std::size_t>> fields_of(const std::vector<std::string>& names,
                                           const std::vector<std::string>& header,
                                           std::string_view file) {
  std::vector<std::size_t> fields;
  for (const std::string& name : names) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end())
      return Error(ErrorCode::NotFound,
                   cat(file, " has no column '", name, "'", did_you_mean(name, header)));
    fields.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  return fields;
}

Result<std::unordered_set<std::uint64_t>> read_keys(const os::FileReader& files,
                                                    const os::Path& path, const ForeignKey& key,
                                                    const NullSpellings& nulls) {
  ReadOptions options;
  options.csv.dialect = Dialect::Sniffed;
  const auto source = TRY(open_rows(files, path, options));
  const auto fields = TRY(fields_of(key.refers_to, source->header(), path.string()));
  std::unordered_set<std::uint64_t> known;
  CsvBlock block;
  while (TRY(source->next(block))) {
    for (std::size_t row = 0; row < block.rows.size(); ++row)
      if (const auto hash = key_hash(block, row, fields, nulls)) known.insert(*hash);
    if (known.size() > ForeignKeyCheck::kMostKeys)
      return Error(ErrorCode::ResourceExhausted, cat(path.string(), " has more than ",
                                                     grouped(ForeignKeyCheck::kMostKeys), " keys"));
  }
  return known;
}

}  // namespace

ForeignKeyCheck::ForeignKeyCheck(const ForeignKey& key, std::vector<std::size_t> fields,
                                 std::unordered_set<std::uint64_t> known,
                                 const NullSpellings& nulls, const std::vector<GroupColumn>& groups,
                                 std::size_t max_samples)
    : key_(key),
      fields_(std::move(fields)),
      known_(std::move(known)),
      nulls_(nulls),
      strangers_(groups, max_samples) {}

Result<ForeignKeyCheck> ForeignKeyCheck::create(const os::FileReader& files, const os::Path& folder,
                                                const ForeignKey& key,
                                                const std::vector<std::string>& header,
                                                const NullSpellings& nulls,
                                                const std::vector<GroupColumn>& groups,
                                                std::size_t max_samples) {
  auto fields = TRY(fields_of(key.columns, header, "the file"));
  auto known = TRY(read_keys(files, folder / key.file, key, nulls));
  return ForeignKeyCheck(key, std::move(fields), std::move(known), nulls, groups, max_samples);
}

std::string ForeignKeyCheck::row_text(const CsvBlock& block, std::size_t row) const {
  std::string text;
  for (std::size_t i = 0; i < fields_.size(); ++i)
    text += cat(i == 0 ? "" : ", ", key_.columns[i], " = ",
                block.fields[row * block.columns + fields_[i]]);
  return text;
}

void ForeignKeyCheck::check(const CsvBlock& block) {
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    const auto hash = key_hash(block, row, fields_, nulls_);
    if (!hash) continue;
    ++judged_;
    if (!known_.contains(*hash)) strangers_.add(block, row, row_text(block, row));
  }
}

void ForeignKeyCheck::report(std::vector<Violation>& violations, std::uint64_t total_rows) const {
  if (strangers_.is_tolerated(key_.mostly, judged_)) return;
  Violation violation{.rule = Rule::ForeignKey, .columns = key_.columns};
  violation.severity = key_.severity;
  violation.message = cat("(", join(key_.columns, ", "), ") of ", rows_text(strangers_.count()),
                          " is not among (", join(key_.refers_to, ", "), ") of ", key_.file);
  strangers_.fill(violation, total_rows);
  violations.push_back(std::move(violation));
}

}  // namespace sluice::ml
