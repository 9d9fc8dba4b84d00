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
  if (head.starts_with("BZh")) return "bzip2 data; unpack it first (bunzip2)";
  if (head.starts_with("\xFD"
                       "7zXZ"))
    return "xz data; unpack it first (unxz)";
  if (head.starts_with("PK\x03\x04")) return "a zip archive or an Excel workbook; export it as CSV";
  if (head.starts_with("PAR1")) return "a Parquet file; export it as CSV";
  if (head.starts_with("PARE")) return "an encrypted Parquet file; write it without encryption";
  return {};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits on both sides of the only mark that is no digit, with a sign before them.
bool is_decimal(std::string_view field, std::size_t mark) {
  if (mark == std::string_view::npos) return false;
  const std::size_t first = field[0] == '-' || field[0] == '+' ? 1 : 0;
  if (mark == first || mark + 1 == field.size()) return false;
  for (std::size_t i = first; i < field.size(); ++i)
    if (i != mark && !is_digit(field[i])) return false;
  return true;
}

// Fields lie in the block's own bytes, which may be changed.
void to_decimal_points(const CsvBlock& block, char decimal) {
  for (const std::string_view field : block.fields)
    if (const std::size_t mark = field.find(decimal); is_decimal(field, mark))
      const_cast<char*>(field.data())[mark] = '.';
}

}  // namespace

std::string to_string(const CsvPosition& position) {
  const std::string place = cat("line ", position.line, ", byte ", position.byte);
  const std::string file = position.file == 0 ? "" : cat("file ", position.file, ", ");
  if (position.line == 0) return cat(file, "row ", position.row);
  if (position.row == 0) return cat(file, "header (", place, ")");
  return cat(file, "row ", position.row, " (", place, ")");
}

std::string to_string(const CsvPosition& position, std::span<const std::string> files) {
  if (position.file == 0 || position.file > files.size()) return to_string(position);
  CsvPosition in_file = position;
  in_file.file = 0;
  return cat(files[position.file - 1], ", ", to_string(in_file));
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
    case CsvProblemKind::InvalidJson:
      return "invalid_json";
    case CsvProblemKind::UnknownKey:
      return "unknown_key";
    case CsvProblemKind::RepeatedKey:
      return "repeated_key";
  }
  UNREACHABLE();
}

std::optional<CsvProblemKind> parse_problem_kind(std::string_view word) {
  for (const auto kind :
       {CsvProblemKind::FieldCount, CsvProblemKind::InvalidUtf8, CsvProblemKind::NulByte,
        CsvProblemKind::TextAfterQuote, CsvProblemKind::InvalidJson, CsvProblemKind::UnknownKey,
        CsvProblemKind::RepeatedKey})
    if (word == to_string(kind)) return kind;
  return std::nullopt;
}

void CsvBlock::clear(std::size_t column_count) {
  columns = column_count;
  fields.clear();
  rows.clear();
  problems.clear();
  problem_count = 0;
  rejected.clear();
}

void CsvBlock::add_problem(CsvProblemKind kind, const CsvPosition& position, std::string message) {
  ++problem_count;
  if (problems.size() < kMaxProblems) problems.push_back({kind, position, std::move(message)});
}

struct CsvReader::State {
  std::unique_ptr<os::ReadFile> stream;
  std::string name;
  CsvOptions options;
  CsvScanState scan;
  std::vector<std::string> header;
  std::vector<char> rest;  // what was read and belongs to the next block
  std::uint64_t bytes_read = 0;
  bool at_end = false;

  Error error(std::string_view message) const { return invalid_input(cat(name, ": ", message)); }
  Error error_at(const CsvPosition& position, std::string_view message) const {
    return error(cat(to_string(position), ": ", message));
  }
  Result<std::string_view> fill(CsvBlock& block);
  Result<std::size_t> read_some(std::span<char> space);
  void keep(std::string_view unread) { rest.assign(unread.begin(), unread.end()); }
  Result<void> read_header();
  Result<std::string_view> scan_header(CsvBlock& block, std::string_view text);
  Result<void> name_columns(const CsvBlock& block);
  void number_columns(std::size_t count);
  Result<void> check_column_count() const;
  Error incomplete_record(std::string_view text) const;
};

CsvReader::CsvReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

