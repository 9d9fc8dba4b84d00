// Pearson's chi-squared test of equal shares in a table of two rows: the sum over cells of
// (observed - expected)² / expected, with (bins - 1) degrees of freedom (Pearson 1900). The p-value
// holds where hardly any cell expects fewer than 5: see join_rare(). Pure.
#pragma once

#include "ml/drift/distribution.h"

namespace sluice::ml {

struct ChiSquaredTest {
  double statistic = 0;
  double degrees = 0;
  double p_value = 1;  // 1 where there are fewer than two bins
};

// Bins that are empty on both sides do not count. Neither side is empty.
ChiSquaredTest chi_squared_test(const PairedCounts& counts);

}  // namespace sluice::ml
