// The distributions that tests refer to, as plain functions: Student t, chi-squared, F, beta and
// binomial. The values are those of Boost.Math (relative error about 1e-15); nothing throws.
// Arguments out of range are broken invariants of the caller (CHECK). Pure.
#pragma once

#include <cstdint>

namespace sluice::ml {

double student_t_cdf(double t, double degrees);
double student_t_survival(double t, double degrees);  // 1 - cdf, precise where that is small
double student_t_quantile(double p, double degrees);  // 0 < p < 1

double chi_squared_survival(double x, double degrees);
double chi_squared_quantile(double p, double degrees);

double f_survival(double x, double degrees_above, double degrees_below);

double beta_cdf(double x, double a, double b);
double beta_quantile(double p, double a, double b);  // 0 and 1 at the ends

// Of k or fewer (exactly k) successes in n trials.
double binomial_cdf(std::uint64_t k, std::uint64_t n, double p);
double binomial_probability(std::uint64_t k, std::uint64_t n, double p);

}  // namespace sluice::ml
