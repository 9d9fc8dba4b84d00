#include "ml/expectations/partition.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "ml/expectations/value_counts.h"

namespace sluice::ml::expectations {
namespace {

constexpr std::string_view kInvalid =
    "Invalid partition object: it has weights that add up to 1 with as many values, or with one "
    "more bins in rising order";

bool adds_up(const std::vector<double>& weights, const std::vector<double>& more) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0) +
                     std::accumulate(more.begin(), more.end(), 0.0);
  return std::abs(sum - 1) <= 1e-8 + 1e-5;
}

Result<std::vector<double>> read_numbers(const Arguments& object, std::string_view key) {
  std::vector<double> numbers;
  if (object.find(key) == nullptr) return numbers;
  for (const Json& item : *TRY(object.list(key))) {
    const Cell cell = cell_of(item);
    if (!cell.is_numeric()) return value_error(kInvalid);
    numbers.push_back(cell.number);
  }
  return numbers;
}

bool is_valid(const Partition& partition) {
  if (!adds_up(partition.weights, partition.tail_weights)) return false;
  if (partition.is_categorical()) return partition.values.size() == partition.weights.size();
  if (!partition.tail_weights.empty() && partition.tail_weights.size() != 2) return false;
  if (partition.bins.size() != partition.weights.size() + 1) return false;
  for (std::size_t i = 1; i < partition.bins.size(); ++i)
    if (!(partition.bins[i] > partition.bins[i - 1])) return false;
  return true;
}

}  // namespace

Result<Partition> read_partition(const Setup& setup) {
  const Json* given = setup.arguments.find("partition_object");
  if (given == nullptr || !given->is_object()) return value_error(kInvalid);
  const Arguments object(given->get_object());
  Partition partition;
  partition.weights = TRY(read_numbers(object, "weights"));
  partition.bins = TRY(read_numbers(object, "bins"));
  partition.tail_weights = TRY(read_numbers(object, "tail_weights"));
  if (object.find("values") != nullptr) partition.values = kept_cells(*TRY(object.list("values")));
  if (!is_valid(partition)) return value_error(kInvalid);
  return partition;
}

CategoryComparison compare_categories(const Partition& partition, const ValueCounts& counts) {
  CategoryComparison comparison;
  for (std::size_t i = 0; i < partition.values.size(); ++i) {
    comparison.values.push_back(partition.values[i].get());
    comparison.expected.push_back(partition.weights[i]);
    comparison.observed.push_back(0);
  }
  const std::size_t known = comparison.values.size();
  for (const auto& [cell, count] : counts.sorted()) {
    std::size_t at = 0;
    while (at < known && !same(comparison.values[at], cell)) ++at;
    if (at < known) {
      comparison.observed[at] = static_cast<double>(count);
      continue;
    }
    comparison.values.push_back(cell);
    comparison.expected.push_back(0);
    comparison.observed.push_back(static_cast<double>(count));
  }
  comparison.unexpected_values = comparison.values.size() - known;
  return comparison;
}

JsonArray numbers_json(const std::vector<double>& numbers) {
  JsonArray list;
  for (const double number : numbers)
    list.push_back(std::isfinite(number) ? Json(number) : Json(number > 0 ? "inf" : "-inf"));
  return list;
}

JsonArray cells_json(const std::vector<Cell>& cells) {
  JsonArray list;
  for (const Cell& cell : cells) list.push_back(to_json(cell));
  return list;
}

double relative_entropy(const std::vector<double>& p, const std::vector<double>& q) {
  const double all_p = std::accumulate(p.begin(), p.end(), 0.0);
  const double all_q = std::accumulate(q.begin(), q.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] == 0) continue;
    if (q[i] == 0) return std::numeric_limits<double>::infinity();
    sum += p[i] / all_p * std::log(p[i] / all_p / (q[i] / all_q));
  }
  return sum;
}

}  // namespace sluice::ml::expectations
