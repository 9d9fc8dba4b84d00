#include "ml/data/csv_scan.h"

#include <algorithm>
#include <cstring>

#include "base/encoding.h"
#include "base/strings.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::ml {

namespace {

struct ChunkMasks {
  std::uint64_t special = 0;
  std::uint64_t odd = 0;  // NUL or not ASCII
};

#if defined(__SSE2__)
ChunkMasks chunk_masks(const char* chunk, char delimiter) {
  const __m128i delimiters = _mm_set1_epi8(delimiter);
  const __m128i quotes = _mm_set1_epi8('"');
  const __m128i newlines = _mm_set1_epi8('\n');
  const __m128i one = _mm_set1_epi8(1);
  ChunkMasks masks;
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(chunk + i * 16));
    const __m128i special =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, quotes)),
                     _mm_cmpeq_epi8(bytes, newlines));
    // Signed: everything below 1 is NUL or has its high bit set.
    const __m128i odd = _mm_cmplt_epi8(bytes, one);
    masks.special |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(special)))
                     << (i * 16);
    masks.odd |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(odd)))
                 << (i * 16);
  }
  return masks;
}
#else
ChunkMasks chunk_masks(const char* chunk, char delimiter) {
  ChunkMasks masks;
  for (unsigned i = 0; i < kCsvPadding; ++i) {
    const char c = chunk[i];
    const bool special = c == delimiter || c == '"' || c == '\n';
    const bool odd = static_cast<signed char>(c) < 1;
    masks.special |= static_cast<std::uint64_t>(special) << i;
    masks.odd |= static_cast<std::uint64_t>(odd) << i;
  }
  return masks;
}
#endif

// One record being read.
class RecordScan {
 public:
  RecordScan(CsvSpecials& specials, char* begin, char* end, char delimiter, CsvBlock& block)
      : specials_(specials),
        begin_(begin),
        field_(begin),
        end_(end),
        delimiter_(delimiter),
        block_(block),
        first_field_(block.fields.size()) {}

  // Past the newline, or null when the record is not complete.
  char* run();

  std::uint64_t extra_lines() const { return extra_lines_; }
  bool text_after_quote() const { return text_after_quote_; }
  std::size_t field_count() const { return block_.fields.size() - first_field_; }
  // Drops the fields of a record that does not count.
  void drop() { block_.fields.resize(first_field_); }
  // "" becomes " in the fields that hold it. Last of all: it moves bytes of the record.
  void fold_doubled_quotes();

 private:
  enum class Step { Field, EndOfRecord, Incomplete };
  Step plain_field(const char* stop);
  Step quoted_field();
  void push(const char* begin, const char* end) {
    block_.fields.emplace_back(begin, static_cast<std::size_t>(end - begin));
  }

  CsvSpecials& specials_;
  const char* begin_;
  char* field_;
  char* end_;
  char delimiter_;
  CsvBlock& block_;
  std::uint64_t extra_lines_ = 0;
  bool text_after_quote_ = false;
  bool doubled_ = false;
  std::size_t first_field_;
};

char* RecordScan::run() {
  while (true) {
    const char* stop = specials_.next();
    if (stop == end_) return nullptr;
    const Step step = *stop == '"' && stop == field_ ? quoted_field() : plain_field(stop);
    if (step == Step::Incomplete) return nullptr;
    if (step == Step::EndOfRecord) break;
  }
  return field_;
}

// A quote inside a field that does not start with one is an ordinary character (5" nails).
RecordScan::Step RecordScan::plain_field(const char* stop) {
  while (*stop == '"') {
    stop = specials_.next();
    if (stop == end_) return Step::Incomplete;
  }
  const bool last = *stop != delimiter_;
  const char* field_end = stop;
  if (last && field_end > field_ && field_end[-1] == '\r') --field_end;
  push(field_, field_end);
  field_ = const_cast<char*>(stop) + 1;
  return last ? Step::EndOfRecord : Step::Field;
}

RecordScan::Step RecordScan::quoted_field() {
  const char* content = field_ + 1;
  const char* close = nullptr;
  while (true) {
    close = specials_.next();
    if (close == end_) return Step::Incomplete;
    if (*close == '\n') ++extra_lines_;
    if (*close != '"') continue;
    if (close + 1 == end_) return Step::Incomplete;
    if (close[1] != '"') break;
    specials_.next();
    doubled_ = true;
  }
  push(content, close);
  const char* stop = specials_.next();
  while (stop != end_ && *stop == '"') stop = specials_.next();
  if (stop == end_) return Step::Incomplete;
  const bool last = *stop != delimiter_;
  const char* after = close + 1;
  if (last && after < stop && stop[-1] == '\r') ++after;
  if (after != stop) text_after_quote_ = true;
  field_ = const_cast<char*>(stop) + 1;
  return last ? Step::EndOfRecord : Step::Field;
}

