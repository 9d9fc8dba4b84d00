#include "ml/statistics/mcnemar.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "ml/statistics/distributions.h"

namespace sluice::ml {
namespace {

std::uint64_t discordant(const DiscordantRows& rows) {
  CHECK(rows.champion_only + rows.challenger_only <= rows.rows);
  return rows.champion_only + rows.challenger_only;
}

}  // namespace

double mcnemar_exact_p(const DiscordantRows& rows) {
  const std::uint64_t n = discordant(rows);
  if (n == 0) return 1;
  return std::min(1.0,
                  2 * binomial_cdf(std::min(rows.champion_only, rows.challenger_only), n, 0.5));
}

double mcnemar_mid_p(const DiscordantRows& rows) {
  const std::uint64_t n = discordant(rows);
  if (n == 0) return 1;
  const std::uint64_t fewer = std::min(rows.champion_only, rows.challenger_only);
  return std::min(1.0, 2 * binomial_cdf(fewer, n, 0.5) - binomial_probability(fewer, n, 0.5));
}

Evidence mcnemar_test(const DiscordantRows& rows, const ComparisonPlan& plan) {
  CHECK(rows.rows > 0);
  const auto n = static_cast<double>(rows.rows);
  const auto won = static_cast<double>(rows.challenger_only);
  const auto lost = static_cast<double>(rows.champion_only);
  const double p = (won + 1) / (n + 2);
  const double q = (lost + 1) / (n + 2);
  const double error = std::sqrt((p + q - (p - q) * (p - q)) / (n + 2));
  Evidence evidence = evidence_from(p - q, error, plan);
  evidence.test = "mcnemar_mid_p";
  evidence.gain = (won - lost) / n;
  evidence.difference_p = mcnemar_mid_p(rows);
  evidence.rows = rows.rows;
  return evidence;
}

}  // namespace sluice::ml
