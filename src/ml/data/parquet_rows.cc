#include "ml/data/parquet_rows.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>

#include "base/encoding.h"
#include "base/strings.h"
#include "ml/data/parquet_module.h"

namespace sluice::ml {

namespace {

#ifdef SLUICE_PARQUET_MODULE
constexpr const char* kModulePath = SLUICE_PARQUET_MODULE;
#else
constexpr const char* kModulePath = nullptr;
#endif

// Never unloaded, like libxgboost: Arrow keeps threads and thread-local data.
Result<const ParquetModule*> load_module() {
  if (kModulePath == nullptr)
    return Error(ErrorCode::Unavailable,
                 "built without Apache Arrow, which Debian does not package");
  void* const library = dlopen(kModulePath, RTLD_LAZY | RTLD_LOCAL);
  void* const symbol = library == nullptr ? nullptr : dlsym(library, kParquetModuleSymbol);
  if (symbol == nullptr)
    return Error(ErrorCode::Unavailable,
                 cat("the module that reads Parquet belongs beside sluice and cannot be loaded (",
                     dlerror(), ")"));
  return static_cast<const ParquetModule*>(symbol);
}

// A file from which the module reads.
struct Input {
  std::unique_ptr<os::ReadFile> file;
  std::int64_t at = 0;
  std::optional<Error> error = {};

  Result<std::int64_t> read(std::int64_t offset, std::span<char> to) {
    if (offset != at) TRY(file->seek(static_cast<std::uint64_t>(offset)));
    at = offset;
    std::size_t done = 0;
    while (done < to.size()) {
      const std::size_t n = TRY(file->read(to.subspan(done)));
      if (n == 0) break;
      done += n;
      at += static_cast<std::int64_t>(n);
    }
    return static_cast<std::int64_t>(done);
  }
};

std::int64_t read_input(void* context, std::int64_t offset, void* to, std::int64_t size) {
  Input& input = *static_cast<Input*>(context);
  auto done = input.read(offset, {static_cast<char*>(to), static_cast<std::size_t>(size)});
  if (done.ok()) return *done;
  input.at = -1;
  input.error = std::move(done).error();
  return -1;
}

std::string_view view_of(ParquetText text) {
  return {text.data, text.size};
}

// Messages quote the file, which may hold anything.
std::string printable(std::string_view text) {
  std::string shown = to_valid_utf8(text.substr(0, 500));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c >= '\0' && c < ' '; }, ' ');
  return shown;
}

bool is_clean(std::string_view text) {
  return std::memchr(text.data(), 0, text.size()) == nullptr && is_valid_utf8(text);
}

class ParquetSource final : public RowSource {
 public:
  ParquetSource(std::unique_ptr<os::ReadFile> file, std::string_view name,
                const CsvOptions& options)
      : input_{std::move(file)}, name_(name) {
    facts_ = {{name_}, RowFormat::Parquet, options, 0};
    facts_.csv.header = HeaderRow::First;
  }

  Result<void> open(const ParquetModule& module, std::uint64_t size);

  const std::vector<std::string>& header() const override { return header_; }
  Result<bool> next(CsvBlock& block) override;
  std::uint64_t bytes_read() const override { return bytes_read_; }
  const SourceFacts& facts() const override { return facts_; }

 private:
  Error failure();
  void sort_out(const ParquetRows& rows, CsvBlock& block);
  void fill(const ParquetRows& rows, CsvBlock& block);
  std::string csv_row(const ParquetRows& rows, std::size_t row) const;

  Input input_;
  std::string name_;
  SourceFacts facts_;
  std::unique_ptr<ParquetReader> reader_;
  std::vector<std::string> header_;
  std::uint64_t rows_before_ = 0;  // of the block
  std::uint64_t bytes_read_ = 0;
  std::vector<std::size_t> bad_rows_;  // of the block, in order
  std::vector<std::string> rejected_;  // their text
};

// Reading the file failed, or what was read is no good.
Error ParquetSource::failure() {
  if (input_.error) return std::move(*input_.error).with_context("read " + name_);
  return invalid_input(cat(name_, ": ", printable(view_of(reader_->error()))));
}

Result<void> ParquetSource::open(const ParquetModule& module, std::uint64_t size) {
  ParquetInput input;
  input.file = &input_;
  input.read_at = read_input;
  input.size = static_cast<std::int64_t>(size);
  input.max_columns = facts_.csv.max_columns;
  input.max_row_bytes = facts_.csv.max_record_bytes;
  input.block_bytes = facts_.csv.block_bytes;
  reader_.reset(module.open(input));
  if (reader_->error().size > 0) return failure();
  for (std::size_t i = 0; i < reader_->columns(); ++i) {
    header_.emplace_back(view_of(reader_->column(i)));
    if (!is_clean(header_.back()))
      return invalid_input(cat(name_, ": the name of column ", i + 1, " is not valid UTF-8"));
  }
  return success();
}

struct RowText {
  std::uint64_t begin;
  std::uint64_t end;
};