// Only quoted fields are folded: the byte before their first is a quote.
void RecordScan::fold_doubled_quotes() {
  if (!doubled_) return;
  for (std::size_t i = first_field_; i < block_.fields.size(); ++i) {
    std::string_view& field = block_.fields[i];
    if (field.data() == begin_ || field.data()[-1] != '"') continue;
    if (field.find("\"\"") == std::string_view::npos) continue;
    char* out = const_cast<char*>(field.data());
    char* const begin = out;
    for (std::size_t j = 0; j < field.size(); ++j) {
      *out++ = field[j];
      if (field[j] == '"') ++j;
    }
    field = std::string_view(begin, static_cast<std::size_t>(out - begin));
  }
}

std::string field_count_message(std::size_t found, std::size_t wanted) {
  return cat(plural(found, "field"), " where the header has ", wanted);
}

bool is_blank(const char* begin, const char* after) {
  const auto length = after - begin;
  return length == 1 || (length == 2 && *begin == '\r');
}

// True when the record is good; else the problem is recorded. `text` is the record as it stands.
bool check_record(const CsvScanState& state, CsvBlock& block, const RecordScan& record,
                  std::string_view text, bool maybe_odd) {
  if (state.columns == 0) return true;
  if (maybe_odd && text.find('\0') != std::string_view::npos) {
    block.add_problem(CsvProblemKind::NulByte, state.next, "the row holds a NUL byte");
    return false;
  }
  if (maybe_odd && !is_valid_utf8(text)) {
    block.add_problem(CsvProblemKind::InvalidUtf8, state.next,
                      "the row is not valid UTF-8 (saved as Latin-1 or Windows-1252?)");
    return false;
  }
  if (record.text_after_quote()) {
    block.add_problem(CsvProblemKind::TextAfterQuote, state.next,
                      "text after a closing quote (a quote inside quotes is written twice)");
    return false;
  }
  if (record.field_count() != state.columns) {
    block.add_problem(CsvProblemKind::FieldCount, state.next,
                      field_count_message(record.field_count(), state.columns));
    return false;
  }
  return true;
}

// Past the newline, or null when there is none.
const char* skip_line(CsvSpecials& specials, const char* end) {
  const char* stop = specials.next();
  while (stop != end && *stop != '\n') stop = specials.next();
  return stop == end ? nullptr : stop + 1;
}

}  // namespace

CsvSpecials::CsvSpecials(const char* begin, const char* end, char delimiter)
    : chunk_(begin), end_(end), odd_end_(begin), delimiter_(delimiter) {
  if (begin != end) load();
}

void CsvSpecials::load() {
  const ChunkMasks masks = chunk_masks(chunk_, delimiter_);
  mask_ = masks.special;
  if (masks.odd != 0) odd_end_ = chunk_ + kCsvPadding;
}

char* scan_csv(char* begin, char* end, CsvScanState& state, CsvBlock& block,
               std::size_t max_records) {
  CsvSpecials specials(begin, end, state.delimiter);
  char* at = begin;
  for (std::size_t done = 0; at != end && done < max_records; ++done) {
    if (state.comment != '\0' && *at == state.comment) {
      const char* after_comment = skip_line(specials, end);
      if (after_comment == nullptr) break;
      ++state.next.line;
      state.next.byte += static_cast<std::size_t>(after_comment - at);
      at += after_comment - at;
      --done;
      continue;
    }
    RecordScan record(specials, at, end, state.delimiter, block);
    char* const after = record.run();
    if (after == nullptr) {
      record.drop();
      break;
    }
    const auto length = static_cast<std::size_t>(after - at);
    const bool blank = state.columns > 1 && is_blank(at, after);
    if (!blank && check_record(state, block, record, std::string_view(at, length),
                               specials.maybe_odd_since(at))) {
      record.fold_doubled_quotes();
      block.rows.push_back(state.next);
    } else {
      record.drop();
      if (!blank && state.rejects == Rejects::Kept) block.rejected.emplace_back(at, length);
    }
    if (!blank) ++state.next.row;
    state.next.line += 1 + record.extra_lines();
    state.next.byte += length;
    at = after;
  }
  return at;
}

}  // namespace sluice::ml
