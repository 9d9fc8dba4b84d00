// How often each class was predicted as which. A value.
//
//   accuracy = sum of the diagonal / n            precision(c) = tp / (tp + fp)
//   recall(c) = tp / (tp + fn)                    f1(c) = 2 tp / (2 tp + fp + fn)
//   matthews = (n s - sum t p) / sqrt((n² - sum p²)(n² - sum t²)), s the diagonal, t and p the
//   totals of truth and prediction by class (Gorodkin 2004; for two classes Matthews 1975)
// as in scikit-learn, but for what it reports as 0 where nothing is defined: here it is unset.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace sluice::ml {

class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(std::size_t classes);  // >= 2
  // Of counts row by row, a row for each class of the truth.
  ConfusionMatrix(std::size_t classes, std::span<const double> counts);

  void add(std::size_t truth, std::size_t predicted, double weight = 1);

  std::size_t classes() const { return classes_; }
  double count(std::size_t truth, std::size_t predicted) const;
  double total() const;
  double truth_total(std::size_t of) const;
  double predicted_total(std::size_t of) const;

  std::optional<double> accuracy() const;
  std::optional<double> precision(std::size_t of) const;
  std::optional<double> recall(std::size_t of) const;
  std::optional<double> f1(std::size_t of) const;
  // Plain means over the classes that occur in truth or prediction; what is not defined for one of
  // them counts 0.
  std::optional<double> macro_precision() const;
  std::optional<double> macro_recall() const;
  std::optional<double> macro_f1() const;
  // Means weighted by how often each class occurs in the truth; recall's is the accuracy.
  std::optional<double> weighted_precision() const;
  std::optional<double> weighted_recall() const;
  std::optional<double> weighted_f1() const;
  // Mean recall over the classes that occur in the truth.
  std::optional<double> balanced_accuracy() const;
  std::optional<double> matthews() const;

 private:
  using OfClass = std::optional<double> (ConfusionMatrix::*)(std::size_t) const;
  std::optional<double> mean_over_classes(OfClass of) const;
  std::optional<double> weighted_mean(OfClass of) const;

  std::size_t classes_;
  std::vector<double> counts_;  // row: truth
};

}  // namespace sluice::ml
