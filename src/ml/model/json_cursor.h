// Reading JSON from left to right without building a tree: for model files (where a number must
// become the very float it was written from) and for requests (where nothing should be allocated).
//
//   cursor.enter_object();
//   while (cursor.next_key(&key)) cursor.read_float(&value);
//   if (!cursor.finish()) return cursor.error();
//
// The first mistake sticks: from then on every call returns false. RFC 8259, nothing more (no NaN).
// One thread at a time; the text outlives the cursor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sluice::ml {

class JsonCursor {
 public:
  enum class Kind { Object, Array, String, Number, True, False, Null, Invalid };

  explicit JsonCursor(std::string_view text) : text_(text) {}

  bool ok() const { return failure_.empty(); }
  Error error() const;  // InvalidInput "JSON: line L, column C: …"; only when not ok()
  std::size_t offset() const { return at_; }
  // Marks what was just read as wrong for a reason of the caller's; keeps an earlier mistake.
  bool fail(std::string_view message);

  Kind peek();

  bool enter_object();
  // The next member's key, valid until the next string is read; false at the end (then consumed).
  bool next_key(std::string_view* key);
  bool enter_array();
  bool next_item();  // false at the end (then consumed)

  bool read_string(std::string_view* value);  // valid until the next string is read
  // Correctly rounded; too large becomes infinity, too small zero.
  bool read_float(float* value);
  bool read_double(double* value);
  bool read_int(std::int64_t* value);  // a number without fraction and exponent
  bool read_null();
  bool skip_value();
  bool finish();  // nothing but white space is left

 private:
  bool expect(char c, std::string_view what);
  bool next(char close, std::string_view what);
  bool scan_number(std::string_view* number);
  bool scan_word(std::string_view word);
  bool scan_string(std::string_view* value);
  bool unescape(std::size_t start, std::string_view* value);
  bool read_escape();
  bool read_hex4(unsigned* value);
  bool skip_nested(int depth);
  void skip_space();

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = false;  // just after an opening bracket
  std::string scratch_;
  std::string failure_;
};

}  // namespace sluice::ml
