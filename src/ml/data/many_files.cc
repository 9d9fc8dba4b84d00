#include "ml/data/many_files.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::ml {

namespace {

class ManyFiles final : public RowSource {
 public:
  ManyFiles(std::vector<InputFile> inputs, OpenOne open)
      : inputs_(std::move(inputs)), open_(std::move(open)) {
    for (InputFile& one : inputs_)
      for (auto& [_, value] : one.partition) value.reserve(value.size() + kFieldPadding);
  }

  Result<void> start();

  const std::vector<std::string>& header() const override { return header_; }
  Result<bool> next(CsvBlock& block) override;
  std::uint64_t bytes_read() const override { return finished_bytes_ + rows_->bytes_read(); }
  const SourceFacts& facts() const override { return facts_; }

 private:
  const InputFile& input() const { return inputs_[at_]; }
  Result<void> open_next();
  Result<void> match_columns();
  void finish_rows(CsvBlock& block) const;

  std::vector<InputFile> inputs_;
  OpenOne open_;
  std::size_t at_ = 0;
  std::unique_ptr<RowSource> rows_;
  std::vector<std::string> header_;
  std::vector<std::size_t> order_;  // field of the open file for each of its columns in header_
  SourceFacts facts_;
  std::uint64_t finished_bytes_ = 0;
};

std::vector<std::string> names_of(const InputFile& input) {
  std::vector<std::string> names;
  for (const auto& [name, _] : input.partition) names.push_back(name);
  return names;
}

Result<void> ManyFiles::start() {
  rows_ = TRY(open_(input().path));
  facts_ = rows_->facts();
  facts_.files.clear();
  for (const InputFile& one : inputs_) {
    facts_.files.push_back(one.path.string());
    if (names_of(one) != names_of(input()))
      return invalid_input(cat(one.path.string(), ": its folders have the columns (",
                               join(names_of(one), ", "), ") where those of ",
                               input().path.string(), " have (", join(names_of(input()), ", "),
                               ")"));
  }
  header_ = rows_->header();
  facts_.folder_columns = input().partition.size();
  for (const std::string& name : names_of(input())) {
    if (std::find(header_.begin(), header_.end(), name) != header_.end())
      return invalid_input(cat(input().path.string(), ": the column '", name,
                               "' is in the file and in the name of its folder"));
    header_.push_back(name);
  }
  return match_columns();
}

Result<void> ManyFiles::match_columns() {
  order_.clear();
  const std::vector<std::string>& found = rows_->header();
  const std::size_t own = header_.size() - input().partition.size();
  for (std::size_t i = 0; i < own; ++i) {
    const auto place = std::find(found.begin(), found.end(), header_[i]);
    if (place == found.end())
      return invalid_input(cat(input().path.string(), ": there is no column '", header_[i],
                               "', which ", inputs_[0].path.string(), " has",
                               did_you_mean(header_[i], found)));
    order_.push_back(static_cast<std::size_t>(place - found.begin()));
  }
  for (const std::string& name : found)
    if (std::find(header_.begin(), header_.end(), name) == header_.end())
      return invalid_input(cat(input().path.string(), ": the column '", name, "' is not one of ",
                               inputs_[0].path.string()));
  return success();
}

Result<void> ManyFiles::open_next() {
  finished_bytes_ += rows_->bytes_read();
  ++at_;
  rows_ = TRY(open_(input().path));
  return match_columns();
}

// Puts the fields in the order of the header, adds those of the folders, and names the file.
void ManyFiles::finish_rows(CsvBlock& block) const {
  if (inputs_.size() > 1) {
    for (CsvPosition& position : block.rows) position.file = static_cast<std::uint32_t>(at_ + 1);
    for (CsvProblem& problem : block.problems)
      problem.position.file = static_cast<std::uint32_t>(at_ + 1);
  }
  if (input().partition.empty() && std::is_sorted(order_.begin(), order_.end())) return;
  std::vector<std::string_view> fields;
  fields.reserve(block.rows.size() * header_.size());
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    const auto found = block.row(row);
    for (const std::size_t field : order_) fields.push_back(found[field]);
    for (const auto& [_, value] : input().partition) fields.push_back(value);
  }
  block.fields = std::move(fields);
  block.columns = header_.size();
}

Result<bool> ManyFiles::next(CsvBlock& block) {
  while (!TRY(rows_->next(block))) {
    if (at_ + 1 == inputs_.size()) return false;
    TRY(open_next());
  }
  finish_rows(block);
  return true;
}

}  // namespace

Result<std::unique_ptr<RowSource>> read_many_files(std::vector<InputFile> inputs, OpenOne open) {
  auto rows = std::make_unique<ManyFiles>(std::move(inputs), std::move(open));
  TRY(rows->start());
  return std::unique_ptr<RowSource>(std::move(rows));
}

}  // namespace sluice::ml
