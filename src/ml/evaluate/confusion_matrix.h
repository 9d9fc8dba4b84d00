// How often each class was predicted as which: streamed, merged by adding. A value.
//
//   accuracy = sum of the diagonal / n            precision(c) = tp / (tp + fp)
//   recall(c) = tp / (tp + fn)                    f1(c) = 2 tp / (2 tp + fp + fn)
//   matthews = (n s - sum t p) / sqrt((n² - sum p²)(n² - sum t²)), s the diagonal, t and p the
//   totals of truth and prediction by class (Gorodkin 2004; for two classes Matthews 1975)
// as in scikit-learn, but for what it reports as 0 where nothing is defined: here it is unset.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace sluice::ml {

class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(std::size_t classes);  // >= 2

  void add(std::size_t truth, std::size_t predicted, double weight = 1);
  void merge(const ConfusionMatrix& other);  // of as many classes

  std::size_t classes() const { return classes_; }
  double count(std::size_t truth, std::size_t predicted) const;
  double total() const;

  std::optional<double> accuracy() const;
  std::optional<double> precision(std::size_t of) const;
  std::optional<double> recall(std::size_t of) const;
  std::optional<double> f1(std::size_t of) const;
  // Plain mean over the classes that occur in truth or prediction.
  std::optional<double> macro_f1() const;
  std::optional<double> matthews() const;

 private:
  double truth_total(std::size_t of) const;
  double predicted_total(std::size_t of) const;

  std::size_t classes_;
  std::vector<double> counts_;  // row: truth
};

}  // namespace sluice::ml
