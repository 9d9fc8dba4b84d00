#include "ml/drift/drift_measure.h"

#include <array>
#include <vector>

#include "base/check.h"
#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr auto kNone = std::nullopt;

constexpr std::array kMeasures{
    DriftMeasureInfo{DriftMeasure::Wasserstein, "wasserstein",
                     "values moved, in standard deviations", 0.1, kNone},
    DriftMeasureInfo{DriftMeasure::JensenShannon, "jensen_shannon", "Jensen-Shannon distance",
                     kNone, 0.1},
    DriftMeasureInfo{DriftMeasure::Psi, "psi", "population stability index", kNone, kNone},
    DriftMeasureInfo{DriftMeasure::KolmogorovSmirnov, "kolmogorov_smirnov",
                     "largest distance of the cumulative shares", kNone, kNone},
    DriftMeasureInfo{DriftMeasure::TotalVariation, "total_variation",
                     "share of rows in another category", kNone, kNone},
    DriftMeasureInfo{DriftMeasure::LInfinity, "l_infinity",
                     "largest change of one category's share", kNone, kNone},
    DriftMeasureInfo{DriftMeasure::NewCategories, "new_categories", "rows in new categories", kNone,
                     0.01},
    DriftMeasureInfo{DriftMeasure::LostCategories, "lost_categories", "rows in lost categories",
                     kNone, kNone},
    DriftMeasureInfo{DriftMeasure::MissingShare, "missing_share", "change of the missing share",
                     0.05, 0.05},
    DriftMeasureInfo{DriftMeasure::TypeShare, "type_share", "change of the share of the main type",
                     0.05, 0.05},
};

}  // namespace

std::span<const DriftMeasureInfo> drift_measures() {
  return kMeasures;
}

const DriftMeasureInfo& info_of(DriftMeasure measure) {
  for (const DriftMeasureInfo& info : kMeasures)
    if (info.measure == measure) return info;
  UNREACHABLE();
}

Result<DriftMeasure> parse_drift_measure(std::string_view name) {
  std::vector<std::string> names;
  for (const DriftMeasureInfo& info : kMeasures) {
    if (info.name == name) return info.measure;
    names.emplace_back(info.name);
  }
  return invalid_input(cat("there is no drift measure '", name, "'; the measures are ",
                           join(names, ", "), did_you_mean(name, names)));
}

}  // namespace sluice::ml
