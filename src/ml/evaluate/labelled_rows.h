// Rows with the truth known, ready to be judged: the target column checked, rows sorted into
// groups. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "ml/data/table.h"

namespace sluice::ml {

// Says where a row (from 0) is, as table.h's row_place().
using RowPlace = std::function<std::string(std::size_t row)>;

// The values of a number column without gaps. InvalidInput, naming the first rows, where a value is
// missing or not finite, and for a table without rows; NotFound for a column that is not there.
Result<std::vector<double>> complete_column(const Table& table, std::string_view name,
                                            std::string_view what, const RowPlace& place = {});

// Numbers the different values of a column, 0 for the first that comes, 1 for the next, …; a value
// that is missing is one, too. Borrows the column.
class ValueNumbers {
 public:
  explicit ValueNumbers(const Column& column);
  std::uint32_t of(std::size_t row);
  std::uint32_t count() const { return count_; }

 private:
  static constexpr std::size_t kRemembered = 256;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Remembered {
    std::uint64_t bits = 0;
    std::uint32_t number = kNone;
  };
  std::uint32_t of_text(std::size_t row);

  const Column& column_;
  std::uint32_t count_ = 0;
  std::vector<std::uint32_t> of_code_;  // of texts; the last is the missing one
  std::unordered_map<std::uint64_t, std::uint32_t> of_bits_;  // of numbers
  std::vector<Remembered> remembered_;  // spares the map where few values come again and again
};

// Which group each row belongs to: the distinct values of a column in order of first appearance.
struct Groups {
  std::string column;
  std::vector<std::uint32_t> of_row;
  std::vector<std::string> names;  // "(missing)" for rows without a value
};

Result<Groups> group_rows(const Table& table, std::string_view column);
// Groups in the order of their values: numbers by size, texts by their bytes. Missing values are
// InvalidInput.
Result<Groups> periods_of(const Table& table, std::string_view column);

}  // namespace sluice::ml
