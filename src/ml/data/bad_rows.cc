#include "ml/data/bad_rows.h"

#include "base/strings.h"

namespace sluice::ml {

namespace {

class Wrapped : public RowSource {
 public:
  explicit Wrapped(std::unique_ptr<RowSource> rows) : rows_(std::move(rows)) {}

  const std::vector<std::string>& header() const override { return rows_->header(); }
  std::uint64_t bytes_read() const override { return rows_->bytes_read(); }
  const SourceFacts& facts() const override { return rows_->facts(); }

 protected:
  RowSource& rows() { return *rows_; }

 private:
  std::unique_ptr<RowSource> rows_;
};

class FailOnBadRows final : public Wrapped {
 public:
  using Wrapped::Wrapped;

  Result<bool> next(CsvBlock& block) override {
    const bool more = TRY(rows().next(block));
    if (!more || block.problem_count == 0) return more;
    const CsvProblem& first = block.problems[0];
    const std::string file = first.position.file == 0 ? cat(facts().files[0], ": ") : "";
    return invalid_input(cat(file, to_string(first.position, facts().files), ": ", first.message));
  }
};

class SetAside final : public Wrapped {
 public:
  SetAside(std::unique_ptr<RowSource> rows, os::AppendFile& aside)
      : Wrapped(std::move(rows)), aside_(aside) {}

  Result<bool> next(CsvBlock& block) override {
    const bool more = TRY(rows().next(block));
    if (more)
      for (const std::string_view row : block.rejected) TRY(aside_.append(row));
    return more;
  }

 private:
  os::AppendFile& aside_;
};

}  // namespace

std::unique_ptr<RowSource> fail_on_bad_rows(std::unique_ptr<RowSource> rows) {
  return std::make_unique<FailOnBadRows>(std::move(rows));
}

Result<std::unique_ptr<RowSource>> set_bad_rows_aside(std::unique_ptr<RowSource> rows,
                                                      os::AppendFile& aside) {
  const SourceFacts& facts = rows->facts();
  if (facts.format != RowFormat::JsonLines && facts.csv.header == HeaderRow::First) {
    std::string header;
    const std::size_t own = rows->header().size() - facts.folder_columns;
    for (std::size_t i = 0; i < own; ++i) {
      if (i > 0) header.push_back(facts.csv.delimiter);
      append_csv_field(header, rows->header()[i], facts.csv.delimiter);
    }
    TRY(aside.append(header + "\n"));
  }
  return std::unique_ptr<RowSource>(std::make_unique<SetAside>(std::move(rows), aside));
}

}  // namespace sluice::ml
