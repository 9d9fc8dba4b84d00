// Sum and sum of squares of numbers, exact: merging, order and threads make no difference to the
// last digit, and values that lie close together far from zero lose nothing. A value.
//
// Decimals with few digits are summed as integers, one sum for each number of decimal places;
// other numbers as multiples of the power of two that their double has. Both are brought together
// as decimal fractions, which every double is.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::ml {

class ExactMoments {
 public:
  static constexpr unsigned kMaxScale = 9;
  static constexpr std::int64_t kMaxDigits = std::int64_t{1} << 40;

  // digits / 10^scale, `count` times. |digits| < kMaxDigits, scale <= kMaxScale.
  void add_decimal(std::int64_t digits, unsigned scale, std::uint64_t count = 1) {
    Scaled& sums = scaled_[scale];
    sums.sum += static_cast<Wide>(digits) * static_cast<Wide>(count);
    sums.squares += static_cast<UnsignedWide>(static_cast<Wide>(digits) * digits) * count;
  }
  void add(double value, std::uint64_t count = 1);  // finite
  void merge(const ExactMoments& other);

  // As decimals without exponent: "-12.5". Never rounded.
  std::string sum() const;
  std::string sum_of_squares() const;
  // What those two wrote; InvalidInput for other texts.
  static Result<ExactMoments> read(std::string_view sum, std::string_view sum_of_squares);

  double mean(std::uint64_t count) const;  // count > 0
  // The sum of squared differences from the mean; infinity beyond the range of double.
  double squared_differences(std::uint64_t count) const;

 private:
  __extension__ using Wide = __int128;
  __extension__ using UnsignedWide = unsigned __int128;
  struct Scaled {
    Wide sum = 0;
    UnsignedWide squares = 0;
  };
  // Of m * 2^e for one e; squares are (low + high * 2^64) * 2^2e.
  struct Binary {
    Wide sum = 0;
    UnsignedWide low = 0;
    UnsignedWide high = 0;
  };
  struct Exact;
  Exact exact() const;
  Binary& at_exponent(int exponent);

  std::array<Scaled, kMaxScale + 1> scaled_{};
  int first_exponent_ = 0;
  std::vector<Binary> binary_;  // by exponent, from first_exponent_
  std::string read_sum_ = "0";  // of moments that were read back
  std::string read_squares_ = "0";
};

}  // namespace sluice::ml
