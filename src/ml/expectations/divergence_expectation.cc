// Relative entropy of a column to an expected distribution, below a threshold. Weight can be held
// out for values outside the partition (tail_weight_holdout) and for empty bins of it
// (internal_weight_holdout).
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ml/expectations/makers.h"
#include "ml/expectations/partition.h"
#include "ml/expectations/value_counts.h"

namespace sluice::ml::expectations {
namespace {

struct Limits {
  std::optional<double> threshold;
  double tail_holdout = 0;
  double internal_holdout = 0;
};

Outcome judged(double divergence, const Limits& limits, JsonObject details) {
  const bool finite = std::isfinite(divergence);
  const Json observed = finite ? Json(divergence) : Json(nullptr);
  const bool success = !limits.threshold || divergence <= *limits.threshold;
  return Outcome{success, {{"observed_value", observed}, {"details", std::move(details)}}};
}

class CategoricalDivergence final : public Expectation {
 public:
  CategoricalDivergence(const Setup& setup, std::size_t field, Partition partition, Limits limits)
      : field_(field),
        partition_(std::move(partition)),
        limits_(limits),
        budget_(setup.budget.distinct),
        counts_(budget_) {}

  void add(const Batch& batch, RowIndexes rows) override {
    counts_.add_all(batch.columns[field_], rows);
  }

  Result<Outcome> outcome() override {
    if (!counts_.exact()) return too_many_values(budget_);
    CategoryComparison found = compare_categories(partition_, counts_);
    const std::size_t known = found.values.size() - found.unexpected_values;
    for (std::size_t i = 0; i < found.values.size(); ++i) {
      if (counts_.present() > 0) found.observed[i] /= static_cast<double>(counts_.present());
      if (i >= known)
        found.expected[i] = limits_.tail_holdout / static_cast<double>(found.unexpected_values);
      else if (found.unexpected_values > 0)
        found.expected[i] *= 1 - limits_.tail_holdout;
    }
    const JsonArray values = cells_json(found.values);
    JsonObject details{{"observed_partition",
                        JsonObject{{"values", values}, {"weights", numbers_json(found.observed)}}},
                       {"expected_partition",
                        JsonObject{{"values", values}, {"weights", numbers_json(found.expected)}}}};
    return judged(relative_entropy(found.observed, found.expected), limits_, std::move(details));
  }

 private:
  std::size_t field_;
  Partition partition_;
  Limits limits_;
  std::size_t budget_;
  ValueCounts counts_;
};

// Weights by bin, with what lies below and above them.
struct Binned {
  std::vector<double> bins;
  std::vector<double> expected;
  std::vector<double> observed;
  std::vector<double> expected_tails;
  std::vector<double> observed_tails;
};

std::vector<double> with_tails(const std::vector<double>& middle,
                               const std::vector<double>& tails) {
  std::vector<double> all{tails[0]};
  all.insert(all.end(), middle.begin(), middle.end());
  all.push_back(tails[1]);
  return all;
}

class ContinuousDivergence final : public Expectation {
 public:
  ContinuousDivergence(std::size_t field, Partition partition, Limits limits)
      : field_(field),
        partition_(std::move(partition)),
        limits_(limits),
        counts_(partition_.weights.size()) {}

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      const Cell& cell = batch.columns[field_][row];
      if (cell.is_null()) continue;
      if (!cell.is_numeric())
        text_ = true;
      else
        place(cell.number);
    }
  }

  Result<Outcome> outcome() override {
    if (text_) return value_error("the column holds text, the partition has bins of numbers");
    const Binned binned = compared();
    const double divergence = relative_entropy(with_tails(binned.observed, binned.observed_tails),
                                               with_tails(binned.expected, binned.expected_tails));
    const JsonArray bins = numbers_json(binned.bins);
    JsonObject details{
        {"observed_partition", JsonObject{{"bins", bins},
                                          {"weights", numbers_json(binned.observed)},
                                          {"tail_weights", numbers_json(binned.observed_tails)}}},
        {"expected_partition", JsonObject{{"bins", bins},
                                          {"weights", numbers_json(binned.expected)},
                                          {"tail_weights", numbers_json(binned.expected_tails)}}}};
    return judged(all_ == 0 ? NAN : divergence, limits_, std::move(details));
  }