RowText row_text(const ParquetRows& rows, std::size_t row, std::size_t columns) {
  const std::size_t first = row * columns;
  return {first == 0 ? 0 : rows.ends[first - 1] + 1, rows.ends[first + columns - 1]};
}

std::string ParquetSource::csv_row(const ParquetRows& rows, std::size_t row) const {
  std::string line;
  std::uint64_t begin = row_text(rows, row, header_.size()).begin;
  for (std::size_t i = row * header_.size(); i < (row + 1) * header_.size(); ++i) {
    if (!line.empty() || i > row * header_.size()) line.push_back(facts_.csv.delimiter);
    append_csv_field(line, view_of(rows.text).substr(begin, rows.ends[i] - begin),
                     facts_.csv.delimiter);
    begin = rows.ends[i] + 1;
  }
  return line + "\n";
}

// Newlines end every field, so that text that is good as a whole is good field by field.
void ParquetSource::sort_out(const ParquetRows& rows, CsvBlock& block) {
  bad_rows_.clear();
  rejected_.clear();
  if (is_clean(view_of(rows.text))) return;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const auto [begin, end] = row_text(rows, row, header_.size());
    const std::string_view text = view_of(rows.text).substr(begin, end - begin);
    if (is_clean(text)) continue;
    const CsvPosition position{rows_before_ + row + 1};
    if (is_valid_utf8(text))
      block.add_problem(CsvProblemKind::NulByte, position, "the row holds a NUL byte");
    else
      block.add_problem(CsvProblemKind::InvalidUtf8, position,
                        "the row is not valid UTF-8 (raw bytes, or Latin-1 or Windows-1252?)");
    bad_rows_.push_back(row);
    if (facts_.csv.rejects == Rejects::Kept) rejected_.push_back(csv_row(rows, row));
  }
}

// The block owns all that it shows: the fields, padding, and the rows that were rejected.
void ParquetSource::fill(const ParquetRows& rows, CsvBlock& block) {
  const std::string_view text = view_of(rows.text);
  std::size_t needed = text.size() + kFieldPadding;
  for (const std::string& one : rejected_) needed += one.size();
  if (block.bytes.size() < needed) block.bytes.resize(needed);
  char* const bytes = block.bytes.data();
  std::memcpy(bytes, text.data(), text.size());
  std::memset(bytes + text.size(), 0, kFieldPadding);
  const std::size_t columns = header_.size();
  block.fields.reserve(rows.rows * columns);
  auto bad = bad_rows_.begin();
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (bad != bad_rows_.end() && *bad == row) {
      ++bad;
      continue;
    }
    std::uint64_t begin = row_text(rows, row, columns).begin;
    for (std::size_t i = row * columns; i < (row + 1) * columns; ++i) {
      block.fields.emplace_back(bytes + begin, rows.ends[i] - begin);
      begin = rows.ends[i] + 1;
    }
    block.rows.push_back({rows_before_ + row + 1});
  }
  char* to = bytes + text.size() + kFieldPadding;
  for (const std::string& one : rejected_) {
    std::memcpy(to, one.data(), one.size());
    block.rejected.emplace_back(to, one.size());
    to += one.size();
  }
}

Result<bool> ParquetSource::next(CsvBlock& block) {
  block.clear(header_.size());
  ParquetRows rows;
  const ParquetStep step = reader_->next(rows);
  if (step == ParquetStep::Failed) return failure();
  if (step == ParquetStep::End) return false;
  sort_out(rows, block);
  fill(rows, block);
  rows_before_ += rows.rows;
  bytes_read_ += rows.text.size;
  return true;
}

}  // namespace

ParquetSupport parquet_support() {
  return kModulePath == nullptr ? ParquetSupport::Absent : ParquetSupport::Built;
}

Result<std::string> arrow_version() {
  return std::string(TRY(load_module())->arrow_version);
}

bool is_parquet(std::string_view head) {
  return head.starts_with("PAR1");
}

Result<std::unique_ptr<RowSource>> open_parquet(std::unique_ptr<os::ReadFile> file,
                                                std::uint64_t size, std::string_view name,
                                                const CsvOptions& options) {
  const ParquetModule* const module =
      TRY_CONTEXT(load_module(), cat(name, ": this is a Parquet file"));
  auto source = std::make_unique<ParquetSource>(std::move(file), name, options);
  TRY(source->open(*module, size));
  return std::unique_ptr<RowSource>(std::move(source));
}

Error parquet_refusal(std::string_view name) {
  if (parquet_support() == ParquetSupport::Absent)
    return invalid_input(
        cat(name,
            ": this is a Parquet file, which this sluice cannot read: it was built without Apache "
            "Arrow, which Debian does not package; export it as CSV or JSON Lines"));
  return invalid_input(cat(name,
                           ": this is a Parquet file, which is read from its end: give the name of "
                           "the file itself, not packed and not as a stream"));
}

}  // namespace sluice::ml
