#include "ml/statistics/kolmogorov.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "base/check.h"

namespace sluice::ml {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kLarge = 0x1p128;

// Lattice paths up to this many points are counted; more would take longer than milliseconds.
constexpr std::uint64_t kMaxPoints = 4'000'000;
constexpr std::uint64_t kMaxSquare = 10'000;

double real(std::uint64_t n) {
  return static_cast<double>(n);
}

struct SquareMatrix {
  std::size_t size;
  std::vector<double> cells;

  explicit SquareMatrix(std::size_t m) : size(m), cells(m * m) {}
  double& at(std::size_t row, std::size_t column) { return cells[row * size + column]; }
  double at(std::size_t row, std::size_t column) const { return cells[row * size + column]; }
};

SquareMatrix product(const SquareMatrix& a, const SquareMatrix& b) {
  SquareMatrix c(a.size);
  for (std::size_t i = 0; i < a.size; ++i)
    for (std::size_t k = 0; k < a.size; ++k) {
      const double factor = a.at(i, k);
      if (factor == 0) continue;
      for (std::size_t j = 0; j < a.size; ++j) c.at(i, j) += factor * b.at(k, j);
    }
  return c;
}

// H of Marsaglia, Tsang & Wang 2003 for x = (k - h) / n.
SquareMatrix durbin_matrix(std::size_t m, double h) {
  SquareMatrix matrix(m);
  double factorial = 1;  // 1 / j!
  std::vector<double> inverse(m);
  std::vector<double> first(m);
  for (std::size_t j = 1; j <= m; ++j) {
    inverse[j - 1] = factorial;
    factorial /= real(j);
    first[j - 1] = (1 - std::pow(h, real(j))) * factorial;
  }
  const double corner = std::pow(std::max(2 * h - 1, 0.0), real(m)) - 2 * std::pow(h, real(m));
  first[m - 1] = (1 + corner) * factorial;
  for (std::size_t column = 1; column < m; ++column)
    for (std::size_t row = column - 1; row < m; ++row)
      matrix.at(row, column) = inverse[row - (column - 1)];
  for (std::size_t row = 0; row < m; ++row) matrix.at(row, 0) = first[row];
  for (std::size_t column = 0; column < m; ++column)
    matrix.at(m - 1, column) = first[m - 1 - column];
  return matrix;
}

// P(D_n <= x) = n! / n^n times the middle cell of H^n, with powers of 2^128 taken out on the way.
double durbin_cdf(std::uint64_t n, double x) {
  const double t = real(n) * x;
  const auto k = static_cast<std::size_t>(std::ceil(t));
  const std::size_t m = 2 * k - 1;
  SquareMatrix base = durbin_matrix(m, real(k) - t);
  SquareMatrix power(m);
  for (std::size_t i = 0; i < m; ++i) power.at(i, i) = 1;
  int exponent = 0;
  int base_exponent = 0;
  for (std::uint64_t rest = n; rest > 0; rest /= 2) {
    if (rest % 2 == 1) {
      power = product(power, base);
      exponent += base_exponent;
    }
    base = product(base, base);
    base_exponent *= 2;
    if (std::fabs(base.at(k - 1, k - 1)) > kLarge) {
      for (double& cell : base.cells) cell /= kLarge;
      base_exponent += 128;
    }
  }
  double p = power.at(k - 1, k - 1);
  for (std::uint64_t i = 1; i <= n; ++i) {
    p = real(i) * p / real(n);
    if (std::fabs(p) < 1 / kLarge) {
      p *= kLarge;
      exponent -= 128;
    }
  }
  return std::clamp(std::ldexp(p, exponent), 0.0, 1.0);
}

// Sums over odd integers of the series K0 .. K3, by Horner's scheme in q^8k.
struct PelzGoodSums {
  double k0 = 0;
  double k1 = 0;
  double k2 = 0;
  double k3 = 0;