 private:
  void place(double value) {
    ++all_;
    const std::vector<double>& bins = partition_.bins;
    if (value < bins.front()) {
      ++below_;
    } else if (value > bins.back()) {
      ++above_;
    } else {
      auto at = static_cast<std::size_t>(std::upper_bound(bins.begin(), bins.end(), value) -
                                         bins.begin());
      ++counts_[std::min(at, counts_.size()) - 1];  // the last bin has both its ends
    }
  }

  double share(double count) const { return all_ == 0 ? 0 : count / static_cast<double>(all_); }

  std::vector<double> expected_weights() const {
    std::vector<double> weights = partition_.weights;
    const double kept = 1 - limits_.tail_holdout - limits_.internal_holdout;
    for (double& weight : weights) weight *= kept;
    const auto zeros = std::count(weights.begin(), weights.end(), 0.0);
    if (limits_.internal_holdout > 0 && zeros > 0)
      for (double& weight : weights)
        if (weight == 0) weight = limits_.internal_holdout / static_cast<double>(zeros);
    return weights;
  }

  // Bins that reach to infinity are tails.
  Binned compared() const {
    Binned binned{partition_.bins, expected_weights(), {}, {}, {}};
    for (const double count : counts_) binned.observed.push_back(share(count));
    const bool open_below = std::isinf(binned.bins.front());
    const bool open_above = std::isinf(binned.bins.back());
    std::vector<double> tails = partition_.tail_weights;
    if (tails.empty()) {
      const double one = open_below || open_above ? limits_.tail_holdout : limits_.tail_holdout / 2;
      tails = {one, one};
    }
    binned.expected_tails = tails;
    binned.observed_tails = {share(below_), share(above_)};
    if (open_above) {
      binned.expected_tails[1] = binned.expected.back();
      binned.observed_tails[1] = binned.observed.back();
      binned.expected.pop_back();
      binned.observed.pop_back();
      binned.bins.pop_back();
    }
    if (open_below && !binned.expected.empty()) {
      binned.expected_tails[0] = binned.expected.front();
      binned.observed_tails[0] = binned.observed.front();
      binned.expected.erase(binned.expected.begin());
      binned.observed.erase(binned.observed.begin());
      binned.bins.erase(binned.bins.begin());
    }
    return binned;
  }

  std::size_t field_;
  Partition partition_;
  Limits limits_;
  std::vector<double> counts_;
  double below_ = 0;
  double above_ = 0;
  std::uint64_t all_ = 0;
  bool text_ = false;
};

// Without a partition a column is compared with its own, which the result tells: as many bins as
// the rule of Sturges (1926) or that of Freedman & Diaconis (1981) wants, whichever are more.
class OwnDivergence final : public Expectation {
 public:
  OwnDivergence(const Setup& setup, std::size_t field, Limits limits)
      : field_(field), limits_(limits), budget_(setup.budget.values) {}

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      const Cell& cell = batch.columns[field_][row];
      if (cell.is_null()) continue;
      if (!cell.is_numeric() || !std::isfinite(cell.number))
        text_ = true;
      else if (values_.size() <= budget_)
        values_.push_back(cell.number);
    }
  }

  Result<Outcome> outcome() override {
    if (text_) return value_error("the column holds text: it has no bins of numbers");
    if (values_.empty() || values_.size() > budget_)
      return value_error("a partition is made from 1 value up to as many as fit in memory");
    std::sort(values_.begin(), values_.end());
    const std::vector<double> bins = own_bins();
    std::vector<double> weights(bins.size() - 1);
    for (const double value : values_) {
      const auto at = static_cast<std::size_t>(std::upper_bound(bins.begin(), bins.end(), value) -
                                               bins.begin());
      weights[std::min(at, weights.size()) - 1] += 1 / static_cast<double>(values_.size());
    }
    const JsonObject partition{{"bins", numbers_json(bins)},
                               {"weights", numbers_json(weights)},
                               {"tail_weights", JsonArray{0.0, 0.0}}};
    return judged(0, limits_,
                  {{"observed_partition", partition}, {"expected_partition", partition}});
  }

 private:
  // The nearest value; of two, the one with the even place.
  double quantile(double q) const {
    const double place = q * static_cast<double>(values_.size() - 1);
    return values_[static_cast<std::size_t>(std::nearbyint(place))];
  }

  std::vector<double> own_bins() const {
    constexpr double kMostBins = 10'000;
    const double low = values_.front();
    const double span = values_.back() - low;
    if (span == 0) return {low - 0.5, low + 0.5};
    const auto n = static_cast<double>(values_.size());
    double count = std::ceil(std::log2(n + 1));
    const double between = quantile(0.75) - quantile(0.25);
    if (between > 1e-10) count = std::max(count, std::ceil(span / (2 * between / std::cbrt(n))));
    count = std::min(count, kMostBins);
    std::vector<double> bins;
    for (double i = 0; i <= count; ++i) bins.push_back(low + span * i / count);
    return bins;
  }

  std::size_t field_;
  Limits limits_;
  std::size_t budget_;
  std::vector<double> values_;
  bool text_ = false;
};

