// How sure a comparison can be, and how many rows it needs. Normal approximation; pure.
//
// With standard error s now and n rows, s falls with the root of the rows (as long as blocks of
// rows grow alike). Two-sided test at alpha: power = P(|Z + effect / s| > z(1 - alpha/2)). Rows for
// a given power: n (s (z(1 - alpha/2) + z(power)) / effect)² (Chow, Shao, Wang, Sample Size
// Calculations in Clinical Research, 2008, §3.1); to show equivalence of what is equal:
// n (s (z(1 - alpha) + z((1 + power) / 2)) / margin)².
#pragma once

#include <cstdint>

namespace sluice::ml {

struct PowerGoal {
  double alpha = 0.05;
  double power = 0.8;
};

double power_of_difference(double standard_error, double effect, double alpha);

// Of a comparison with so many rows and this standard error, both > 0; at least 1, at most 1e18.
std::uint64_t rows_to_see_difference(std::uint64_t rows, double standard_error, double effect,
                                     const PowerGoal& goal = {});
std::uint64_t rows_to_show_equivalence(std::uint64_t rows, double standard_error, double margin,
                                       const PowerGoal& goal = {});

}  // namespace sluice::ml
