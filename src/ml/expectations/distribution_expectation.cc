// Kolmogorov-Smirnov tests of a column: against a partition by resampling, and against a named
// distribution. Keep the values of the column, up to the budget.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/strings.h"
#include "ml/expectations/makers.h"
#include "ml/expectations/partition.h"
#include "ml/statistics/distributions.h"
#include "ml/statistics/kolmogorov.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml::expectations {
namespace {

using Cdf = std::function<double(double)>;

// The largest distance between the sorted values' distribution and `cdf`.
double ks_distance(const std::vector<double>& sorted, const Cdf& cdf) {
  const auto n = static_cast<double>(sorted.size());
  double largest = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double expected = cdf(sorted[i]);
    const auto place = static_cast<double>(i);
    largest = std::max({largest, (place + 1) / n - expected, expected - place / n});
  }
  return largest;
}

class NumbersExpectation : public Expectation {
 public:
  NumbersExpectation(const Setup& setup, std::size_t field)
      : field_(field), budget_(setup.budget.values) {}

  void add(const Batch& batch, RowIndexes rows) final {
    for (const std::uint32_t row : rows) {
      const Cell& cell = batch.columns[field_][row];
      if (cell.is_null()) continue;
      if (!cell.is_numeric())
        text_ = true;
      else if (values_.size() <= budget_)
        values_.push_back(cell.number);
    }
  }

 protected:
  Result<void> check_values() const {
    if (text_) return type_error("the column must be numeric: it holds text");
    if (values_.empty()) return value_error("the column holds no value");
    if (values_.size() > budget_)
      return value_error(cat("the test keeps all values: at most ", budget_, " are possible"));
    return success();
  }

  std::vector<double> values_;

 private:
  std::size_t field_;
  std::size_t budget_;
  bool text_ = false;
};

struct Bootstrap {
  double p = 0.05;
  std::uint32_t samples = 1000;
  std::uint32_t sample_size = 0;
};

class BootstrappedKs final : public NumbersExpectation {
 public:
  BootstrappedKs(const Setup& setup, std::size_t field, Partition partition, Bootstrap bootstrap)
      : NumbersExpectation(setup, field),
        partition_(std::move(partition)),
        bootstrap_(bootstrap),
        expected_cdf_{0} {
    for (const double weight : partition_.weights)
      expected_cdf_.push_back(expected_cdf_.back() + weight);
  }

  Result<Outcome> outcome() override {
    TRY(check_values());
    const double p = resampled();
    JsonObject details = observed();
    details["bootstrap_samples"] = bootstrap_.samples;
    details["bootstrap_sample_size"] = bootstrap_.sample_size;
    const JsonArray bins = numbers_json(partition_.bins);
    details["expected_partition"] =
        JsonObject{{"bins", bins}, {"weights", numbers_json(partition_.weights)}};
    details["expected_cdf"] = JsonObject{{"x", bins}, {"cdf_values", numbers_json(expected_cdf_)}};
    return Outcome{p > bootstrap_.p, {{"observed_value", p}, {"details", std::move(details)}}};
  }

 private:
  double cdf(double x) const {
    const std::vector<double>& bins = partition_.bins;
    if (x <= bins.front()) return 0;
    if (x >= bins.back()) return expected_cdf_.back();
    const auto above =
        static_cast<std::size_t>(std::upper_bound(bins.begin(), bins.end(), x) - bins.begin());
    const double part = (x - bins[above - 1]) / (bins[above] - bins[above - 1]);
    return expected_cdf_[above - 1] + part * (expected_cdf_[above] - expected_cdf_[above - 1]);
  }

  // Share of samples whose own test does not reject, with the same numbers every time.
  double resampled() const {
    constexpr std::uint64_t kStart = 20190301;
    RandomStream random(kStart);
    std::vector<double> sample(bootstrap_.sample_size);
    const auto all = static_cast<std::uint32_t>(values_.size());
    std::uint32_t accepted = 0;
    for (std::uint32_t i = 0; i < bootstrap_.samples; ++i) {
      for (double& value : sample) value = values_[random.below(all)];
      std::sort(sample.begin(), sample.end());
      const double distance = ks_distance(sample, [this](double x) { return cdf(x); });
      if (kolmogorov_survival(sample.size(), distance) >= bootstrap_.p) ++accepted;
    }
    return (1.0 + accepted) / (bootstrap_.samples + 1.0);
  }

