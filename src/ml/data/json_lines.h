// JSON Lines: one flat object in each line, its keys the columns. The columns are the keys of the
// objects in the first 64 KB, in order of appearance. A key that an object lacks, and null, are an
// empty field; numbers keep their spelling; an object or array inside one is kept as its text.
//
// A line that is no object, or that brings a key which is no column or stands there twice, is a
// CsvProblem. Rows count lines that are not blank. One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ml/data/row_source.h"

namespace sluice::ml {

class JsonLinesReader final : public RowSource {
 public:
  // InvalidInput when there is no line at all or none of the first is an object.
  static Result<std::unique_ptr<RowSource>> open(std::unique_ptr<os::ReadFile> stream,
                                                 std::string_view name, const CsvOptions& options);

  const std::vector<std::string>& header() const override { return header_; }
  Result<bool> next(CsvBlock& block) override;
  std::uint64_t bytes_read() const override { return bytes_read_; }
  const SourceFacts& facts() const override { return facts_; }

 private:
  class Line;

  JsonLinesReader(std::unique_ptr<os::ReadFile> stream, std::string_view name,
                  const CsvOptions& options);
  Result<void> read_header();
  Result<std::string_view> fill(CsvBlock& block, std::size_t wanted);
  Error too_long() const;
  void add_line(CsvBlock& block, std::string_view line);

  std::unique_ptr<os::ReadFile> stream_;
  std::string name_;
  CsvOptions options_;
  SourceFacts facts_;
  std::vector<std::string> header_;
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::vector<char> rest_;
  CsvPosition next_{1, 1, 1};
  std::uint64_t bytes_read_ = 0;
  bool at_end_ = false;
};

}  // namespace sluice::ml
