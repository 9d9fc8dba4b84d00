// A range of values, ends included. A value.
#pragma once

namespace sluice::ml {

struct Interval {
  double low = 0;
  double high = 0;
};

}  // namespace sluice::ml
