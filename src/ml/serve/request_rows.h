// Bodies of prediction requests as rows of features in the model's order.
//
// Every feature must be named in every record; null is a missing value. An unknown or missing name
// is InvalidInput with the nearest known one, a value that is neither number nor null too. Buffers
// are kept between calls, so a reader allocates nothing in the steady state. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ml/model/json_cursor.h"

namespace sluice::ml {

enum class RequestShape { One, Many };

class RequestRows {
 public:
  // More rows in one request belong in a file: they would keep everybody else waiting.
  static constexpr std::size_t kMaxRows = 50'000;

  // `names` outlives this.
  explicit RequestRows(const std::vector<std::string>& names)
      : names_(names), seen_(names.size()) {}

  // POST /predict: {"price": 2.1, …}, or an array of such objects.
  Result<RequestShape> read_records(std::string_view body);
  // POST /invocations as application/json: exactly one of dataframe_split, dataframe_records,
  // instances, inputs.
  Result<void> read_invocation(std::string_view body);
  // text/csv, with a header of feature names or, when its first line holds only numbers, without.
  Result<void> read_csv(std::string_view body);

  // Of the last successful read; row after row.
  const std::vector<float>& values() const { return values_; }
  std::size_t row_count() const { return rows_; }

 private:
  void clear();
  bool read_record(JsonCursor& cursor);
  bool read_record_list(JsonCursor& cursor);
  bool read_split(JsonCursor& cursor);
  bool read_list(JsonCursor& cursor);     // of records or of rows
  bool read_columns(JsonCursor& cursor);  // {"price": [1, 2], "deal": [0, 1]}
  bool read_positional_row(JsonCursor& cursor);
  bool read_number(JsonCursor& cursor, float* value);
  bool read_format(JsonCursor& cursor, std::string_view format);
  bool finish_row(JsonCursor& cursor);
  std::size_t find(std::string_view name, std::size_t guess) const;
  std::string missing_names() const;
  // For each feature its place among `given`.
  Result<std::vector<std::size_t>> places(const std::vector<std::string>& given) const;

  const std::vector<std::string>& names_;
  std::vector<float> values_;
  std::size_t rows_ = 0;
  std::vector<std::uint8_t> seen_;
};

}  // namespace sluice::ml
