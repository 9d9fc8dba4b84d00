#include "ml/data/column_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/data/markup.h"
#include "ml/data/number.h"
#include "ml/data/violation_tally.h"

namespace sluice::ml {
namespace {

constexpr int kWidth = 300;
constexpr int kHeight = 92;
constexpr int kFloor = 74;  // where the bars stand; the labels are below
constexpr std::size_t kBins = 30;
constexpr std::size_t kBars = 6;
// Wider than this between the middle and the largest, equal bins would show one bar.
constexpr double kSkewed = 40;

enum class Scale { Linear, Logarithmic };

Scale scale_of(const ColumnProfile& column) {
  const NumberSummary& numbers = column.numbers;
  if (!(numbers.min > 0) || column.quantiles.count() == 0) return Scale::Linear;
  return numbers.max > kSkewed * column.quantiles.quantile(0.5) ? Scale::Logarithmic
                                                                : Scale::Linear;
}

double on_scale(double value, Scale scale) {
  return scale == Scale::Linear ? value : std::log10(value);
}

// Few whole numbers have a bin each.
std::vector<double> binned(const ColumnProfile& column, Scale scale) {
  const double span = column.numbers.max - column.numbers.min;
  const bool whole = column.of_type(ValueType::Number) == 0 && scale == Scale::Linear;
  const std::size_t count_of_bins =
      whole && span < 2 * kBins ? static_cast<std::size_t>(span) + 1 : kBins;
  std::vector<double> bins(count_of_bins);
  const double low = on_scale(column.numbers.min, scale);
  const double high = on_scale(column.numbers.max, scale) + (count_of_bins == kBins ? 0 : 1);
  const double width = (high - low) / static_cast<double>(bins.size());
  for (const auto& [value, count] : column.quantiles.buckets()) {
    const double inside = std::clamp(value, column.numbers.min, column.numbers.max);
    const double place = width > 0 ? (on_scale(inside, scale) - low) / width : 0;
    bins[std::min(static_cast<std::size_t>(std::max(place, 0.0)), bins.size() - 1)] +=
        static_cast<double>(count);
  }
  return bins;
}

std::string open_svg(std::string_view what) {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", kWidth, kHeight,
                     markup_text(what));
}

std::string label(double x, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"{}\">{}</text>", x, kHeight - 4,
                     anchor, markup_text(text));
}

std::string histogram(const ColumnProfile& column) {
  const Scale scale = scale_of(column);
  const std::vector<double> bins = binned(column, scale);
  const double most = *std::max_element(bins.begin(), bins.end());
  const double step = static_cast<double>(kWidth) / static_cast<double>(bins.size());
  std::string svg = open_svg(cat("histogram of ", column.name));
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] <= 0) continue;
    const double height = std::max(1.5, (kFloor - 6) * bins[i] / most);
    svg += fmt::format(
        "<rect class=\"bar\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"{:.1f}\" rx=\"1\"/>",
        static_cast<double>(i) * step + 0.6, kFloor - height, step - 1.2, height);
  }
  svg += fmt::format("<line class=\"axis\" x1=\"0\" y1=\"{0}\" x2=\"{1}\" y2=\"{0}\"/>", kFloor,
                     kWidth);
  svg += label(0, "start", rough_text(column.numbers.min, 4));
  if (scale == Scale::Logarithmic) svg += label(kWidth / 2.0, "middle", "logarithmic");
  svg += label(kWidth, "end", rough_text(column.numbers.max, 4));
  return svg + "</svg>";
}

std::string bars(const ColumnProfile& column) {
  const std::size_t shown = std::min(column.values.size(), kBars);
  const auto most = static_cast<double>(column.values[0].second);
  const double step = static_cast<double>(kHeight) / static_cast<double>(kBars);
  constexpr double kNames = 96;
  std::string svg = open_svg(cat("frequent values of ", column.name));
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [value, count] = column.values[i];
    const double width = std::max(1.5, (kWidth - kNames - 56) * static_cast<double>(count) / most);
    const double y = static_cast<double>(i) * step;
    std::string name = shortened(value, 14);
    svg += fmt::format("<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", kNames - 6,
                       y + step * 0.72, markup_text(name));
    svg += fmt::format(
        "<rect class=\"bar\" x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"{:.1f}\" rx=\"1\"/>",
        kNames, y + 2, width, step - 4);
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", kNames + width + 5,
                       y + step * 0.72, grouped(count));
  }
  return svg + "</svg>";
}

}  // namespace

std::string column_picture(const ColumnProfile& column, Values values) {
  if (values == Values::Hidden) return {};
  constexpr std::uint64_t kCodes = 12;  // few numbers are codes, and shown as values
  constexpr std::uint64_t kFewTexts = 1000;
  const bool numbers = column.numbers.count > 0 && column.numbers.count * 2 > column.present();
  const bool few = column.distinct_exact && column.distinct <= kCodes;
  if (numbers && !few) return histogram(column);
  const bool texts = column.distinct_exact && column.distinct <= kFewTexts &&
                     column.distinct * 2 < column.present();
  if (!column.values.empty() && (few || texts)) return bars(column);
  return {};
}

}  // namespace sluice::ml
