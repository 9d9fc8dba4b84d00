#include "ml/model/json_cursor.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr int kMaxDepth = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_utf8(unsigned code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code >> 6)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

float slow_parse(const std::string& number, float) {
  return std::strtof(number.c_str(), nullptr);
}
double slow_parse(const std::string& number, double) {
  return std::strtod(number.c_str(), nullptr);
}

// from_chars leaves the value alone when the number is out of range; strtof says inf or zero.
template <class Float>
Float parse_float(std::string_view number) {
  Float value = 0;
  const auto done = std::from_chars(number.data(), number.data() + number.size(), value);
  return done.ec == std::errc() ? value : slow_parse(std::string(number), Float{});
}

}  // namespace

Error JsonCursor::error() const {
  const std::string_view before = text_.substr(0, std::min(at_, text_.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto last_break = before.rfind('\n');
  const auto column =
      last_break == std::string_view::npos ? before.size() + 1 : before.size() - last_break;
  return invalid_input(cat("JSON: line ", line, ", column ", column, ": ", failure_));
}

bool JsonCursor::fail(std::string_view message) {
  if (failure_.empty()) failure_ = message;
  return false;
}

void JsonCursor::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return;
    ++at_;
  }
}

JsonCursor::Kind JsonCursor::peek() {
  if (!ok()) return Kind::Invalid;
  skip_space();
  if (at_ >= text_.size()) return Kind::Invalid;
  switch (text_[at_]) {
    case '{':
      return Kind::Object;
    case '[':
      return Kind::Array;
    case '"':
      return Kind::String;
    case 't':
      return Kind::True;
    case 'f':
      return Kind::False;
    case 'n':
      return Kind::Null;
    default:
      return text_[at_] == '-' || is_digit(text_[at_]) ? Kind::Number : Kind::Invalid;
  }
}

bool JsonCursor::expect(char c, std::string_view what) {
  if (!ok()) return false;
  skip_space();
  if (at_ >= text_.size()) return fail(cat("the text ends where ", what, " is expected"));
  if (text_[at_] != c) return fail(cat("expected ", what));
  ++at_;
  return true;
}

bool JsonCursor::enter_object() {
  first_ = expect('{', "an object");
  return first_;
}

bool JsonCursor::enter_array() {
  first_ = expect('[', "an array");
  return first_;
}

// Past the comma before the next member, or past the closing bracket (false).
bool JsonCursor::next(char close, std::string_view what) {
  if (!ok()) return false;
  skip_space();
  const bool first = std::exchange(first_, false);
  if (at_ < text_.size() && text_[at_] == close) {
    ++at_;
    return false;
  }
  if (first) return true;
  if (!expect(',', what)) return false;
  skip_space();
  return true;
}

bool JsonCursor::next_key(std::string_view* key) {
  return next('}', "',' or '}'") && scan_string(key) && expect(':', "':'");
}

bool JsonCursor::next_item() {
  return next(']', "',' or ']'");
}

bool JsonCursor::read_string(std::string_view* value) {
  return ok() && scan_string(value);
}

bool JsonCursor::scan_string(std::string_view* value) {
  if (!expect('"', "a string")) return false;
  const std::size_t start = at_;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      *value = text_.substr(start, at_ - start);
      ++at_;
      return true;
    }
    if (c == '\\') return unescape(start, value);
    if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a string");
    ++at_;
  }
  return fail("the text ends inside a string");
}

bool JsonCursor::unescape(std::size_t start, std::string_view* value) {
  scratch_.assign(text_.substr(start, at_ - start));
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"') {
      *value = scratch_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a string");
    if (c != '\\') {
      scratch_.push_back(c);
    } else if (!read_escape()) {
      return false;
    }
  }
  return fail("the text ends inside a string");
}

bool JsonCursor::read_escape() {
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ >= text_.size()) return fail("the text ends inside a string");
  const char c = text_[at_++];
  if (const auto i = kLetters.find(c); i != std::string_view::npos) {
    scratch_.push_back(kMeanings[i]);
    return true;
  }
  unsigned code = 0;
  if (c != 'u' || !read_hex4(&code)) return fail("a bad escape in a string");
  if (code >= 0xD800 && code < 0xDC00) {
    unsigned low = 0;
    if (text_.substr(at_, 2) != "\\u") return fail("half of a surrogate pair in a string");
    at_ += 2;
    if (!read_hex4(&low) || low < 0xDC00 || low > 0xDFFF)
      return fail("half of a surrogate pair in a string");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code <= 0xDFFF) {
    return fail("half of a surrogate pair in a string");
  }
  append_utf8(code, &scratch_);
  return true;
}

bool JsonCursor::read_hex4(unsigned* value) {
  const std::string_view digits = text_.substr(at_, 4);
  const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), *value, 16);
  if (digits.size() != 4 || done.ec != std::errc() || done.ptr != digits.data() + 4) return false;
  at_ += 4;
  return true;
}

bool JsonCursor::scan_number(std::string_view* number) {
  if (!ok()) return false;
  skip_space();
  const std::size_t start = at_;
  const auto digits = [this] {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > from;
  };
  const auto at = [this](char c) { return at_ < text_.size() && text_[at_] == c; };
  if (at('-')) ++at_;
  const bool zero = at('0');
  const std::size_t whole = at_;
  if (!digits()) return fail("expected a number");
  if (zero && at_ - whole > 1) return fail("a number with a leading zero");
  if (at('.')) {
    ++at_;
    if (!digits()) return fail("a number that ends in '.'");
  }
  if (at('e') || at('E')) {
    ++at_;
    if (at('+') || at('-')) ++at_;
    if (!digits()) return fail("a number without its exponent");
  }
  *number = text_.substr(start, at_ - start);
  return true;
}

bool JsonCursor::read_float(float* value) {
  std::string_view number;
  if (!scan_number(&number)) return false;
  *value = parse_float<float>(number);
  return true;
}

bool JsonCursor::read_double(double* value) {
  std::string_view number;
  if (!scan_number(&number)) return false;
  *value = parse_float<double>(number);
  return true;
}

bool JsonCursor::read_int(std::int64_t* value) {
  std::string_view number;
  if (!scan_number(&number)) return false;
  const auto done = std::from_chars(number.data(), number.data() + number.size(), *value);
  if (done.ec != std::errc() || done.ptr != number.data() + number.size())
    return fail("expected a whole number");
  return true;
}

bool JsonCursor::scan_word(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return fail("expected a value");
  at_ += word.size();
  return true;
}

bool JsonCursor::read_null() {
  return peek() == Kind::Null ? scan_word("null") : fail("expected null");
}

bool JsonCursor::skip_value() {
  return skip_nested(0);
}

bool JsonCursor::skip_nested(int depth) {
  if (depth > kMaxDepth) return fail("nested too deeply");
  std::string_view ignored;
  switch (peek()) {
    case Kind::Object:
      enter_object();
      while (next_key(&ignored)) skip_nested(depth + 1);
      return ok();
    case Kind::Array:
      enter_array();
      while (next_item()) skip_nested(depth + 1);
      return ok();
    case Kind::String:
      return scan_string(&ignored);
    case Kind::Number:
      return scan_number(&ignored);
    case Kind::True:
      return scan_word("true");
    case Kind::False:
      return scan_word("false");
    case Kind::Null:
      return scan_word("null");
    case Kind::Invalid:
      break;
  }
  return fail(at_ >= text_.size() ? "the text ends where a value is expected" : "expected a value");
}

bool JsonCursor::finish() {
  if (!ok()) return false;
  skip_space();
  return at_ == text_.size() || fail("text after the end");
}

}  // namespace sluice::ml
