#include "ml/statistics/distributions.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/check.h"

namespace sluice::ml {
namespace {

namespace math = boost::math;

// What Boost would throw comes back as NaN or infinity; arguments are checked here.
using Quiet =
    math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                           math::policies::pole_error<math::policies::ignore_error>,
                           math::policies::overflow_error<math::policies::ignore_error>,
                           math::policies::evaluation_error<math::policies::ignore_error>>;

using StudentT = math::students_t_distribution<double, Quiet>;
using ChiSquared = math::chi_squared_distribution<double, Quiet>;
using FisherF = math::fisher_f_distribution<double, Quiet>;
using Beta = math::beta_distribution<double, Quiet>;
using Binomial = math::binomial_distribution<double, Quiet>;

}  // namespace

double student_t_cdf(double t, double degrees) {
  return student_t_survival(-t, degrees);
}

double student_t_survival(double t, double degrees) {
  CHECK(degrees > 0 && !std::isnan(t));
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  return math::cdf(math::complement(StudentT(degrees), t));
}

double student_t_quantile(double p, double degrees) {
  CHECK(degrees > 0 && p > 0 && p < 1);
  return math::quantile(StudentT(degrees), p);
}

double chi_squared_survival(double x, double degrees) {
  CHECK(degrees > 0 && x >= 0);
  if (std::isinf(x)) return 0;
  return math::cdf(math::complement(ChiSquared(degrees), x));
}

double chi_squared_quantile(double p, double degrees) {
  CHECK(degrees > 0 && p > 0 && p < 1);
  return math::quantile(ChiSquared(degrees), p);
}

double f_survival(double x, double degrees_above, double degrees_below) {
  CHECK(degrees_above > 0 && degrees_below > 0 && x >= 0);
  if (std::isinf(x)) return 0;
  return math::cdf(math::complement(FisherF(degrees_above, degrees_below), x));
}

double beta_cdf(double x, double a, double b) {
  CHECK(a > 0 && b > 0 && x >= 0 && x <= 1);
  return math::cdf(Beta(a, b), x);
}

double beta_quantile(double p, double a, double b) {
  CHECK(a > 0 && b > 0 && p >= 0 && p <= 1);
  return math::quantile(Beta(a, b), p);
}

double binomial_cdf(std::uint64_t k, std::uint64_t n, double p) {
  CHECK(k <= n && p >= 0 && p <= 1);
  return math::cdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}

double binomial_probability(std::uint64_t k, std::uint64_t n, double p) {
  CHECK(k <= n && p >= 0 && p <= 1);
  return math::pdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}

}  // namespace sluice::ml
