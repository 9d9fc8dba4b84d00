#include "ml/evaluate/calibration.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ml/evaluate/score_order.h"

namespace sluice::ml {
namespace {

constexpr int kNewtonSteps = 50;

double logit(double probability) {
  constexpr double kLeast = 0x1p-52;
  const double held = std::clamp(probability, kLeast, 1 - kLeast);
  return std::log(held / (1 - held));
}

// Rows of one score.
struct EqualScores {
  double logit = 0;
  std::uint32_t rows = 0;
  std::uint32_t positives = 0;
};

std::vector<EqualScores> equal_scores(std::span<const RankedRow> ranked,
                                      std::span<const double> scores) {
  std::vector<EqualScores> found;
  found.reserve(static_cast<std::size_t>(
      std::ranges::count_if(ranked, [](RankedRow one) { return one.ends_score(); })));
  EqualScores equal;
  for (const RankedRow one : ranked) {
    equal.rows += 1;
    equal.positives += one.label();
    if (!one.ends_score()) continue;
    equal.logit = logit(scores[one.row()]);
    found.push_back(std::exchange(equal, {}));
  }
  return found;
}

// Newton steps on the log likelihood of two parameters; unset where they run away (classes that the
// scores separate, a single score).
std::optional<CalibrationLine> logistic_line(const std::vector<EqualScores>& scores) {
  CalibrationLine line{1, 0};
  for (int step = 0; step < kNewtonSteps; ++step) {
    double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
    for (const EqualScores& equal : scores) {
      const double x = equal.logit;
      const double p = 1 / (1 + std::exp(-(line.intercept + line.slope * x)));
      const double residual = equal.positives - equal.rows * p;
      const double weight = equal.rows * p * (1 - p);
      g0 += residual;
      g1 += residual * x;
      h00 += weight;
      h01 += weight * x;
      h11 += weight * x * x;
    }
    const double determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12 * h00 * h11)) return std::nullopt;
    const double intercept_step = (h11 * g0 - h01 * g1) / determinant;
    const double slope_step = (h00 * g1 - h01 * g0) / determinant;
    line.intercept += intercept_step;
    line.slope += slope_step;
    if (!std::isfinite(line.slope) || std::fabs(line.slope) > 1e6) return std::nullopt;
    if (std::fabs(slope_step) + std::fabs(intercept_step) < 1e-12) return line;
  }
  return std::nullopt;
}

std::optional<CalibrationLine> least_squares_line(const std::vector<double>& x,
                                                  const std::vector<double>& y) {
  const double mean_x = mean_of(x);
  const double mean_y = mean_of(y);
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  if (!(xx > 0)) return std::nullopt;
  return CalibrationLine{xy / xx, mean_y - xy / xx * mean_x};
}

Calibration of_probabilities(const JudgedRows& rows, const SumsView& sums,
                             std::span<const RankedRow> ranked) {
  Calibration found;
  for (std::size_t i = 0; i < kCalibrationBins; ++i) {
    const CalibrationBin bin = sums.calibration_bin(i);
    if (bin.n > 0)
      found.bins.push_back({bin.n, bin.probability_sum / bin.n, bin.positives / bin.n});
  }
  found.error = expected_calibration_error(sums);
  if (!rows.probability.empty()) found.line = logistic_line(equal_scores(ranked, rows.probability));
  return found;
}

Calibration of_numbers(const JudgedRows& rows) {
  std::vector<std::uint32_t> order = highest_first(rows.prediction);
  std::ranges::reverse(order);
  Calibration found;
  for (std::size_t bin = 0; bin < kCalibrationBins; ++bin) {
    const std::size_t first = bin * order.size() / kCalibrationBins;
    const std::size_t last = (bin + 1) * order.size() / kCalibrationBins;
    if (first == last) continue;
    ReliabilityBin one;
    one.rows = static_cast<double>(last - first);
    for (std::size_t i = first; i < last; ++i) {
      one.predicted += rows.prediction[order[i]];
      one.observed += rows.truth[order[i]];
    }
    one.predicted /= one.rows;
    one.observed /= one.rows;
    found.bins.push_back(one);
  }
  found.line = least_squares_line(rows.prediction, rows.truth);
  return found;
}

}  // namespace

std::optional<double> expected_calibration_error(const SumsView& sums) {
  if (!sums.layout().has_probabilities()) return std::nullopt;
  double rows = 0;
  double distance = 0;
  for (std::size_t i = 0; i < kCalibrationBins; ++i) {
    const CalibrationBin bin = sums.calibration_bin(i);
    rows += bin.n;
    distance += std::fabs(bin.probability_sum - bin.positives);
  }
  if (!(rows > 0)) return std::nullopt;
  return distance / rows;
}

std::optional<Calibration> calibration_of(const JudgedRows& rows, const SumsView& sums,
                                          std::span<const RankedRow> ranked) {
  if (rows.size() == 0 || rows.task == Task::Ranking) return std::nullopt;
  if (rows.task != Task::Classification) return of_numbers(rows);
  if (rows.probability.empty() && rows.class_probability.empty()) return std::nullopt;
  return of_probabilities(rows, sums, ranked);
}

std::optional<Calibration> calibration_of(const JudgedRows& rows) {
  const SumsLayout layout(rows);
  const BlockSums sums = sum_rows(rows, layout, {});
  return calibration_of(rows, {sums.block(0), layout}, rows.ranked());
}

JsonObject to_json(const Calibration& calibration) {
  JsonArray bins;
  for (const ReliabilityBin& bin : calibration.bins)
    bins.push_back(
        JsonObject{{"rows", bin.rows}, {"predicted", bin.predicted}, {"observed", bin.observed}});
  JsonObject object{{"bins", std::move(bins)}};
  object["ece"] = calibration.error ? Json(*calibration.error) : Json(nullptr);
  object["slope"] = calibration.line ? Json(calibration.line->slope) : Json(nullptr);
  object["intercept"] = calibration.line ? Json(calibration.line->intercept) : Json(nullptr);
  return object;
}

}  // namespace sluice::ml
