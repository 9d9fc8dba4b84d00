#include "ml/data/json_lines.h"

#include <algorithm>
#include <cstring>

#include "base/encoding.h"
#include "base/strings.h"
#include "ml/data/violation_tally.h"
#include "ml/model/json_cursor.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kHeaderBytes = 64u << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// What the value that comes is as a field: a view of the text. The text of a string with escapes is
// written over the string, which is never shorter.
bool read_field(JsonCursor& cursor, std::string_view text, std::string_view* field) {
  const JsonCursor::Kind kind = cursor.peek();
  const std::size_t start = cursor.offset();
  if (kind == JsonCursor::Kind::String) {
    if (!cursor.read_string(field)) return false;
    char* const place = const_cast<char*>(text.data()) + start + 1;
    if (field->data() != place) std::memcpy(place, field->data(), field->size());
    *field = std::string_view(place, field->size());
    return field->find('\0') == std::string_view::npos || cursor.fail("a NUL in a string");
  }
  if (!cursor.skip_value()) return false;
  const std::size_t size = kind == JsonCursor::Kind::Null ? 0 : cursor.offset() - start;
  *field = text.substr(start, size);
  return true;
}

// "JSON: line 1, column 5: …" without the line, which is always the first.
std::string problem_text(const JsonCursor& cursor) {
  const std::string text = cursor.error().message();
  const std::size_t column = text.find("column ");
  return column == std::string::npos ? text : cat("not a JSON object: ", text.substr(column));
}

bool add_keys(std::string_view line, std::vector<std::string>& header,
              std::map<std::string, std::size_t, std::less<>>& columns) {
  JsonCursor cursor(line);
  std::vector<std::string> keys;
  std::string_view key;
  if (!cursor.enter_object()) return false;
  while (cursor.next_key(&key)) {
    keys.emplace_back(key);
    if (!cursor.skip_value()) return false;
  }
  if (!cursor.finish()) return false;
  for (std::string& name : keys)
    if (columns.emplace(name, header.size()).second) header.push_back(std::move(name));
  return true;
}

}  // namespace

// One line being taken apart into the fields of a row that is already in the block.
class JsonLinesReader::Line {
 public:
  Line(JsonLinesReader& reader, CsvBlock& block, std::string_view text)
      : reader_(reader), block_(block), text_(text), first_(block.fields.size()) {}

  // False when the line makes no row; its problem is recorded.
  bool read() {
    if (std::memchr(text_.data(), 0, text_.size()) != nullptr)
      return problem(CsvProblemKind::NulByte, "the row holds a NUL byte");
    if (!is_valid_utf8(text_))
      return problem(CsvProblemKind::InvalidUtf8,
                     "the row is not valid UTF-8 (saved as Latin-1 or Windows-1252?)");
    block_.fields.resize(first_ + reader_.header_.size(), text_.substr(0, 0));
    seen_.assign(reader_.header_.size(), 0);
    JsonCursor cursor(text_);
    if (!cursor.enter_object()) return problem(CsvProblemKind::InvalidJson, problem_text(cursor));
    std::string_view key;
    while (cursor.next_key(&key))
      if (!read_member(cursor, key)) return false;
    if (!cursor.finish()) return problem(CsvProblemKind::InvalidJson, problem_text(cursor));
    return true;
  }

 private:
  bool read_member(JsonCursor& cursor, std::string_view key) {
    const auto column = reader_.columns_.find(key);
    if (column == reader_.columns_.end())
      return problem(CsvProblemKind::UnknownKey,
                     cat("the key '", shortened(key),
                         "' is not among those of the first rows, which are the columns"));
    if (seen_[column->second]++ > 0)
      return problem(CsvProblemKind::RepeatedKey,
                     cat("the key '", shortened(key), "' stands there twice"));
    if (!read_field(cursor, text_, &block_.fields[first_ + column->second]))
      return problem(CsvProblemKind::InvalidJson, problem_text(cursor));
    return true;
  }

  bool problem(CsvProblemKind kind, std::string message) {
    block_.add_problem(kind, reader_.next_, std::move(message));
    block_.fields.resize(first_);
    return false;
  }

  JsonLinesReader& reader_;
  CsvBlock& block_;
  std::string_view text_;
  std::size_t first_;
  std::vector<char> seen_;
};

