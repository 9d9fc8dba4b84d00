// Rows sorted by a score, the highest first, equal ones in their order: a radix sort, ten million
// scores in a third of a second. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::ml {

// Indices of the scores; these are without NaN and fewer than 2^32.
std::vector<std::uint32_t> highest_first(std::span<const double> scores);

// A row in the order of highest_first(), with all that areas and sweeps ask of it, so that these
// read memory from front to back: 4 bytes.
class RankedRow {
 public:
  std::uint32_t row() const { return bits_ >> 2; }
  std::uint8_t label() const { return bits_ & 1u; }  // 1: of the positive class
  // The next row has another score, or there is none.
  bool ends_score() const { return (bits_ & 2u) != 0; }

 private:
  friend std::vector<RankedRow> rank_rows(std::span<const double>, std::span<const std::uint8_t>,
                                          std::uint8_t);
  std::uint32_t bits_ = 0;
};

// `classes`: of each row; those of the class `positive` have the label 1. Fewer than 2^30 rows.
std::vector<RankedRow> rank_rows(std::span<const double> scores,
                                 std::span<const std::uint8_t> classes, std::uint8_t positive);

}  // namespace sluice::ml