  void scale(double by) {
    k0 *= by;
    k1 *= by;
    k2 *= by;
    k3 *= by;
  }
};

PelzGoodSums odd_sums(double z, int terms) {
  const double z2 = z * z;
  const double z4 = z2 * z2;
  const double z6 = z4 * z2;
  const double pi2 = kPi * kPi;
  const double q = std::exp(-pi2 / 8 / z2);
  PelzGoodSums sums;
  for (int k = terms; k > 0; --k) {
    const double m = 2 * k - 1;
    const double m2 = m * m;
    const double m4 = m2 * m2;
    sums.scale(std::pow(q, 8 * k));
    sums.k0 += 1;
    sums.k1 += -z2 + pi2 / 4 * m2;
    sums.k2 +=
        6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * pi2 / 4 * m2 + pi2 * pi2 * (1 - 2 * z2) / 16 * m4;
    sums.k3 += -30 * z6 - 90 * z4 * z4 + pi2 * (135 * z4 - 96 * z6) / 4 * m2 +
               pi2 * pi2 * (-60 * z2 + 212 * z4) / 16 * m4 +
               pi2 * pi2 * pi2 * (5 - 30 * z2) / 64 * m4 * m2;
  }
  sums.scale(q * std::sqrt(2 * kPi));
  sums.k0 /= z;
  sums.k1 /= 6 * z4;
  sums.k2 /= 72 * z6 * z;
  sums.k3 /= 6480 * z6 * z4;
  return sums;
}

double pelz_good_cdf(std::uint64_t n, double x) {
  const double z = std::sqrt(real(n)) * x;
  if (-kPi * kPi / 8 / (z * z) < -708) return 0;
  const int terms = static_cast<int>(std::ceil(16 * z / kPi));
  PelzGoodSums sums = odd_sums(z, terms);
  const double q = std::exp(-kPi * kPi / 2 / (z * z));
  double second = 0;
  double third = 0;
  for (int k = terms; k > 0; --k) {
    const double square = static_cast<double>(k) * k;
    const double weight = square * std::pow(q, square);
    second += weight;
    third += weight * (3 * z * z - kPi * kPi * square);
  }
  const double factor = kPi * kPi * std::sqrt(2 * kPi);
  sums.k2 -= second * factor / (36 * z * z * z);
  sums.k3 += third * factor / (216 * std::pow(z, 6));
  const double root = std::sqrt(real(n));
  return std::clamp(sums.k0 + sums.k1 / root + sums.k2 / real(n) + sums.k3 / (real(n) * root), 0.0,
                    1.0);
}

// P(D_n+ >= x), one-sided: x sum over j <= n (1 - x) of C(n, j) (x + j/n)^(j-1) (1 - x -
// j/n)^(n-j).
double smirnov_survival(std::uint64_t n, double x) {
  double sum = 0;
  const auto last = static_cast<std::uint64_t>(std::floor(real(n) * (1 - x)));
  const double all = std::lgamma(real(n) + 1);
  for (std::uint64_t j = 0; j <= last; ++j) {
    const double below = x + real(j) / real(n);
    const double above = 1 - below;
    if (above <= 0) continue;
    sum += std::exp(all - std::lgamma(real(j) + 1) - std::lgamma(real(n - j) + 1) +
                    (real(j) - 1) * std::log(below) + real(n - j) * std::log(above));
  }
  return std::clamp(x * sum, 0.0, 1.0);
}

double twice_smirnov(std::uint64_t n, double x) {
  return std::min(1.0, 2 * smirnov_survival(n, x));
}

// x <= 1/n, where P(D_n <= x) = n! (2x - 1/n)^n.
double ruben_gambino_cdf(std::uint64_t n, double t) {
  if (t <= 0.5) return 0;
  return std::exp(std::lgamma(real(n) + 1) + real(n) * std::log((2 * t - 1) / real(n)));
}

// Two samples of n: 2 (C(2n, n-h) - C(2n, n-2h) + …) / C(2n, n), nested as a product.
double square_survival(std::uint64_t n, std::uint64_t h) {
  double p = 0;
  for (std::uint64_t k = n / h + 1; k-- > 0;) {
    double term = 1;
    for (std::uint64_t j = 0; j < h; ++j)
      term = (real(n) - real(k * h) - real(j)) * term / (real(n) + real(k * h) + real(j) + 1);
    p = term * (1 - p);
  }
  return 2 * p;
}

// The share of lattice paths from (0, 0) to (n1, n2) that leave |i a - j b| < h, where i / n1 and
// j / n2 are the two cumulative distributions.
double path_survival(std::uint64_t n1, std::uint64_t n2, std::uint64_t h) {
  const std::uint64_t divisor = std::gcd(n1, n2);
  const std::uint64_t a = n2 / divisor;
  const std::uint64_t b = n1 / divisor;
  const auto outside = [&](std::uint64_t i, std::uint64_t j) {
    const std::uint64_t x = i * a;
    const std::uint64_t y = j * b;
    return (x > y ? x - y : y - x) >= h;
  };
  std::vector<double> left(n2 + 1, 0);
  for (std::uint64_t j = 1; j <= n2; ++j) left[j] = outside(0, j) ? 1 : left[j - 1];
  for (std::uint64_t i = 1; i <= n1; ++i) {
    if (outside(i, 0)) left[0] = 1;
    for (std::uint64_t j = 1; j <= n2; ++j) {
      const double total = real(i + j);
      left[j] = outside(i, j) ? 1 : real(i) / total * left[j] + real(j) / total * left[j - 1];
    }
  }
  return left[n2];
}

}  // namespace

double kolmogorov_survival(std::uint64_t n, double x) {
  CHECK(n > 0 && !std::isnan(x));
  if (x >= 1) return 0;
  if (x <= 0) return 1;
  const double t = real(n) * x;
  if (t <= 1) return 1 - ruben_gambino_cdf(n, t);
  if (t >= real(n) - 1) return std::min(1.0, 2 * std::pow(1 - x, real(n)));
  if (x >= 0.5) return twice_smirnov(n, x);
  const double nxx = t * x;
  if (n <= 140) return nxx <= 4 ? 1 - durbin_cdf(n, x) : twice_smirnov(n, x);
  if (nxx >= 370) return 0;
  if (nxx >= 2.2 && n <= 100'000) return twice_smirnov(n, x);
  if (n <= 100'000 && real(n) * std::pow(x, 1.5) <= 1.4) return 1 - durbin_cdf(n, x);
  return 1 - pelz_good_cdf(n, x);
}

double two_sample_kolmogorov_survival(std::uint64_t n1, std::uint64_t n2, double d) {
  CHECK(n1 > 0 && n2 > 0 && d >= 0 && d <= 1);
  const double multiple = real(n1 / std::gcd(n1, n2)) * real(n2);
  const double steps = std::round(d * multiple);
  if (steps == 0) return 1;
  if (n1 == n2 && n1 <= kMaxSquare) return square_survival(n1, static_cast<std::uint64_t>(steps));
  if (real(n1) * real(n2) <= real(kMaxPoints))
    return path_survival(n1, n2, static_cast<std::uint64_t>(steps));
  const double size = real(n1) * real(n2) / (real(n1) + real(n2));
  return kolmogorov_survival(static_cast<std::uint64_t>(std::nearbyint(size)), d);
}

}  // namespace sluice::ml
