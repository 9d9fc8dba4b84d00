#include "ml/drift/column_drift.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/drift/chi_squared.h"
#include "ml/drift/delta_method.h"
#include "ml/drift/jensen_shannon.h"
#include "ml/drift/kolmogorov_smirnov.h"
#include "ml/drift/l_infinity.h"
#include "ml/drift/new_categories.h"
#include "ml/drift/psi.h"
#include "ml/drift/total_variation.h"
#include "ml/drift/wasserstein.h"
#include "ml/statistics/proportion.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kNamedCategories = 5;
constexpr std::uint64_t kFewNumbers = 5;  // so many different integers or fewer are categories
constexpr double kKeyShare = 0.5;         // more different values among the values are a key

std::uint64_t numbers_in(const ColumnProfile& column) {
  return column.of_type(ValueType::Integer) + column.of_type(ValueType::Number);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

Count count_of(std::uint64_t hits, std::uint64_t total) {
  return {static_cast<double>(hits), static_cast<double>(total)};
}

// The absolute values of what lies in an interval.
Interval of_absolute(const Interval& interval) {
  const double low = std::fabs(interval.low);
  const double high = std::fabs(interval.high);
  const bool holds_zero = interval.low <= 0 && interval.high >= 0;
  return {holds_zero ? 0 : std::min(low, high), std::max(low, high)};
}

bool mostly_numbers(const ColumnProfile& column) {
  return 2 * numbers_in(column) > column.present();
}

bool mostly_dates(const ColumnProfile& column) {
  return 2 * column.dated() > column.present();
}

// Values of the type that most of the reference has: numbers, dates, or neither.
std::uint64_t of_main_type(const ColumnProfile& column, const ColumnProfile& reference) {
  if (mostly_numbers(reference)) return numbers_in(column);
  if (mostly_dates(reference)) return column.dated();
  return column.present() - numbers_in(column) - column.dated();
}

bool is_key(const ColumnProfile& column) {
  return share(column.distinct, column.present()) > kKeyShare;
}

// A column's comparison while it is put together.
class Comparison {
 public:
  Comparison(const ColumnProfile& reference, const ColumnProfile& current,
             const DriftOptions& options)
      : reference_(reference), current_(current), options_(options) {
    drift_.name = reference.name;
    drift_.reference_values = reference.present();
    drift_.current_values = current.present();
  }

  ColumnDrift run() {
    drift_.kind = kind();
    if (drift_.kind == DriftKind::Numbers) compare_numbers();
    if (drift_.kind == DriftKind::Categories) compare_categories();
    compare_shares();
    return std::move(drift_);
  }

 private:
  void remark(std::string text) { drift_.remarks.push_back(std::move(text)); }

  DriftNumber& add(DriftMeasure measure, double value, double error, double p_value) {
    DriftNumber& number = add(measure, value, p_value);
    number.interval = interval_around(value, error, options_.confidence);
    return number;
  }

  DriftNumber& add(DriftMeasure measure, double value, double p_value) {
    DriftNumber number;
    number.measure = measure;
    number.value = value;
    number.p_value = p_value;
    const DriftMeasureInfo& info = info_of(measure);
    number.threshold = drift_.kind == DriftKind::Numbers ? info.threshold_for_numbers
                                                         : info.threshold_for_categories;
    if (const auto set = options_.thresholds.find(measure); set != options_.thresholds.end())
      number.threshold = set->second;
    drift_.numbers.push_back(number);
    return drift_.numbers.back();
  }

  DriftKind kind() {
    if (reference_.present() == 0 || current_.present() == 0) {
      remark(reference_.present() + current_.present() == 0 ? "has no values on either side"
             : reference_.present() == 0                    ? "had no values in the reference"
                                                            : "has no values now");
      return DriftKind::PresenceOnly;
    }
    if (mostly_numbers(reference_) && mostly_numbers(current_) && !are_codes())
      return DriftKind::Numbers;
    if (mostly_dates(reference_)) {
      remark("dates move on by themselves: only missing values are compared");
      return DriftKind::PresenceOnly;
    }
    return categories_or_less();
  }

  bool are_codes() const {
    if (options_.categories.contains(reference_.name)) return true;
    return reference_.distinct_exact && current_.distinct_exact &&
           reference_.distinct <= kFewNumbers && reference_.of_type(ValueType::Number) == 0;
  }

  DriftKind categories_or_less() {
    if (reference_.distinct_exact && current_.distinct_exact && !is_key(reference_))
      return DriftKind::Categories;
    if (reference_.distinct_exact && !is_key(reference_)) {
      // Every value beyond those of the reference is new; the profile no longer says how many rows.
      remark(cat("had ", reference_.distinct, " categories and has about ", current_.distinct,
                 " now"));
      const std::uint64_t more =
          current_.distinct - std::min(current_.distinct, reference_.distinct);
      const double fewest = share(more, current_.present());
      add(DriftMeasure::NewCategories, fewest, 0).threshold = new_categories_threshold();
      return DriftKind::PresenceOnly;
    }
    remark(is_key(reference_) ? "nearly every value is different: only missing values are compared"
                              : "has too many different texts: only missing values are compared");
    return DriftKind::PresenceOnly;
  }

  std::optional<double> new_categories_threshold() const {
    const auto set = options_.thresholds.find(DriftMeasure::NewCategories);
    return set != options_.thresholds.end()
               ? set->second
               : info_of(DriftMeasure::NewCategories).threshold_for_categories;
  }

  static NumberDistribution exact_numbers(const ColumnProfile& column) {
    std::vector<std::pair<double, std::uint64_t>> counted;
    for (const auto& [text, count] : column.values) {
      const Value value = classify(text);
      if (value.type == ValueType::Integer || value.type == ValueType::Number)
        counted.emplace_back(value.number, count);
    }
    return NumberDistribution::of(std::move(counted));
  }

  void compare_numbers() {
    const bool exact = reference_.distinct_exact && current_.distinct_exact;
    const auto before =
        exact ? exact_numbers(reference_) : NumberDistribution::of(reference_.quantiles);
    const auto after = exact ? exact_numbers(current_) : NumberDistribution::of(current_.quantiles);
    const auto test = kolmogorov_smirnov_test(before, after);
    const PairedCounts bins = paired_counts(before, after);
    double distance = normalised_wasserstein(before, after);
    double p_value = test.p_value;
    if (!exact) {
      distance = std::max(distance, distance_of_means());
      p_value = std::min(1.0, 2 * std::min(p_value, p_value_of_means()));
    }
    const double spread = before.deviation();
    const double error = spread > 0 ? wasserstein_error(before, after) / spread : 0;
    add(DriftMeasure::Wasserstein, distance, error, p_value);
    add_binned(bins, p_value);
    add(DriftMeasure::KolmogorovSmirnov, test.statistic, test.standard_error, p_value);
  }

  // |difference of means| / deviation: the least that the normalised Wasserstein distance can be.
  double distance_of_means() const {
    const double difference = std::fabs(current_.numbers.mean - reference_.numbers.mean);
    if (!(difference > 0) || !std::isfinite(difference)) return 0;
    const double deviation = reference_.numbers.deviation();
    return deviation > 0 ? difference / deviation : std::numeric_limits<double>::infinity();
  }

  // Welch's test with the normal distribution: sketches are of more rows than a t would matter for.
  double p_value_of_means() const {
    const NumberSummary& a = reference_.numbers;
    const NumberSummary& b = current_.numbers;
    const double variance =
        a.squares / static_cast<double>(a.count) / static_cast<double>(a.count) +
        b.squares / static_cast<double>(b.count) / static_cast<double>(b.count);
    const double difference = std::fabs(b.mean - a.mean);
    if (!std::isfinite(difference) || !std::isfinite(variance)) return 1;
    if (!(variance > 0)) return difference > 0 ? 0 : 1;
    return std::erfc(difference / std::sqrt(2 * variance));
  }

  void add_binned(const PairedCounts& counts, double p_value) {
    add(DriftMeasure::JensenShannon, jensen_shannon_distance(counts), jensen_shannon_error(counts),
        p_value);
    add(DriftMeasure::Psi, population_stability_index(counts), psi_error(counts), p_value);
  }

  void compare_categories() {
    const CategoryDistribution before = categories_of(reference_);
    const CategoryDistribution after = categories_of(current_);
    const PairedCounts counts = paired_counts(before, after);
    const double p_value = chi_squared_test(join_rare(counts)).p_value;
    add_binned(counts, p_value);
    add(DriftMeasure::TotalVariation, total_variation(counts), total_variation_error(counts),
        p_value);
    add(DriftMeasure::LInfinity, l_infinity(counts), l_infinity_error(counts), p_value);
    const OneSided added = only_in_current(counts);
    const OneSided lost = only_in_reference(counts);
    add(DriftMeasure::NewCategories, added.share, added.p_value);
    add(DriftMeasure::LostCategories, lost.share, lost.p_value);
    drift_.new_categories = names_only_in(after, before);
    drift_.lost_categories = names_only_in(before, after);
  }

  // Codes that are numbers on both sides are one however they are spelled: whole numbers come back
  // as 2.0 from a column that once lacked a value.
  CategoryDistribution categories_of(const ColumnProfile& side) const {
    const bool codes = mostly_numbers(reference_) && mostly_numbers(current_);
    CategoryDistribution categories;
    for (const auto& [text, count] : side.values) {
      const Value value = codes ? classify(text) : Value();
      categories[value.type == ValueType::Number ? number_text(value.number) : text] += count;
    }
    return categories;
  }

  // The most frequent first.
  static std::vector<CategoryShare> names_only_in(const CategoryDistribution& side,
                                                  const CategoryDistribution& other) {
    const std::uint64_t total = total_of(side);
    std::vector<CategoryShare> names;
    for (const auto& [name, count] : side)
      if (!other.contains(name)) names.push_back({name, share(count, total)});
    std::stable_sort(
        names.begin(), names.end(),
        [](const CategoryShare& a, const CategoryShare& b) { return a.share > b.share; });
    if (names.size() > kNamedCategories) names.resize(kNamedCategories);
    return names;
  }

  void add_share(DriftMeasure measure, Count reference, Count current) {
    DriftNumber& number = add(measure, std::fabs(current.share() - reference.share()),
                              equal_shares_p_value(reference, current));
    number.interval =
        of_absolute(share_difference_interval(current, reference, options_.confidence));
  }

  void compare_shares() {
    add_share(DriftMeasure::MissingShare,
              count_of(reference_.missing, reference_.missing + reference_.present()),
              count_of(current_.missing, current_.missing + current_.present()));
    if (reference_.present() == 0 || current_.present() == 0) return;
    add_share(DriftMeasure::TypeShare,
              count_of(of_main_type(reference_, reference_), reference_.present()),
              count_of(of_main_type(current_, reference_), current_.present()));
  }

  const ColumnProfile& reference_;
  const ColumnProfile& current_;
  const DriftOptions& options_;
  ColumnDrift drift_;
};

// How far a number is above its threshold, as a ratio.
double excess(const DriftNumber& number) {
  if (*number.threshold > 0) return number.value / *number.threshold;
  return number.value >= *number.threshold ? std::numeric_limits<double>::infinity() : 0;
}

bool enough_values(const ColumnDrift& column, const DriftOptions& options) {
  const std::uint64_t fewer = std::min(column.reference_values, column.current_values);
  return fewer >= options.min_rows;
}

void correct_p_values(std::span<ColumnDrift* const> columns, Correction correction) {
  std::vector<DriftNumber*> deciding;
  std::vector<double> p_values;
  for (ColumnDrift* column : columns)
    for (DriftNumber& number : column->numbers)
      if (number.threshold) {
        deciding.push_back(&number);
        p_values.push_back(number.p_value);
      }
  const auto adjusted = corrected(p_values, correction);
  for (std::size_t i = 0; i < deciding.size(); ++i) deciding[i]->corrected_p_value = adjusted[i];
}

DriftVerdict verdict_of(ColumnDrift& column, const DriftOptions& options) {
  bool by_chance = false;
  for (const DriftNumber& number : column.numbers) {
    if (!number.reaches_threshold()) continue;
    if (*number.corrected_p_value < options.chance) return DriftVerdict::Drifted;
    by_chance = true;
  }
  if (column.reference_values + column.current_values == 0) return DriftVerdict::Stable;
  if (!enough_values(column, options)) {
    column.remarks.push_back(cat("too few values to decide: ", column.reference_values, " and ",
                                 column.current_values, ", needed are ", options.min_rows));
    return DriftVerdict::Undecided;
  }
  if (by_chance) column.remarks.push_back("differs, but not more than chance explains");
  return DriftVerdict::Stable;
}

}  // namespace

