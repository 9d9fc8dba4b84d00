#include "ml/expectations/moments.h"

#include <cmath>
#include <limits>

namespace sluice::ml::expectations {

double Moments::deviation() const {
  if (count_ < 2) return std::numeric_limits<double>::quiet_NaN();
  double squares = squares_;
  if (kept_.size() == count_) {
    squares = 0;
    for (const double value : kept_) squares += (mean() - value) * (mean() - value);
  }
  return std::sqrt(squares / static_cast<double>(count_ - 1));
}

}  // namespace sluice::ml::expectations
