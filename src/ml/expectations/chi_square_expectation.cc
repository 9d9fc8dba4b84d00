// Pearson's chi-squared: of a column against expected shares, and of two columns against each other
// as Cramer's V (Cramer 1946).
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "ml/expectations/makers.h"
#include "ml/expectations/partition.h"
#include "ml/expectations/value_counts.h"
#include "ml/statistics/distributions.h"

namespace sluice::ml::expectations {
namespace {

std::vector<double> shares(const std::vector<double>& counts) {
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<double> result;
  for (const double count : counts) result.push_back(all > 0 ? count / all : 0);
  return result;
}

double chi_square_p(const std::vector<double>& observed, const std::vector<double>& expected) {
  double statistic = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double difference = observed[i] - expected[i];
    if (difference != 0) statistic += difference * difference / expected[i];
  }
  if (std::isinf(statistic)) return 0;
  if (observed.size() < 2) return 1;
  return chi_squared_survival(statistic, static_cast<double>(observed.size() - 1));
}

class ChiSquareExpectation final : public Expectation {
 public:
  ChiSquareExpectation(const Setup& setup, std::size_t field, Partition partition, double p,
                       double holdout)
      : field_(field),
        partition_(std::move(partition)),
        p_(p),
        holdout_(holdout),
        budget_(setup.budget.distinct),
        counts_(budget_) {}

  void add(const Batch& batch, RowIndexes rows) override {
    counts_.add_all(batch.columns[field_], rows);
  }

  Result<Outcome> outcome() override {
    if (!counts_.exact()) return too_many_values(budget_);
    CategoryComparison found = compare_categories(partition_, counts_);
    const auto rows = static_cast<double>(counts_.present() + counts_.missing());
    const std::size_t known = found.values.size() - found.unexpected_values;
    for (std::size_t i = 0; i < found.values.size(); ++i) {
      if (i >= known)
        found.expected[i] = holdout_ / static_cast<double>(found.unexpected_values);
      else if (found.unexpected_values > 0)
        found.expected[i] *= 1 - holdout_;
      found.expected[i] *= rows;
    }
    const double p = chi_square_p(found.observed, found.expected);
    const JsonArray values = cells_json(found.values);
    JsonObject details{
        {"observed_partition",
         JsonObject{{"values", values}, {"weights", numbers_json(shares(found.observed))}}},
        {"expected_partition",
         JsonObject{{"values", values}, {"weights", numbers_json(shares(found.expected))}}}};
    return Outcome{p > p_, {{"observed_value", p}, {"details", std::move(details)}}};
  }

 private:
  std::size_t field_;
  Partition partition_;
  double p_;
  double holdout_;
  std::size_t budget_;
  ValueCounts counts_;
};

class CramersPhiExpectation final : public Expectation {
 public:
  CramersPhiExpectation(std::vector<std::size_t> fields, double threshold)
      : fields_(std::move(fields)), threshold_(threshold) {}

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      ++rows_;
      const Cell& a = batch.columns[fields_[0]][row];
      const Cell& b = batch.columns[fields_[1]][row];
      if (!a.is_null() && !b.is_null() && cells_.size() < kMostCells)
        ++cells_[{to_text(a), to_text(b)}];
    }
  }

  Result<Outcome> outcome() override {
    if (cells_.size() >= kMostCells)
      return value_error("the two columns have too many combinations of values for a table");
    std::map<std::string, double> by_a;
    std::map<std::string, double> by_b;
    double all = 0;
    for (const auto& [key, count] : cells_) {
      by_a[key.first] += count;
      by_b[key.second] += count;
      all += count;
    }
    const std::size_t smaller = std::min(by_a.size(), by_b.size());
    if (smaller < 2) return Outcome{true, {{"observed_value", 0.0}}};
    double statistic = statistic_of(by_a, by_b, all);
    const double v =
        std::sqrt(statistic / static_cast<double>(rows_) / static_cast<double>(smaller - 1));
    const double phi = std::clamp(v, 0.0, 1.0);
    return Outcome{phi <= threshold_, {{"observed_value", phi}, {"details", table()}}};
  }

 private:
  static constexpr std::size_t kMostCells = 100'000;

  // With Yates' correction for tables of two by two, as scipy has it.
  double statistic_of(const std::map<std::string, double>& by_a,
                      const std::map<std::string, double>& by_b, double all) const {
    const bool corrected = by_a.size() == 2 && by_b.size() == 2;
    double statistic = 0;
    for (const auto& [a, count_a] : by_a)
      for (const auto& [b, count_b] : by_b) {
        const auto found = cells_.find({a, b});
        const double expected = count_a * count_b / all;
        double difference = std::abs((found == cells_.end() ? 0 : found->second) - expected);
        if (corrected) difference -= std::min(0.5, difference);
        statistic += difference * difference / expected;
      }
    return statistic;
  }

  JsonObject table() const {
    JsonArray crosstab;
    for (const auto& [key, count] : cells_) {
      if (crosstab.size() >= 100) break;
      crosstab.push_back(JsonArray{Json(key.first), Json(key.second), count});
    }
    return JsonObject{{"crosstab", std::move(crosstab)}};
  }

  std::vector<std::size_t> fields_;
  double threshold_;
  std::uint64_t rows_ = 0;
  std::map<std::pair<std::string, std::string>, double> cells_;
};

}  // namespace

MadeExpectation make_chi_square(const Setup& setup) {
  const std::size_t field = TRY(read_column(setup));
  Partition partition = TRY(read_partition(setup));
  if (!partition.is_categorical())
    return value_error("Invalid partition object: this test needs categories, not bins");
  const double p = TRY(setup.arguments.number_or("p", 0.05));
  const double holdout = TRY(setup.arguments.number_or("tail_weight_holdout", 0));
  return std::unique_ptr<Expectation>(
      std::make_unique<ChiSquareExpectation>(setup, field, std::move(partition), p, holdout));
}

MadeExpectation make_cramers_phi(const Setup& setup) {
  const std::size_t a = TRY(read_column(setup, "column_A"));
  const std::size_t b = TRY(read_column(setup, "column_B"));
  for (const std::string_view key : {"bins_A", "bins_B", "n_bins_A", "n_bins_B"})
    if (setup.arguments.find(key) != nullptr)
      return value_error("bins are not supported: the columns are taken as categories");
  const double threshold = TRY(setup.arguments.number_or("threshold", 0.1));
  return std::unique_ptr<Expectation>(
      std::make_unique<CramersPhiExpectation>(std::vector<std::size_t>{a, b}, threshold));
}

}  // namespace sluice::ml::expectations
