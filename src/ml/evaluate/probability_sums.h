// Sums over rows for judging predicted probabilities of one class: streamed, merged by adding.
//
//   brier     mean((p - y)²)                               (Brier 1950)
//   log_loss  mean(-ln of the probability of what came), probabilities held within [2^-52, 1 -
//   2^-52]
//             as in scikit-learn, so that one sure mistake costs 36 and not everything
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

namespace sluice::ml {

struct ProbabilitySums {
  double n = 0;
  double squared_error = 0;
  double log_loss_sum = 0;

  // `label` is 1 where the class came, else 0; 0 <= probability <= 1.
  void add_row(double label, double probability) {
    constexpr double kLeast = 0x1p-52;
    const double held = std::clamp(probability, kLeast, 1 - kLeast);
    n += 1;
    squared_error += (probability - label) * (probability - label);
    log_loss_sum -= label * std::log(held) + (1 - label) * std::log(1 - held);
  }

  std::optional<double> brier() const { return mean(squared_error); }
  std::optional<double> log_loss() const { return mean(log_loss_sum); }

 private:
  std::optional<double> mean(double sum) const {
    return n > 0 ? std::optional(sum / n) : std::nullopt;
  }
};

}  // namespace sluice::ml