Result<void> check_share(double value, std::string_view message) {
  return value >= 0 && value <= 1 ? success() : Result<void>(value_error(message));
}

Result<Limits> read_limits(const Setup& setup) {
  Limits limits;
  const Json* threshold = setup.arguments.find("threshold");
  if (threshold != nullptr) {
    const Cell cell = cell_of(*threshold);
    if (!cell.is_numeric() || cell.number < 0)
      return value_error("Threshold must be specified, greater than or equal to zero.");
    limits.threshold = cell.number;
  }
  limits.tail_holdout = TRY(setup.arguments.number_or("tail_weight_holdout", 0));
  limits.internal_holdout = TRY(setup.arguments.number_or("internal_weight_holdout", 0));
  TRY(check_share(limits.tail_holdout, "tail_weight_holdout must be between zero and one."));
  TRY(check_share(limits.internal_holdout,
                  "internal_weight_holdout must be between zero and one."));
  return limits;
}

Result<void> check_fit(const Partition& partition, const Limits& limits) {
  if (limits.tail_holdout != 0 && !partition.tail_weights.empty())
    return value_error("tail_weight_holdout must be 0 when using tail_weights in partition object");
  if (partition.is_categorical()) {
    if (limits.internal_holdout > 0)
      return value_error("Internal weight holdout cannot be used for discrete data.");
    return success();
  }
  const bool below = std::isinf(partition.bins.front());
  const bool above = std::isinf(partition.bins.back());
  if (below && above && limits.tail_holdout > 0)
    return value_error(
        "tail_weight_holdout cannot be used for partitions with infinite endpoints.");
  if ((below || above) && !partition.tail_weights.empty())
    return value_error(
        "There can be no tail weights for partitions with one or both endpoints at infinity");
  return success();
}

}  // namespace

MadeExpectation make_divergence(const Setup& setup) {
  const std::size_t field = TRY(read_column(setup));
  const Limits limits = TRY(read_limits(setup));
  if (setup.arguments.find("partition_object") == nullptr)
    return std::unique_ptr<Expectation>(std::make_unique<OwnDivergence>(setup, field, limits));
  Partition partition = TRY(read_partition(setup));
  TRY(check_fit(partition, limits));
  const Json* bucketize = setup.arguments.find("bucketize_data");
  const bool bucketed = bucketize == nullptr || !bucketize->is_bool() || bucketize->get_bool();
  if (partition.is_categorical())
    return std::unique_ptr<Expectation>(
        std::make_unique<CategoricalDivergence>(setup, field, std::move(partition), limits));
  if (!bucketed)
    return value_error(
        "KL Divergence cannot be computed with a continuous partition object and the "
        "bucketize_data parameter set to false.");
  return std::unique_ptr<Expectation>(
      std::make_unique<ContinuousDivergence>(field, std::move(partition), limits));
}

}  // namespace sluice::ml::expectations
