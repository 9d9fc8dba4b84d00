#include "ml/data/csv.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "base/encoding.h"
#include "base/strings.h"
#include "ml/data/csv_scan.h"

namespace sluice::ml {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class MemoryStream final : public os::ReadFile {
 public:
  explicit MemoryStream(std::string_view bytes) : bytes_(bytes) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t n = std::min(buffer.size(), bytes_.size() - at_);
    std::copy_n(bytes_.data() + at_, n, buffer.data());
    at_ += n;
    return n;
  }
  Result<void> seek(std::uint64_t offset) override {
    at_ = std::min(static_cast<std::size_t>(offset), bytes_.size());
    return success();
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// What the first bytes give away about a file that is no CSV.
std::string_view foreign_format(std::string_view head) {
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF"))
    return "UTF-16 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)";
  if (head.starts_with("\x1F\x8B")) return "gzip data; unpack it first (gunzip)";
  if (head.starts_with("\x28\xB5\x2F\xFD")) return "zstd data; unpack it first (unzstd)";
  if (head.starts_with("PK\x03\x04")) return "a zip archive or an Excel workbook; export it as CSV";
  if (head.starts_with("PAR1")) return "a Parquet file; export it as CSV";
  return {};
}

}  // namespace

std::string to_string(const CsvPosition& position) {
  const std::string place = cat("line ", position.line, ", byte ", position.byte);
  if (position.row == 0) return cat("header (", place, ")");
  return cat("row ", position.row, " (", place, ")");
}

std::string_view to_string(CsvProblemKind kind) {
  switch (kind) {
    case CsvProblemKind::FieldCount:
      return "field_count";
    case CsvProblemKind::InvalidUtf8:
      return "invalid_utf8";
    case CsvProblemKind::NulByte:
      return "nul_byte";
    case CsvProblemKind::TextAfterQuote:
      return "text_after_quote";
  }
  UNREACHABLE();
}

struct CsvReader::State {
  std::unique_ptr<os::ReadFile> stream;
  std::string name;
  CsvOptions options;
  CsvScanState scan;
  std::vector<std::string> header;
  std::vector<char> buffer;  // [begin, end) is what is read and not consumed, then padding
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t bytes_read = 0;
  bool at_end = false;

  Error error(std::string_view message) const { return invalid_input(cat(name, ": ", message)); }
  Error error_at(const CsvPosition& position, std::string_view message) const {
    return error(cat(to_string(position), ": ", message));
  }
  Result<void> fill();
  Result<void> read_some(std::size_t space);
  Result<void> read_header();
  Result<std::string_view> scan_one(CsvBlock& block);
  Result<void> name_columns(const CsvBlock& block);
  Error incomplete_record() const;
};

CsvReader::CsvReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

// Moves the rest to the front and reads until a whole block, and more than was there, is at hand.
Result<void> CsvReader::State::fill() {
  if (end > begin) std::memmove(buffer.data(), buffer.data() + begin, end - begin);
  end -= begin;
  begin = 0;
  constexpr std::size_t kSignature = 16;  // enough to know what kind of file it is
  const std::size_t wanted = std::max({options.block_bytes, end * 2, kSignature});
  if (buffer.size() < wanted + kCsvPadding + 1) buffer.resize(wanted + kCsvPadding + 1);
  while (!at_end && end < wanted) TRY(read_some(wanted - end));
  std::memset(buffer.data() + end, 0, kCsvPadding);
  return success();
}

Result<void> CsvReader::State::read_some(std::size_t space) {
  const std::size_t n =
      TRY_CONTEXT(stream->read(std::span(buffer).subspan(end, space)), "read " + name);
  end += n;
  bytes_read += n;
  at_end = n == 0;
  // A last line without a newline gets one, so that every record has its end.
  if (at_end && end > 0 && buffer[end - 1] != '\n') buffer[end++] = '\n';
  return success();
}

Error CsvReader::State::incomplete_record() const {
  const std::string_view text(buffer.data() + begin, end - begin);
  if (at_end)
    return error_at(scan.next, "a quote is opened in this row and never closed before the end");
  return error_at(scan.next, cat("the row is longer than ", options.max_record_bytes,
                                 text.find('"') != std::string_view::npos
                                     ? " bytes: is a quote opened and never closed?"
                                     : " bytes: is this a CSV file?"));
}

Result<void> CsvReader::State::name_columns(const CsvBlock& block) {
  std::map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < block.fields.size(); ++i) {
    const std::string_view field = block.fields[i];
    if (field.find('\r') != std::string_view::npos)
      return error("the header holds a bare carriage return: lines must end in \\n or \\r\\n");
    const auto [known, fresh] = seen.emplace(field, i + 1);
    if (!fresh && !field.empty())
      return error(cat("header: the column '", field, "' appears twice, as fields ", known->second,
                       " and ", i + 1));
    header.push_back(field.empty() ? cat("unnamed_", i + 1) : std::string(field));
  }
  if (header.size() > options.max_columns)
    return error(
        cat("header: ", header.size(), " columns; at most ", options.max_columns, " are read"));
  scan.columns = header.size();
  return success();
}

