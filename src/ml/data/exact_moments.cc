#include "ml/data/exact_moments.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>

#include "base/strings.h"

namespace sluice::ml {

namespace {

using Integer = boost::multiprecision::cpp_int;

// digits / 10^scale
struct Decimal {
  Integer digits = 0;
  unsigned scale = 0;
};

Integer power(unsigned base, unsigned exponent) {
  return boost::multiprecision::pow(Integer(base), exponent);
}

void add_to(Decimal& sum, const Integer& digits, unsigned scale) {
  if (digits == 0) return;
  if (scale > sum.scale) {
    sum.digits *= power(10, scale - sum.scale);
    sum.scale = scale;
  }
  sum.digits += digits * power(10, sum.scale - scale);
}

// digits * 2^exponent
void add_binary(Decimal& sum, const Integer& digits, int exponent) {
  if (exponent >= 0)
    add_to(sum, digits << static_cast<unsigned>(exponent), 0);
  else
    add_to(sum, digits * power(5, static_cast<unsigned>(-exponent)),
           static_cast<unsigned>(-exponent));
}

std::string text_of(const Decimal& decimal) {
  std::string digits = Integer(boost::multiprecision::abs(decimal.digits)).str();
  if (digits.size() <= decimal.scale) digits.insert(0, decimal.scale + 1 - digits.size(), '0');
  if (decimal.scale > 0) {
    digits.insert(digits.size() - decimal.scale, ".");
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
  }
  return decimal.digits < 0 ? "-" + digits : digits;
}

bool read_decimal(std::string_view text, Decimal& decimal) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  if (point != std::string_view::npos) digits += text.substr(point + 1);
  if (digits.empty() || text.starts_with('.') || text.ends_with('.') ||
      digits.find_first_not_of("0123456789") != std::string::npos)
    return false;
  const std::size_t nonzero = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  decimal.scale =
      point == std::string_view::npos ? 0 : static_cast<unsigned>(text.size() - point - 1);
  decimal.digits = Integer(digits.substr(nonzero));
  if (negative) decimal.digits = -decimal.digits;
  return true;
}

// The nearest double, but for the last bit; infinity beyond its range.
double quotient(Integer numerator, Integer denominator) {
  const bool negative = numerator < 0;
  if (negative) numerator = -numerator;
  if (numerator == 0) return 0;
  const int shift = 80 - static_cast<int>(boost::multiprecision::msb(numerator)) +
                    static_cast<int>(boost::multiprecision::msb(denominator));
  if (shift >= 0)
    numerator <<= static_cast<unsigned>(shift);
  else
    denominator <<= static_cast<unsigned>(-shift);
  const Integer digits = numerator / denominator;  // 80 or 81 bits
  const double value = std::ldexp((digits >> 16).convert_to<double>(), 16 - shift);
  return negative ? -value : value;
}

__extension__ using UnsignedWide = unsigned __int128;

Integer wide(UnsignedWide value) {
  return (Integer(static_cast<std::uint64_t>(value >> 64)) << 64) +
         static_cast<std::uint64_t>(value);
}

}  // namespace

struct ExactMoments::Exact {
  Decimal sum;
  Decimal squares;
};

ExactMoments::Binary& ExactMoments::at_exponent(int exponent) {
  if (binary_.empty()) first_exponent_ = exponent;
  if (exponent < first_exponent_) {
    binary_.insert(binary_.begin(), static_cast<std::size_t>(first_exponent_ - exponent), Binary());
    first_exponent_ = exponent;
  }
  const auto index = static_cast<std::size_t>(exponent - first_exponent_);
  if (index >= binary_.size()) binary_.resize(index + 1);
  return binary_[index];
}

void ExactMoments::add(double value, std::uint64_t count) {
  if (value == 0) return;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  const auto digits = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  Binary& sums = at_exponent(exponent - 53);
  sums.sum += static_cast<Wide>(digits) * static_cast<Wide>(count);
  const auto square = static_cast<UnsignedWide>(static_cast<Wide>(digits) * digits);
  sums.low += static_cast<UnsignedWide>(static_cast<std::uint64_t>(square)) * count;
  sums.high += (square >> 64) * count;
}