  // The partition of the data: the bins, widened to the data where it goes beyond them.
  JsonObject observed() const {
    std::vector<double> bins = partition_.bins;
    std::vector<double> counts(partition_.weights.size());
    double below = 0;
    double above = 0;
    for (const double value : values_) {
      if (value < bins.front()) {
        ++below;
      } else if (value > bins.back()) {
        ++above;
      } else {
        const auto at = std::upper_bound(bins.begin(), bins.end(), value) - bins.begin();
        ++counts[std::min(static_cast<std::size_t>(at), counts.size()) - 1];
      }
    }
    const auto [least, most] = std::minmax_element(values_.begin(), values_.end());
    if (below > 0) {
      bins.insert(bins.begin(), *least);
      counts.insert(counts.begin(), below);
    }
    if (above > 0) {
      bins.push_back(*most);
      counts.push_back(above);
    }
    std::vector<double> cumulated{0};
    for (double& count : counts) {
      count /= static_cast<double>(values_.size());
      cumulated.push_back(cumulated.back() + count);
    }
    const JsonArray bins_json = numbers_json(bins);
    return JsonObject{
        {"observed_partition", JsonObject{{"bins", bins_json}, {"weights", numbers_json(counts)}}},
        {"observed_cdf", JsonObject{{"x", bins_json}, {"cdf_values", numbers_json(cumulated)}}}};
  }

  Partition partition_;
  Bootstrap bootstrap_;
  std::vector<double> expected_cdf_;
};

// A distribution by name with its parameters in scipy's order: shapes, then location and scale.
struct Named {
  std::string name;
  std::vector<double> shapes;
  double location = 0;
  double scale = 1;
};

double named_cdf(const Named& named, double x) {
  const double z = (x - named.location) / named.scale;
  if (named.name == "norm") return normal_cdf(z);
  if (named.name == "uniform") return std::clamp(z, 0.0, 1.0);
  if (z <= 0) return 0;
  if (named.name == "expon") return -std::expm1(-z);
  if (named.name == "chi2") return 1 - chi_squared_survival(z, named.shapes[0]);
  if (named.name == "gamma") return 1 - chi_squared_survival(2 * z, 2 * named.shapes[0]);
  return z >= 1 ? 1 : beta_cdf(z, named.shapes[0], named.shapes[1]);
}

class ParameterizedKs final : public NumbersExpectation {
 public:
  ParameterizedKs(const Setup& setup, std::size_t field, Named named, double p)
      : NumbersExpectation(setup, field), named_(std::move(named)), p_(p) {}

  Result<Outcome> outcome() override {
    TRY(check_values());
    std::sort(values_.begin(), values_.end());
    const double distance = ks_distance(values_, [this](double x) { return named_cdf(named_, x); });
    const double p = kolmogorov_survival(values_.size(), distance);
    std::vector<double> parameters = named_.shapes;
    parameters.push_back(named_.location);
    parameters.push_back(named_.scale);
    JsonObject details{{"expected_params", numbers_json(parameters)},
                       {"observed_ks_result", JsonArray{distance, p}}};
    return Outcome{p >= p_, {{"observed_value", p}, {"details", std::move(details)}}};
  }

 private:
  Named named_;
  double p_;
};

struct Family {
  std::string_view name;
  std::array<std::string_view, 2> shapes;  // names of the required, positive parameters
  std::string_view location;
  std::string_view scale;
  std::string_view message;
};

constexpr Family kFamilies[] = {
    {"norm",
     {},
     "mean",
     "std_dev",
     "norm distributions require 0 parameters and optionally "
     "'mean', 'std_dev'."},
    {"beta",
     {"alpha", "beta"},
     "loc",
     "scale",
     "beta distributions require 2 positive parameters 'alpha', 'beta' and optionally 'loc', "
     "'scale'."},
    {"gamma",
     {"alpha"},
     "loc",
     "scale",
     "gamma distributions require 1 positive parameter 'alpha' and optionally 'loc','scale'."},
    {"uniform",
     {},
     "loc",
     "scale",
     "uniform distributions require 0 parameters and optionally 'loc', 'scale'."},
    {"chi2",
     {"df"},
     "loc",
     "scale",
     "chi2 distributions require 1 positive parameter 'df' and optionally 'loc', 'scale'."},
    {"expon",
     {},
     "loc",
     "scale",
     "expon distributions require 0 parameters and optionally 'loc', 'scale'."},
};

std::size_t shape_count(const Family& family) {
  return static_cast<std::size_t>(
      std::count_if(family.shapes.begin(), family.shapes.end(),
                    [](std::string_view name) { return !name.empty(); }));
}

