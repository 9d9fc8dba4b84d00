#include "ml/data/row_source.h"

#include "base/strings.h"
#include "ml/data/csv_dialect.h"
#include "ml/data/json_lines.h"
#include "ml/data/many_files.h"
#include "ml/data/parquet_rows.h"
#include "ml/data/peek_stream.h"
#include "ml/data/unpack.h"

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

constexpr std::size_t kHead = 64u << 10;

// The text of a file, unpacked where it is packed.
Result<std::unique_ptr<PeekStream>> open_text(std::unique_ptr<os::ReadFile> stream) {
  auto stored = std::make_unique<PeekStream>(std::move(stream));
  const Packing packing = packing_of(TRY(stored->peek(4)));
  if (packing == Packing::None) return stored;
  return std::make_unique<PeekStream>(unpacking_stream(std::move(stored), packing));
}

std::string_view without_packing(std::string_view name) {
  for (const std::string_view ending : {".gz", ".zst", ".zstd"})
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  return name;
}

// Without byte order mark and white space before it.
std::string_view content_of(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  return trim(head);
}

// By its name, or because the first thing in it opens an object that is closed in its line.
bool is_json_lines(std::string_view head, std::string_view name) {
  name = without_packing(name);
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return true;
  const bool whole = head.size() < kHead;
  head = content_of(head);
  const std::size_t newline = head.find('\n');
  const std::string_view line = trim(head.substr(0, newline));
  return line.starts_with('{') && trim(line.substr(1)).starts_with('"') &&
         (line.ends_with('}') || (newline == std::string_view::npos && !whole));
}

// JSON that is not one object a line.
std::string_view no_rows_of(std::string_view head) {
  head = content_of(head);
  if (head.empty()) return {};
  const std::string_view inside = trim(head.substr(1));
  const bool array = head[0] == '[' && (inside.starts_with('{') || inside.starts_with(']'));
  if (array) return "a JSON array; write one object a line (jq -c '.[]')";
  if (head[0] == '{' && inside.starts_with('"') && inside.data() > head.data() + 1)
    return "JSON over several lines; write one object a line (jq -c .)";
  return {};
}

// Of a pipe, which has no path of its own, none.
std::optional<std::uint64_t> size_of_regular(const os::FileReader& files, const os::Path& path) {
  const auto target = files.resolve(path);
  if (!target.ok()) return std::nullopt;
  const auto info = files.stat(*target);
  if (!info.ok() || info->kind != os::FileKind::Regular) return std::nullopt;
  return info->size;
}

// Parquet is read from its end, and so from a file that can be sought in.
Result<std::unique_ptr<RowSource>> open_file(const os::FileReader& files, const os::Path& path,
                                             const ReadOptions& options) {
  auto stream = std::make_unique<PeekStream>(TRY(files.open(path)));
  if (is_parquet(TRY_CONTEXT(stream->peek(4), path.string())) &&
      parquet_support() == ParquetSupport::Built)
    if (const auto size = size_of_regular(files, path))
      return open_parquet(TRY(files.open(path)), *size, path.string(), options.csv);
  return open_rows(std::move(stream), path.string(), options);
}

}  // namespace

std::string_view to_string(RowFormat format) {
  switch (format) {
    case RowFormat::Csv:
      return "csv";
    case RowFormat::JsonLines:
      return "json_lines";
    case RowFormat::Parquet:
      return "parquet";
  }
  UNREACHABLE();
}

Result<std::unique_ptr<RowSource>> open_rows(const os::FileReader& files, const Inputs& inputs,
                                             const ReadOptions& options) {
  const auto open_one = [&files,
                         options](const os::Path& one) -> Result<std::unique_ptr<RowSource>> {
    if (one == "-") return open_rows(TRY(files.open("/dev/stdin")), "standard input", options);
    return open_file(files, one, options);
  };
  std::vector<InputFile> found = TRY(find_inputs(files, inputs));
  if (found.size() == 1 && found[0].partition.empty()) return open_one(found[0].path);
  return read_many_files(std::move(found), open_one);
}

Result<std::unique_ptr<RowSource>> open_rows(std::unique_ptr<os::ReadFile> stream,
                                             std::string_view name, const ReadOptions& options) {
  auto text = TRY_CONTEXT(open_text(std::move(stream)), name);
  const std::string_view head = TRY_CONTEXT(text->peek(kHead), name);
  if (is_parquet(head)) return parquet_refusal(name);
  if (name.ends_with(".parquet") && !head.empty())
    return invalid_input(
        cat(name, ": byte 1: a Parquet file begins with PAR1, which this does not"));
  if (is_json_lines(head, name)) return JsonLinesReader::open(std::move(text), name, options.csv);
  if (const auto what = no_rows_of(head); !what.empty())
    return invalid_input(cat(name, ": this is ", what));
  CsvOptions csv = options.csv;
  if (csv.dialect == Dialect::Sniffed) csv.delimiter = sniff_delimiter(head, csv);
  csv.dialect = Dialect::Given;
  CsvReader reader = TRY(CsvReader::open(std::move(text), name, csv));
  SourceFacts facts{{std::string(name)}, RowFormat::Csv, csv, 0};
  return std::unique_ptr<RowSource>(
      std::make_unique<CsvSource>(std::move(reader), std::move(facts)));
}

}  // namespace sluice::ml
