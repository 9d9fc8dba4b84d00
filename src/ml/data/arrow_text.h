// The values of Arrow's arrays as the text that a data file would hold, without loss: numbers by
// the shortest spelling that reads back the same (floating ones always with a point or an
// exponent), true and false, "2026-11-21", "2026-11-21T08:40:00.5" with Z where the column is of
// UTC, decimals with all their places. Null is nothing. Part of sluice_parquet.so.
#pragma once

#include <cstdint>
#include <string>

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace sluice::ml {

// Why a column of this type is not read, with what to do; empty where it is.
std::string refused_type(const arrow::DataType& type);

// Appends values of one column of a batch. The array outlives it, is valid (a dictionary's in
// full) and of a type that is read.
class ArrowText {
 public:
  explicit ArrowText(const arrow::Array& array);
  void append(std::int64_t row, std::string& out) const;

 private:
  const arrow::Array* array_;
  void (*append_)(const arrow::Array&, std::int64_t, std::string&);
};

}  // namespace sluice::ml