Result<Named> named_from_object(const Family& family, const JsonObject& object) {
  const Arguments params(object);
  Named named;
  named.name = family.name;
  named.location = TRY(params.number_or(family.location, 0));
  named.scale = TRY(params.number_or(family.scale, 1));
  if (named.scale <= 0) return value_error("std_dev and scale must be positive.");
  for (std::size_t i = 0; i < shape_count(family); ++i) {
    const double shape = TRY(params.number_or(family.shapes[i], -1));
    if (shape <= 0) return value_error(cat("Invalid parameters: ", family.message));
    named.shapes.push_back(shape);
  }
  return named;
}

Result<Named> named_from_list(const Family& family, const JsonArray& list) {
  std::vector<double> numbers;
  for (const Json& item : list) {
    const Cell cell = cell_of(item);
    if (!cell.is_numeric()) return value_error(cat("Invalid parameters: ", family.message));
    numbers.push_back(cell.number);
  }
  const std::size_t shapes = shape_count(family);
  if (numbers.size() < shapes)
    return value_error(cat("Missing required parameters: ", family.message));
  if (numbers.size() > shapes + 2)
    return value_error(cat(family.name == "norm" || shapes > 0 ? "Too many parameters provided: "
                                                               : "Too many arguments provided: ",
                           family.message));
  Named named;
  named.name = family.name;
  for (std::size_t i = 0; i < shapes; ++i) {
    if (numbers[i] <= 0) return value_error(cat("Invalid parameters: ", family.message));
    named.shapes.push_back(numbers[i]);
  }
  if (numbers.size() > shapes) named.location = numbers[shapes];
  if (numbers.size() > shapes + 1) named.scale = numbers[shapes + 1];
  if (named.scale <= 0) return value_error("std_dev and scale must be positive.");
  return named;
}

Result<Named> read_named(const Setup& setup) {
  const std::string name = TRY(setup.arguments.text("distribution"));
  for (const Family& family : kFamilies) {
    if (family.name != name) continue;
    const Json* params = setup.arguments.find("params");
    if (params != nullptr && params->is_object())
      return named_from_object(family, params->get_object());
    if (params != nullptr && params->is_array())
      return named_from_list(family, params->get_array());
    return value_error(
        "params must be a dict or list, or use "
        "ge.dataset.util.infer_distribution_parameters(data, distribution)");
  }
  return Error(ErrorCode::InvalidInput,
               cat("AttributeError: Unsupported  distribution provided: ", name));
}

Result<std::uint32_t> read_count(const Setup& setup, std::string_view key, double fallback) {
  const double value = TRY(setup.arguments.number_or(key, fallback));
  if (!(value >= 1 && value <= 1e6)) return value_error(cat(key, " must be from 1 to 1000000"));
  return static_cast<std::uint32_t>(value);
}

}  // namespace

MadeExpectation make_bootstrapped_ks(const Setup& setup) {
  const std::size_t field = TRY(read_column(setup));
  Partition partition = TRY(read_partition(setup));
  if (partition.is_categorical()) return value_error("Invalid continuous partition object.");
  if (std::isinf(partition.bins.front()) || std::isinf(partition.bins.back()))
    return value_error("Partition endpoints must be finite.");
  if (!partition.tail_weights.empty() && partition.tail_weights[0] + partition.tail_weights[1] > 0)
    return value_error("Partition cannot have tail weights -- endpoints must be finite.");
  Bootstrap bootstrap;
  bootstrap.p = TRY(setup.arguments.number_or("p", 0.05));
  bootstrap.samples = TRY(read_count(setup, "bootstrap_samples", 1000));
  const auto usual = static_cast<double>(2 * partition.weights.size());
  bootstrap.sample_size = TRY(read_count(setup, "bootstrap_sample_size", usual));
  if (static_cast<double>(bootstrap.samples) * bootstrap.sample_size > 1e8)
    return value_error("bootstrap_samples times bootstrap_sample_size must be at most 100000000");
  return std::unique_ptr<Expectation>(
      std::make_unique<BootstrappedKs>(setup, field, std::move(partition), bootstrap));
}

MadeExpectation make_parameterized_ks(const Setup& setup) {
  const std::size_t field = TRY(read_column(setup));
  const double p = TRY(setup.arguments.number_or("p_value", 0.05));
  if (p <= 0 || p >= 1) return value_error("p_value must be between 0 and 1 exclusive");
  Named named = TRY(read_named(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<ParameterizedKs>(setup, field, std::move(named), p));
}

}  // namespace sluice::ml::expectations