// The rest of the block before, and a whole block after it, at the front of the block's bytes.
Result<std::string_view> CsvReader::State::fill(CsvBlock& block) {
  constexpr std::size_t kSignature = 16;  // enough to know what kind of file it is
  // Never so much that whether a row is too long would depend on where blocks end.
  const std::size_t block_bytes =
      std::max(options.block_bytes, header.size() * options.block_bytes_per_column);
  const std::size_t wanted =
      std::max({std::min(std::max(block_bytes, rest.size() * 2), options.max_record_bytes),
                rest.size() + 1, kSignature});
  if (block.bytes.size() < wanted + kCsvPadding + 1) block.bytes.resize(wanted + kCsvPadding + 1);
  char* const bytes = block.bytes.data();
  std::copy(rest.begin(), rest.end(), bytes);
  std::size_t end = rest.size();
  while (!at_end && end < wanted) {
    const std::size_t n = TRY(read_some(std::span(bytes + end, wanted - end)));
    end += n;
    // A last line without a newline gets one, so that every record has its end.
    if (n == 0 && end > 0 && bytes[end - 1] != '\n') bytes[end++] = '\n';
  }
  std::memset(bytes + end, 0, kCsvPadding);
  return std::string_view(bytes, end);
}

Result<std::size_t> CsvReader::State::read_some(std::span<char> space) {
  const std::size_t n = TRY_CONTEXT(stream->read(space), "read " + name);
  bytes_read += n;
  at_end = n == 0;
  return n;
}

Error CsvReader::State::incomplete_record(std::string_view text) const {
  if (at_end)
    return error_at(scan.next, "a quote is opened in this row and never closed before the end");
  return error_at(scan.next, cat("the row is longer than ", options.max_record_bytes,
                                 text.find('"') != std::string_view::npos
                                     ? " bytes: is a quote opened and never closed?"
                                     : " bytes: is this a CSV file?"));
}

void CsvReader::State::number_columns(std::size_t count) {
  for (std::size_t i = 1; i <= count; ++i) header.push_back(cat("column_", i));
  scan.columns = count;
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
  scan.columns = header.size();
  return success();
}

Result<void> CsvReader::State::check_column_count() const {
  if (header.size() <= options.max_columns) return success();
  return error(
      cat("header: ", header.size(), " columns; at most ", options.max_columns, " are read"));
}

Result<void> CsvReader::State::read_header() {
  CsvBlock block;
  std::string_view head = TRY(fill(block));
  if (bytes_read == 0) return error("the file is empty: expected a header row and data");
  if (const auto what = foreign_format(head); !what.empty()) return error(cat("this is ", what));
  if (head.starts_with(kByteOrderMark)) {
    head.remove_prefix(kByteOrderMark.size());
    scan.next.byte += kByteOrderMark.size();
  }
  if (options.header == HeaderRow::First) scan.next.row = 0;
  const std::string_view text = TRY(scan_header(block, head));
  if (text.find('\0') != std::string_view::npos)
    return error("this is binary data or UTF-16 text: there are NUL bytes; save it as UTF-8");
  if (!is_valid_utf8(text))
    return error("header: not valid UTF-8; save the file as UTF-8 (iconv -f ISO-8859-1 -t UTF-8)");
  if (options.header == HeaderRow::None) {
    number_columns(block.fields.size());
    return check_column_count();
  }
  if (trim(text).empty()) return error("header: the first line is blank; expected column names");
  TRY(name_columns(block));
  return check_column_count();
}

// The text of the first record that is no comment. It is consumed where it is the header.
Result<std::string_view> CsvReader::State::scan_header(CsvBlock& block, std::string_view text) {
  std::string untouched;  // scanning folds quotes
  while (true) {
    char* const from = const_cast<char*>(text.data());
    char* const end = from + text.size();
    const CsvScanState before = scan;
    untouched.assign(text);
    char* const after = scan_csv(from, end, scan, block, 1);
    const auto used = static_cast<std::size_t>(after - from);
    if (!block.fields.empty()) {
      if (options.header == HeaderRow::None) scan = before;
      keep(std::string_view(untouched).substr(options.header == HeaderRow::None ? 0 : used));
      const std::size_t comments = block.rows.front().byte - before.next.byte;
      return text.substr(comments, used - comments);
    }
    if (at_end && used == text.size())
      return error("there are only comments: expected a header row and data");
    if (at_end || text.size() - used >= options.max_record_bytes)
      return incomplete_record(text.substr(used));
    keep(std::string_view(untouched).substr(used));
    text = TRY(fill(block));
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
  state->scan.comment = options.comment;
  state->scan.rejects = options.rejects;
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
  block.clear(s.scan.columns);
  const std::uint64_t line = s.scan.next.line;
  while (true) {
    const std::string_view text = TRY(s.fill(block));
    if (text.empty()) return false;
    char* const from = const_cast<char*>(text.data());
    char* const end = from + text.size();
    char* const after = scan_csv(from, end, s.scan, block);
    s.keep(std::string_view(after, static_cast<std::size_t>(end - after)));
    if (s.scan.next.line != line) {
      if (s.options.decimal != '.') to_decimal_points(block, s.options.decimal);
      return true;
    }
    if (s.at_end || text.size() >= s.options.max_record_bytes) return s.incomplete_record(text);
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