Result<void> CsvReader::State::read_header() {
  TRY(fill());
  const std::string_view head(buffer.data(), end);
  if (bytes_read == 0) return error("the file is empty: expected a header row and data");
  if (const auto what = foreign_format(head); !what.empty()) return error(cat("this is ", what));
  if (head.starts_with(kByteOrderMark)) {
    begin = kByteOrderMark.size();
    scan.next.byte += begin;
  }
  scan.next.row = 0;
  CsvBlock block;
  const std::string_view text = TRY(scan_one(block));
  if (text.find('\0') != std::string_view::npos)
    return error("this is binary data or UTF-16 text: there are NUL bytes; save it as UTF-8");
  if (!is_valid_utf8(text))
    return error("header: not valid UTF-8; save the file as UTF-8 (iconv -f ISO-8859-1 -t UTF-8)");
  if (trim(text).empty()) return error("header: the first line is blank; expected column names");
  return name_columns(block);
}

// The text of the record that was read and consumed.
Result<std::string_view> CsvReader::State::scan_one(CsvBlock& block) {
  while (true) {
    char* const from = buffer.data() + begin;
    char* const after = scan_csv(from, buffer.data() + end, scan, block, 1);
    begin = static_cast<std::size_t>(after - buffer.data());
    if (after != from) return std::string_view(from, static_cast<std::size_t>(after - from));
    if (at_end || end - begin > options.max_record_bytes) return incomplete_record();
    TRY(fill());
  }
}

Result<CsvReader> CsvReader::open(const os::FileReader& files, const os::Path& path,
                                  const CsvOptions& options) {
  return open(TRY(files.open(path)), path.string(), options);
}

Result<CsvReader> CsvReader::open(std::unique_ptr<os::ReadFile> stream, std::string_view name,
                                  const CsvOptions& options) {
  auto state = std::make_unique<State>();
  state->stream = std::move(stream);
  state->name = name;
  state->options = options;
  state->scan.delimiter = options.delimiter;
  TRY(state->read_header());
  return CsvReader(std::move(state));
}

const std::vector<std::string>& CsvReader::header() const {
  return state_->header;
}

std::uint64_t CsvReader::bytes_read() const {
  return state_->bytes_read;
}

Result<bool> CsvReader::next(CsvBlock& block) {
  State& s = *state_;
  block.columns = s.scan.columns;
  block.fields.clear();
  block.rows.clear();
  block.problems.clear();
  block.problem_count = 0;
  const std::uint64_t line = s.scan.next.line;
  while (true) {
    TRY(s.fill());
    if (s.begin == s.end) return false;
    char* const from = s.buffer.data() + s.begin;
    char* const after = scan_csv(from, s.buffer.data() + s.end, s.scan, block);
    s.begin = static_cast<std::size_t>(after - s.buffer.data());
    if (s.scan.next.line != line) return true;
    if (s.at_end || s.end - s.begin > s.options.max_record_bytes) return s.incomplete_record();
  }
}

std::unique_ptr<os::ReadFile> memory_stream(std::string_view bytes) {
  return std::make_unique<MemoryStream>(bytes);
}

void append_csv_field(std::string& out, std::string_view field, char delimiter) {
  const char special[] = {delimiter, '"', '\n', '\r'};
  if (field.find_first_of(std::string_view(special, sizeof special)) == std::string_view::npos) {
    out.append(field);
    return;
  }
  out.push_back('"');
  for (const char c : field) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace sluice::ml
