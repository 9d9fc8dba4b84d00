// Sums over rows for judging predicted probabilities: streamed, merged by adding.
//
//   brier     of one class mean((p - y)²); of several mean(sum over classes (p - y)²), 0 to 2
//             (Brier, Monthly Weather Review 78, 1950; both as in scikit-learn 1.7)
//   log_loss  mean(-ln of the probability of what came), probabilities held within [2^-52, 1 -
//   2^-52]
//             as in scikit-learn, so that one sure mistake costs 36 and not everything
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

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
    log_loss_sum -= std::log(label != 0 ? held : 1 - held);
  }

  // Probabilities of all classes, of which `truth` came.
  void add_row(std::span<const double> probabilities, std::size_t truth) {
    constexpr double kLeast = 0x1p-52;
    n += 1;
    for (std::size_t c = 0; c < probabilities.size(); ++c) {
      const double error = probabilities[c] - (c == truth ? 1 : 0);
      squared_error += error * error;
    }
    log_loss_sum -= std::log(std::clamp(probabilities[truth], kLeast, 1 - kLeast));
  }

  std::optional<double> brier() const { return mean(squared_error); }
  std::optional<double> log_loss() const { return mean(log_loss_sum); }

 private:
  std::optional<double> mean(double sum) const {
    return n > 0 ? std::optional(sum / n) : std::nullopt;
  }
};

}  // namespace sluice::ml
