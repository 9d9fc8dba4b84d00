#include "delivery/json_match.h"

#include <cmath>

#include "base/strings.h"

namespace sluice::delivery {
namespace {

std::string shortened(const Json& value) {
  std::string text = to_text(value);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

bool equal_numbers(const Json& expected, const Json& actual, double tolerance) {
  if (expected == actual) return true;
  // Large integers would be equal as doubles.
  if (tolerance == 0 && !expected.is_double() && !actual.is_double()) return false;
  const double difference = std::fabs(expected.to_number<double>() - actual.to_number<double>());
  return difference <= tolerance;  // false for NaN
}

class Matching {
 public:
  explicit Matching(double tolerance) : tolerance_(tolerance) {}

  std::optional<std::string> compare(const Json& expected, const Json& actual,
                                     const std::string& path) const {
    if (expected.is_number() && actual.is_number())
      return equal_numbers(expected, actual, tolerance_) ? std::nullopt
                                                         : differ(expected, actual, path);
    if (expected.kind() != actual.kind()) return differ(expected, actual, path);
    if (expected.is_object())
      return compare_objects(expected.get_object(), actual.get_object(), path);
    if (expected.is_array()) return compare_arrays(expected.get_array(), actual.get_array(), path);
    return expected == actual ? std::nullopt : differ(expected, actual, path);
  }

 private:
  static std::optional<std::string> differ(const Json& expected, const Json& actual,
                                           const std::string& path) {
    return cat(path, ": expected ", shortened(expected), ", got ", shortened(actual));
  }

  std::optional<std::string> compare_objects(const JsonObject& expected, const JsonObject& actual,
                                             const std::string& path) const {
    for (const auto& entry : expected) {
      const std::string inner = cat(path, ".", std::string_view(entry.key()));
      const Json* other = find(actual, entry.key());
      if (other == nullptr) return cat(inner, ": missing");
      if (auto difference = compare(entry.value(), *other, inner)) return difference;
    }
    for (const auto& entry : actual)
      if (find(expected, entry.key()) == nullptr)
        return cat(path, ".", std::string_view(entry.key()), ": not expected");
    return std::nullopt;
  }

  std::optional<std::string> compare_arrays(const JsonArray& expected, const JsonArray& actual,
                                            const std::string& path) const {
    if (expected.size() != actual.size())
      return cat(path, ": expected ", expected.size(), " elements, got ", actual.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      if (auto difference = compare(expected[i], actual[i], cat(path, "[", i, "]")))
        return difference;
    return std::nullopt;
  }

  double tolerance_;
};

}  // namespace

std::optional<std::string> first_difference(const Json& expected, const Json& actual,
                                            double tolerance) {
  return Matching(tolerance).compare(expected, actual, "$");
}

}  // namespace sluice::delivery
