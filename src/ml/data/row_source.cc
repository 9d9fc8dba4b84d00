#include "ml/data/row_source.h"

namespace sluice::ml {

namespace {

class CsvSource final : public RowSource {
 public:
  CsvSource(CsvReader reader, SourceFacts facts)
      : reader_(std::move(reader)), facts_(std::move(facts)) {}

  const std::vector<std::string>& header() const override { return reader_.header(); }
  Result<bool> next(CsvBlock& block) override { return reader_.next(block); }
  std::uint64_t bytes_read() const override { return reader_.bytes_read(); }
  const SourceFacts& facts() const override { return facts_; }

 private:
  CsvReader reader_;
  SourceFacts facts_;
};

}  // namespace

std::string_view to_string(RowFormat format) {
  return format == RowFormat::Csv ? "csv" : "json_lines";
}

Result<std::unique_ptr<RowSource>> open_rows(const os::FileReader& files, const os::Path& path,
                                             const ReadOptions& options) {
  return open_rows(TRY(files.open(path)), path.string(), options);
}

Result<std::unique_ptr<RowSource>> open_rows(std::unique_ptr<os::ReadFile> stream,
                                             std::string_view name, const ReadOptions& options) {
  CsvReader reader = TRY(CsvReader::open(std::move(stream), name, options.csv));
  SourceFacts facts{{std::string(name)}, RowFormat::Csv, options.csv};
  return std::unique_ptr<RowSource>(
      std::make_unique<CsvSource>(std::move(reader), std::move(facts)));
}

}  // namespace sluice::ml
