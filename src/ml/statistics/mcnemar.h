// McNemar's test: do two classifiers differ in accuracy on the same rows? Only rows where exactly
// one of them is right tell (McNemar 1947). Pure.
//
// Exact: with b and c such rows, twice the binomial tail P(X <= min(b, c)), X ~ Bin(b + c, 1/2), at
// most 1. Mid-p: half of P(X = min(b, c)) taken off each tail; hardly ever above its level and more
// powerful (Fagerland, Lydersen, Laake, BMC Med. Res. Methodology 13:91, 2013). Interval and
// equivalence: adjusted Wald of Bonett & Price (2012): p = (count + 1) / (n + 2).
#pragma once

#include <cstdint>

#include "ml/statistics/comparison.h"

namespace sluice::ml {

struct DiscordantRows {
  std::uint64_t rows = 0;           // all of them
  std::uint64_t champion_only = 0;  // where only the champion is right
  std::uint64_t challenger_only = 0;
};

double mcnemar_exact_p(const DiscordantRows& rows);
double mcnemar_mid_p(const DiscordantRows& rows);

// The gain is the difference of the accuracies; its p-value the mid-p. At least one row.
Evidence mcnemar_test(const DiscordantRows& rows, const ComparisonPlan& plan);

}  // namespace sluice::ml
