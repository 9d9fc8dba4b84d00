#include "ml/statistics/p_value_correction.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace sluice::ml {
namespace {

// Indices by ascending p-value.
std::vector<std::size_t> ranking(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

}  // namespace

std::string_view to_string(Correction correction) {
  switch (correction) {
    case Correction::Holm:
      return "holm";
    case Correction::BenjaminiHochberg:
      return "benjamini_hochberg";
    case Correction::None:
      return "none";
  }
  UNREACHABLE();
}

std::optional<Correction> parse_correction(std::string_view word) {
  for (const auto correction : {Correction::Holm, Correction::BenjaminiHochberg, Correction::None})
    if (to_string(correction) == word) return correction;
  return std::nullopt;
}

std::vector<double> holm(std::span<const double> p_values) {
  const auto order = ranking(p_values);
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, static_cast<double>(order.size() - i) * p_values[order[i]]);
    adjusted[order[i]] = std::min(1.0, largest);
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  const auto order = ranking(p_values);
  const auto count = static_cast<double>(order.size());
  std::vector<double> adjusted(p_values.size());
  double smallest = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    smallest = std::min(smallest, count * p_values[order[i]] / static_cast<double>(i + 1));
    adjusted[order[i]] = smallest;
  }
  return adjusted;
}

std::vector<double> corrected(std::span<const double> p_values, Correction correction) {
  switch (correction) {
    case Correction::Holm:
      return holm(p_values);
    case Correction::BenjaminiHochberg:
      return benjamini_hochberg(p_values);
    case Correction::None:
      return {p_values.begin(), p_values.end()};
  }
  UNREACHABLE();
}

}  // namespace sluice::ml
