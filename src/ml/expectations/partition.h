// A partition object: the distribution that a column is compared with, as categories ("values") or
// as intervals ("bins") with their weights.
#pragma once

#include <vector>

#include "ml/expectations/setup.h"

namespace sluice::ml::expectations {

struct Partition {
  std::vector<KeptCell> values;  // categorical
  std::vector<double> bins;      // continuous; may begin and end at infinity
  std::vector<double> weights;
  std::vector<double> tail_weights;  // none, or below and above

  bool is_categorical() const { return !values.empty(); }
};

// From "partition_object". ValueError: weights do not add up to 1, bins do not rise, other lengths.
Result<Partition> read_partition(const Setup& setup);

// Weights of what was expected and of what was seen, over the same values.
struct CategoryComparison {
  std::vector<Cell> values;  // the partition's, then others
  std::vector<double> expected;
  std::vector<double> observed;  // counts
  std::size_t unexpected_values = 0;
};
class ValueCounts;
CategoryComparison compare_categories(const Partition& partition, const ValueCounts& counts);

JsonArray numbers_json(const std::vector<double>& numbers);
JsonArray cells_json(const std::vector<Cell>& cells);

// Relative entropy of `p` to `q`, both scaled to 1 (natural logarithm); infinite where q is 0 and p
// is not. Kullback & Leibler 1951.
double relative_entropy(const std::vector<double>& p, const std::vector<double>& q);

}  // namespace sluice::ml::expectations