void ExactMoments::merge(const ExactMoments& other) {
  for (std::size_t i = 0; i < scaled_.size(); ++i) {
    scaled_[i].sum += other.scaled_[i].sum;
    scaled_[i].squares += other.scaled_[i].squares;
  }
  for (std::size_t i = 0; i < other.binary_.size(); ++i) {
    const Binary& from = other.binary_[i];
    if (from.sum == 0 && from.low == 0 && from.high == 0) continue;
    Binary& to = at_exponent(other.first_exponent_ + static_cast<int>(i));
    to.sum += from.sum;
    to.low += from.low;
    to.high += from.high;
  }
  if (other.read_squares_ == "0") return;
  Decimal sum;
  Decimal squares;
  for (const ExactMoments* each : {static_cast<const ExactMoments*>(this), &other}) {
    Decimal part;
    CHECK(read_decimal(each->read_sum_, part));
    add_to(sum, part.digits, part.scale);
    CHECK(read_decimal(each->read_squares_, part));
    add_to(squares, part.digits, part.scale);
  }
  read_sum_ = text_of(sum);
  read_squares_ = text_of(squares);
}

ExactMoments::Exact ExactMoments::exact() const {
  Exact exact;
  CHECK(read_decimal(read_sum_, exact.sum));
  CHECK(read_decimal(read_squares_, exact.squares));
  for (unsigned scale = 0; scale <= kMaxScale; ++scale) {
    const Scaled& sums = scaled_[scale];
    const auto magnitude = static_cast<UnsignedWide>(sums.sum < 0 ? -sums.sum : sums.sum);
    add_to(exact.sum, sums.sum < 0 ? Integer(-wide(magnitude)) : wide(magnitude), scale);
    add_to(exact.squares, wide(sums.squares), 2 * scale);
  }
  for (std::size_t i = 0; i < binary_.size(); ++i) {
    const Binary& sums = binary_[i];
    const int exponent = first_exponent_ + static_cast<int>(i);
    const auto magnitude = static_cast<UnsignedWide>(sums.sum < 0 ? -sums.sum : sums.sum);
    add_binary(exact.sum, sums.sum < 0 ? Integer(-wide(magnitude)) : wide(magnitude), exponent);
    add_binary(exact.squares, wide(sums.low) + (wide(sums.high) << 64), 2 * exponent);
  }
  return exact;
}

std::string ExactMoments::sum() const {
  return text_of(exact().sum);
}

std::string ExactMoments::sum_of_squares() const {
  return text_of(exact().squares);
}

Result<ExactMoments> ExactMoments::read(std::string_view sum, std::string_view sum_of_squares) {
  constexpr std::size_t kLongest = 8192;
  if (std::max(sum.size(), sum_of_squares.size()) > kLongest)
    return invalid_input("'sum' is longer than a sum of doubles can be");
  Decimal parts[2];
  if (!read_decimal(sum, parts[0])) return invalid_input("'sum' is no decimal");
  if (!read_decimal(sum_of_squares, parts[1]) || parts[1].digits < 0)
    return invalid_input("'sum_of_squares' is no positive decimal");
  ExactMoments moments;
  moments.read_sum_ = text_of(parts[0]);
  moments.read_squares_ = text_of(parts[1]);
  return moments;
}

double ExactMoments::mean(std::uint64_t count) const {
  const Exact sums = exact();
  return quotient(sums.sum.digits, power(10, sums.sum.scale) * count);
}

// Q - S^2 / n, without rounding before the end.
double ExactMoments::squared_differences(std::uint64_t count) const {
  const Exact sums = exact();
  Decimal difference;
  add_to(difference, sums.squares.digits * count, sums.squares.scale);
  add_to(difference, -(sums.sum.digits * sums.sum.digits), 2 * sums.sum.scale);
  return std::max(0.0, quotient(difference.digits, power(10, difference.scale) * count));
}

}  // namespace sluice::ml
