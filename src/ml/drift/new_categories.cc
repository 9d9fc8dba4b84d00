#include "ml/drift/new_categories.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace sluice::ml {
namespace {

// How many categories were seen so often in both samples together.
using Frequencies = std::map<double, double>;

// log of the bound for one t.
double log_bound(const Frequencies& frequencies, double side, double rows, double t) {
  double sum = -t * rows;
  for (const auto& [count, categories] : frequencies) {
    const double log_all = count * std::log(side);
    const double exponent = t * count + log_all;
    // log(1 - s + s e^(t c)), without overflow.
    const double rest = std::log1p(-std::exp(log_all));
    const double larger = std::max(rest, exponent);
    sum += categories * (larger + std::log1p(std::exp(-std::fabs(rest - exponent))));
  }
  return sum;
}

// The bound is convex in t.
double chernoff(const Frequencies& frequencies, double side, double rows) {
  double low = 0;
  double high = 100;
  for (int i = 0; i < 80; ++i) {
    const double a = low + (high - low) / 3;
    const double b = high - (high - low) / 3;
    if (log_bound(frequencies, side, rows, a) < log_bound(frequencies, side, rows, b))
      high = b;
    else
      low = a;
  }
  return std::exp(std::min(0.0, log_bound(frequencies, side, rows, (low + high) / 2)));
}

OneSided only_in(const std::vector<double>& side, const std::vector<double>& other) {
  OneSided found;
  Frequencies frequencies;
  double side_total = 0;
  double total = 0;
  for (std::size_t i = 0; i < side.size(); ++i) {
    if (other[i] == 0) found.rows += side[i];
    side_total += side[i];
    total += side[i] + other[i];
    if (side[i] + other[i] > 0) ++frequencies[side[i] + other[i]];
  }
  if (found.rows == 0) return found;
  found.share = found.rows / side_total;
  if (side_total < total) found.p_value = chernoff(frequencies, side_total / total, found.rows);
  return found;
}

}  // namespace

OneSided only_in_current(const PairedCounts& counts) {
  return only_in(counts.current, counts.reference);
}

OneSided only_in_reference(const PairedCounts& counts) {
  return only_in(counts.reference, counts.current);
}

}  // namespace sluice::ml
