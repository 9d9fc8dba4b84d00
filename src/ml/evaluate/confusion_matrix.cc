#include "ml/evaluate/confusion_matrix.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace sluice::ml {
namespace {

std::optional<double> ratio(double above, double below) {
  if (!(below > 0)) return std::nullopt;
  return above / below;
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::size_t classes)
    : classes_(classes), counts_(classes * classes) {
  CHECK(classes >= 2);
}

ConfusionMatrix::ConfusionMatrix(std::size_t classes, std::span<const double> counts)
    : classes_(classes), counts_(counts.begin(), counts.end()) {
  CHECK(classes >= 2 && counts.size() == classes * classes);
}

void ConfusionMatrix::add(std::size_t truth, std::size_t predicted, double weight) {
  CHECK(truth < classes_ && predicted < classes_);
  counts_[truth * classes_ + predicted] += weight;
}

double ConfusionMatrix::count(std::size_t truth, std::size_t predicted) const {
  CHECK(truth < classes_ && predicted < classes_);
  return counts_[truth * classes_ + predicted];
}

double ConfusionMatrix::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), 0.0);
}

double ConfusionMatrix::truth_total(std::size_t of) const {
  double sum = 0;
  for (std::size_t c = 0; c < classes_; ++c) sum += count(of, c);
  return sum;
}

double ConfusionMatrix::predicted_total(std::size_t of) const {
  double sum = 0;
  for (std::size_t c = 0; c < classes_; ++c) sum += count(c, of);
  return sum;
}

std::optional<double> ConfusionMatrix::accuracy() const {
  double right = 0;
  for (std::size_t c = 0; c < classes_; ++c) right += count(c, c);
  return ratio(right, total());
}

std::optional<double> ConfusionMatrix::precision(std::size_t of) const {
  return ratio(count(of, of), predicted_total(of));
}

std::optional<double> ConfusionMatrix::recall(std::size_t of) const {
  return ratio(count(of, of), truth_total(of));
}

std::optional<double> ConfusionMatrix::f1(std::size_t of) const {
  return ratio(2 * count(of, of), truth_total(of) + predicted_total(of));
}

std::optional<double> ConfusionMatrix::mean_over_classes(OfClass of) const {
  double sum = 0;
  double seen = 0;
  for (std::size_t c = 0; c < classes_; ++c) {
    if (truth_total(c) + predicted_total(c) == 0) continue;
    sum += (this->*of)(c).value_or(0);
    seen += 1;
  }
  return ratio(sum, seen);
}

std::optional<double> ConfusionMatrix::macro_precision() const {
  return mean_over_classes(&ConfusionMatrix::precision);
}

std::optional<double> ConfusionMatrix::macro_recall() const {
  return mean_over_classes(&ConfusionMatrix::recall);
}

std::optional<double> ConfusionMatrix::macro_f1() const {
  return mean_over_classes(&ConfusionMatrix::f1);
}

std::optional<double> ConfusionMatrix::weighted_mean(OfClass of) const {
  double sum = 0;
  for (std::size_t c = 0; c < classes_; ++c) sum += (this->*of)(c).value_or(0) * truth_total(c);
  return ratio(sum, total());
}

std::optional<double> ConfusionMatrix::weighted_precision() const {
  return weighted_mean(&ConfusionMatrix::precision);
}

std::optional<double> ConfusionMatrix::weighted_recall() const {
  return weighted_mean(&ConfusionMatrix::recall);
}

std::optional<double> ConfusionMatrix::weighted_f1() const {
  return weighted_mean(&ConfusionMatrix::f1);
}

std::optional<double> ConfusionMatrix::balanced_accuracy() const {
  double sum = 0;
  double seen = 0;
  for (std::size_t c = 0; c < classes_; ++c) {
    const auto one = recall(c);
    if (!one) continue;
    sum += *one;
    seen += 1;
  }
  return ratio(sum, seen);
}

std::optional<double> ConfusionMatrix::matthews() const {
  const double n = total();
  double right = 0;
  double both = 0;
  double truth_squares = 0;
  double predicted_squares = 0;
  for (std::size_t c = 0; c < classes_; ++c) {
    const double t = truth_total(c);
    const double p = predicted_total(c);
    right += count(c, c);
    both += t * p;
    truth_squares += t * t;
    predicted_squares += p * p;
  }
  const double spread = (n * n - predicted_squares) * (n * n - truth_squares);
  return ratio(n * right - both, std::sqrt(std::max(0.0, spread)));
}

}  // namespace sluice::ml