std::string_view to_string(DriftKind kind) {
  switch (kind) {
    case DriftKind::Numbers:
      return "numbers";
    case DriftKind::Categories:
      return "categories";
    case DriftKind::PresenceOnly:
      return "presence_only";
  }
  UNREACHABLE();
}

std::string_view to_string(DriftVerdict verdict) {
  switch (verdict) {
    case DriftVerdict::Stable:
      return "stable";
    case DriftVerdict::Drifted:
      return "drifted";
    case DriftVerdict::Undecided:
      return "undecided";
  }
  UNREACHABLE();
}

std::string_view to_string(DriftRole role) {
  switch (role) {
    case DriftRole::Feature:
      return "feature";
    case DriftRole::Label:
      return "label";
    case DriftRole::Prediction:
      return "prediction";
  }
  UNREACHABLE();
}

const DriftNumber* ColumnDrift::find(DriftMeasure measure) const {
  for (const DriftNumber& number : numbers)
    if (number.measure == measure) return &number;
  return nullptr;
}

const DriftNumber* ColumnDrift::leading() const {
  const DriftNumber* leading = nullptr;
  for (const DriftNumber& number : numbers)
    if (number.threshold && (leading == nullptr || excess(number) > excess(*leading)))
      leading = &number;
  return leading;
}

ColumnDrift measure_column(const ColumnProfile& reference, const ColumnProfile& current,
                           const DriftOptions& options) {
  ColumnDrift column = Comparison(reference, current, options).run();
  if (const auto role = options.roles.find(column.name); role != options.roles.end())
    column.role = role->second;
  return column;
}

void decide_drift(std::span<ColumnDrift* const> columns, const DriftOptions& options) {
  correct_p_values(columns, options.correction);
  for (ColumnDrift* column : columns) column->verdict = verdict_of(*column, options);
}

}  // namespace sluice::ml
