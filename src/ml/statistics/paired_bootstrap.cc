#include "ml/statistics/paired_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/check.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kMaxBlocks = 4096;

struct BlockSums {
  std::vector<double> gain;
  std::vector<double> rows;
};

BlockSums sum_blocks(const PairedLosses& losses) {
  const std::size_t rows = losses.champion.size();
  const std::size_t blocks =
      losses.blocks.empty()
          ? rows
          : std::size_t{*std::max_element(losses.blocks.begin(), losses.blocks.end())} + 1;
  const std::size_t kept = std::min(blocks, kMaxBlocks);
  BlockSums sums{std::vector<double>(kept), std::vector<double>(kept)};
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t block = losses.blocks.empty() ? i : losses.blocks[i];
    const std::size_t joined = block * kept / blocks;
    sums.gain[joined] += losses.champion[i] - losses.challenger[i];
    sums.rows[joined] += 1;
  }
  return sums;
}

double deviation(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / std::max(1.0, n - 1));
}

// Shares of sorted replicates at or below (above) a border, never 0.
double share_below(const std::vector<double>& sorted, double border) {
  const auto below = std::upper_bound(sorted.begin(), sorted.end(), border) - sorted.begin();
  return (1 + static_cast<double>(below)) / (1 + static_cast<double>(sorted.size()));
}

double share_above(const std::vector<double>& sorted, double border) {
  const auto above = sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), border);
  return (1 + static_cast<double>(above)) / (1 + static_cast<double>(sorted.size()));
}

}  // namespace

std::vector<std::uint32_t> blocks_by_series_and_time(std::span<const std::uint32_t> series,
                                                     std::span<const std::int64_t> periods,
                                                     std::int64_t length) {
  CHECK(series.size() == periods.size() && length >= 1);
  std::map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> known;
  std::vector<std::uint32_t> blocks;
  blocks.reserve(series.size());
  for (std::size_t i = 0; i < series.size(); ++i) {
    const std::int64_t period = periods[i];
    const std::int64_t part = period >= 0 ? period / length : -((length - 1 - period) / length);
    const auto next = static_cast<std::uint32_t>(known.size());
    blocks.push_back(known.try_emplace({series[i], part}, next).first->second);
  }
  return blocks;
}

Evidence paired_bootstrap_test(const PairedLosses& losses, const ComparisonPlan& plan,
                               const BootstrapPlan& resampling) {
  CHECK(losses.champion.size() == losses.challenger.size());
  CHECK(losses.blocks.empty() || losses.blocks.size() == losses.champion.size());
  const BlockSums sums = sum_blocks(losses);
  CHECK(sums.gain.size() >= 2);
  const auto statistic = [&](std::span<const std::uint32_t> weights) -> std::optional<double> {
    double gain = 0;
    double rows = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      gain += weights[i] * sums.gain[i];
      rows += weights[i] * sums.rows[i];
    }
    if (rows == 0) return std::nullopt;
    return gain / rows;
  };
  const auto replicates =
      bootstrap_replicates(static_cast<std::uint32_t>(sums.gain.size()), statistic, resampling);
  Evidence evidence;
  evidence.test = "paired_block_bootstrap";
  evidence.gain = std::accumulate(sums.gain.begin(), sums.gain.end(), 0.0) /
                  static_cast<double>(losses.champion.size());
  evidence.standard_error = deviation(replicates);
  evidence.interval = {bootstrap_quantile(replicates, plan.alpha / 2),
                       bootstrap_quantile(replicates, 1 - plan.alpha / 2)};
  evidence.difference_p =
      std::min(1.0, 2 * std::min(share_below(replicates, 0), share_above(replicates, 0)));
  if (plan.margin > 0)
    evidence.equivalence_p =
        std::max(share_below(replicates, -plan.margin), share_above(replicates, plan.margin));
  evidence.rows = losses.champion.size();
  evidence.seed = resampling.seed;
  return evidence;
}

}  // namespace sluice::ml