JsonLinesReader::JsonLinesReader(std::unique_ptr<os::ReadFile> stream, std::string_view name,
                                 const CsvOptions& options)
    : stream_(std::move(stream)), name_(name), options_(options) {
  facts_ = {{name_}, RowFormat::JsonLines, options, 0};
}

Result<std::unique_ptr<RowSource>> JsonLinesReader::open(std::unique_ptr<os::ReadFile> stream,
                                                         std::string_view name,
                                                         const CsvOptions& options) {
  std::unique_ptr<JsonLinesReader> reader(new JsonLinesReader(std::move(stream), name, options));
  TRY(reader->read_header());
  return std::unique_ptr<RowSource>(std::move(reader));
}

// What was kept and what is read, `wanted` bytes where the stream has them.
Result<std::string_view> JsonLinesReader::fill(CsvBlock& block, std::size_t wanted) {
  if (block.bytes.size() < wanted + 1 + kFieldPadding)
    block.bytes.resize(wanted + 1 + kFieldPadding);
  std::copy(rest_.begin(), rest_.end(), block.bytes.begin());
  std::size_t end = rest_.size();
  while (!at_end_ && end < wanted) {
    const std::size_t n = TRY_CONTEXT(
        stream_->read(std::span(block.bytes).subspan(end, wanted - end)), "read " + name_);
    end += n;
    bytes_read_ += n;
    at_end_ = n == 0;
    if (at_end_ && end > 0 && block.bytes[end - 1] != '\n') block.bytes[end++] = '\n';
  }
  return std::string_view(block.bytes.data(), end);
}

Result<void> JsonLinesReader::read_header() {
  CsvBlock block;
  std::string_view text = TRY(fill(block, std::max(options_.max_record_bytes, kHeaderBytes)));
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
    next_.byte += kByteOrderMark.size();
  }
  rest_.assign(text.begin(), text.end());
  std::size_t objects = 0;
  for (std::size_t at = 0; at < text.size() && (at < kHeaderBytes || objects == 0);) {
    const std::size_t stop = std::min(text.find('\n', at), text.size());
    if (stop < text.size() || at_end_)
      objects += add_keys(text.substr(at, stop - at), header_, columns_) ? 1u : 0u;
    at = stop + 1;
  }
  if (trim(text).empty())
    return invalid_input(cat(name_, ": the file is empty: expected a JSON object in each line"));
  if (objects == 0)
    return invalid_input(cat(name_, ": line 1: none of the first lines is a JSON object"));
  if (header_.empty()) return invalid_input(cat(name_, ": line 1: the objects have no keys"));
  if (header_.size() > options_.max_columns)
    return invalid_input(
        cat(name_, ": ", header_.size(), " keys; at most ", options_.max_columns, " are read"));
  return success();
}

void JsonLinesReader::add_line(CsvBlock& block, std::string_view line) {
  const std::size_t length = line.size() + 1;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!trim(line).empty()) {
    // Reading unescapes in place.
    const std::string kept = options_.rejects == Rejects::Kept ? std::string(line) : std::string();
    if (Line(*this, block, line).read()) {
      block.rows.push_back(next_);
    } else if (options_.rejects == Rejects::Kept) {
      std::copy(kept.begin(), kept.end(), const_cast<char*>(line.data()));
      block.rejected.emplace_back(line.data(), length);
    }
    ++next_.row;
  }
  ++next_.line;
  next_.byte += length;
}

Error JsonLinesReader::too_long() const {
  return invalid_input(cat(name_, ": ", to_string(next_), ": the row is longer than ",
                           options_.max_record_bytes, " bytes: is this JSON Lines?"));
}

Result<bool> JsonLinesReader::next(CsvBlock& block) {
  block.clear(header_.size());
  std::size_t wanted = std::max(options_.block_bytes, rest_.size() + 1);
  while (true) {
    const std::string_view text = TRY(fill(block, wanted));
    if (text.empty()) return false;
    const std::size_t last = text.rfind('\n');
    if (last != std::string_view::npos) {
      for (std::size_t at = 0; at <= last;) {
        const std::size_t stop = text.find('\n', at);
        if (stop - at >= options_.max_record_bytes) return too_long();
        add_line(block, text.substr(at, stop - at));
        at = stop + 1;
      }
      rest_.assign(text.begin() + static_cast<std::ptrdiff_t>(last) + 1, text.end());
      return true;
    }
    if (text.size() >= options_.max_record_bytes) return too_long();
    rest_.assign(text.begin(), text.end());
    wanted = text.size() * 2;
  }
}

}  // namespace sluice::ml
