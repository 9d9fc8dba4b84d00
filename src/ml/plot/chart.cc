#include "ml/plot/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 440;
constexpr double kLeft = 76;
constexpr double kRight = 24;
constexpr double kTop = 62;
constexpr double kBottom = 58;
constexpr double kLegendSample = 24;  // its line and what lies before the name
constexpr double kLegendGap = 18;
constexpr double kLegendLine = 16;
constexpr const char* kInk = "#1f2430";
constexpr const char* kSoft = "#5b6270";
constexpr const char* kGridColor = "#e6e8ec";
constexpr std::size_t kCells = 70;
constexpr std::size_t kLongestName = 30;
constexpr std::size_t kLongestColumn = 13;
constexpr std::size_t kLongestRow = 20;

struct Frame {
  double left, top, right, bottom;  // of the plot
};

class Scale2 {
 public:
  Scale2(const Axis& x, const Axis& y, const Frame& frame) : x_(x), y_(y), frame_(frame) {}

  double x(double value) const {
    return frame_.left + (value - x_.low) / (x_.high - x_.low) * (frame_.right - frame_.left);
  }
  double y(double value) const {
    return frame_.bottom - (value - y_.low) / (y_.high - y_.low) * (frame_.bottom - frame_.top);
  }
  Point at(const Point& point) const { return {x(point.x), y(point.y)}; }
  bool holds(const Point& point) const {
    return point.x >= x_.low && point.x <= x_.high && point.y >= y_.low && point.y <= y_.high;
  }

 private:
  const Axis& x_;
  const Axis& y_;
  const Frame& frame_;
};

std::string tick_text(double value, double step) {
  if (std::fabs(value) < step * 1e-9) return "0";
  if (std::fabs(value) >= 1e6 || std::fabs(value) < 1e-4) return fmt::format("{:.3g}", value);
  const int places = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return fmt::format("{:.{}f}", value, places);
}

TextShape text(Point at, std::string words, double size, const char* color, Anchor anchor) {
  return {at, std::move(words), size, color, anchor, Turn::None, Weight::Normal};
}

void add_titles(Drawing& drawing, const std::string& title, const std::string& subtitle) {
  drawing.title = title;
  TextShape head = text({16, 27}, title, 16, kInk, Anchor::Start);
  head.weight = Weight::Bold;
  drawing.shapes.emplace_back(head);
  if (!subtitle.empty())
    drawing.shapes.emplace_back(text({16, 46}, subtitle, 12, kSoft, Anchor::Start));
}

double step_of(const std::vector<double>& ticks) {
  return ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
}

void add_x_axis(Drawing& drawing, const Axis& axis, const Scale2& scale, const Frame& frame) {
  const auto ticks = round_ticks(axis.low, axis.high, 6);
  for (const double tick : ticks) {
    const double x = scale.x(tick);
    drawing.shapes.emplace_back(LineShape{{{x, frame.top}, {x, frame.bottom}}, kGridColor, 1, 0});
    drawing.shapes.emplace_back(
        text({x, frame.bottom + 18}, tick_text(tick, step_of(ticks)), 11, kSoft, Anchor::Middle));
  }
  drawing.shapes.emplace_back(text({(frame.left + frame.right) / 2, frame.bottom + 42}, axis.label,
                                   12, kInk, Anchor::Middle));
}

void add_y_axis(Drawing& drawing, const Axis& axis, const Scale2& scale, const Frame& frame) {
  const auto ticks = round_ticks(axis.low, axis.high, 6);
  for (const double tick : ticks) {
    const double y = scale.y(tick);
    drawing.shapes.emplace_back(LineShape{{{frame.left, y}, {frame.right, y}}, kGridColor, 1, 0});
    drawing.shapes.emplace_back(
        text({frame.left - 8, y + 4}, tick_text(tick, step_of(ticks)), 11, kSoft, Anchor::End));
  }
  TextShape label =
      text({20, (frame.top + frame.bottom) / 2}, axis.label, 12, kInk, Anchor::Middle);
  label.turn = Turn::Upwards;
  drawing.shapes.emplace_back(label);
}

void add_border(Drawing& drawing, const Frame& frame) {
  drawing.shapes.emplace_back(
      LineShape{{{frame.left, frame.top}, {frame.left, frame.bottom}, {frame.right, frame.bottom}},
                kGrey,
                1,
                0});
}

void add_series(Drawing& drawing, const Series& series, const Scale2& scale) {
  std::vector<Point> inside;
  for (const Point& point : series.points)
    if (scale.holds(point)) inside.push_back(scale.at(point));
  const bool dots = series.mark == Mark::Dots || series.mark == Mark::LineAndDots;
  if (series.mark != Mark::Dots && inside.size() > 1)
    drawing.shapes.emplace_back(
        LineShape{inside, series.color, 2, series.mark == Mark::Dashes ? 5.0 : 0.0});
  if (!dots) return;
  const bool many = inside.size() > 200;
  for (const Point& point : inside)
    drawing.shapes.emplace_back(DotShape{point, many ? 2.2 : 3.5, series.color, many ? 0.45 : 1.0});
}

// Characters of UTF-8.
double width_of(const std::string& name) {
  const auto count = std::ranges::count_if(
      name, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return 6.3 * static_cast<double>(count);
}

struct LegendEntry {
  Point at;
  const Series* series;
  std::string name;
};

// Left to right, in as many lines as are needed.
std::vector<LegendEntry> legend_of(const Chart& chart) {
  std::vector<LegendEntry> entries;
  Point at{kLeft, kTop + 4};
  for (const Series& series : chart.series) {
    if (series.name.empty()) continue;
    std::string name = shortened(series.name, kLongestName);
    const double width = kLegendSample + width_of(name);
    if (at.x > kLeft && at.x + width > kWidth - kRight) at = {kLeft, at.y + kLegendLine};
    entries.push_back({at, &series, std::move(name)});
    at.x += width + kLegendGap;
  }
  return entries;
}

void add_legend(Drawing& drawing, const std::vector<LegendEntry>& entries) {
  for (const LegendEntry& entry : entries) {
    const double y = entry.at.y - 4;
    drawing.shapes.emplace_back(LineShape{{{entry.at.x, y}, {entry.at.x + 18, y}},
                                          entry.series->color,
                                          3,
                                          entry.series->mark == Mark::Dashes ? 5.0 : 0.0});
    drawing.shapes.emplace_back(
        text({entry.at.x + kLegendSample, entry.at.y}, entry.name, 11, kSoft, Anchor::Start));
  }
}

// Viridis at nine places, mixed in between.
std::string viridis(double share) {
  constexpr std::array<std::array<double, 3>, 9> kStops{{{68, 1, 84},
                                                         {72, 40, 120},
                                                         {62, 74, 137},
                                                         {49, 104, 142},
                                                         {38, 130, 142},
                                                         {31, 158, 137},
                                                         {53, 183, 121},
                                                         {109, 205, 89},
                                                         {253, 231, 37}}};
  const double place = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kStops.size() - 2);
  const double part = place - static_cast<double>(below);
  std::array<int, 3> rgb{};
  for (std::size_t c = 0; c < 3; ++c)
    rgb[c] =
        static_cast<int>(std::lround(kStops[below][c] * (1 - part) + kStops[below + 1][c] * part));
  return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

void add_cells(Drawing& drawing, const std::vector<Point>& points, const Scale2& scale,
               const Frame& frame) {
  std::vector<double> counts(kCells * kCells);
  const double width = (frame.right - frame.left) / kCells;
  const double height = (frame.bottom - frame.top) / kCells;
  const auto cell_of = [](double offset, double size) {
    return std::min(kCells - 1, static_cast<std::size_t>(std::max(0.0, offset / size)));
  };
  for (const Point& point : points) {
    if (!scale.holds(point)) continue;
    const std::size_t column = cell_of(scale.x(point.x) - frame.left, width);
    const std::size_t row = cell_of(scale.y(point.y) - frame.top, height);
    counts[row * kCells + column] += 1;
  }
  const double most = std::log1p(*std::max_element(counts.begin(), counts.end()));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const Point at{frame.left + static_cast<double>(i % kCells) * width,
                   frame.top + static_cast<double>(i / kCells) * height};
    drawing.shapes.emplace_back(
        RectShape{at, width + 0.3, height + 0.3, viridis(1 - std::log1p(counts[i]) / most)});
  }
}

// Of those that are finite.
Interval range_of(const std::vector<double>& values) {
  Interval range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range;
}

}  // namespace

std::string shortened(const std::string& name, std::size_t longest) {
  if (name.size() <= longest) return name;
  std::size_t end = longest - 1;
  // Not in the middle of a UTF-8 character.
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return name.substr(0, end) + "…";
}

std::vector<double> round_ticks(double low, double high, int count) {
  if (!(high > low)) return {low};
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 2.5, 5.0})
    if (power * factor >= rough) {
      step = power * factor;
      break;
    }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k)
    ticks.push_back(k * step);
  return ticks;
}

Axis axis_over(std::string label, const std::vector<double>& values) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!(low <= high)) return {std::move(label), 0, 1};
  const double room = high > low ? (high - low) * 0.04 : std::max(std::fabs(low) * 0.1, 1e-9);
  return {std::move(label), low - room, high + room};
}

Drawing draw_density(const Chart& chart, const std::vector<Point>& points) {
  Drawing drawing;
  const std::vector<LegendEntry> legend = legend_of(chart);
  const double top = legend.empty() ? kTop : legend.back().at.y + 12;
  drawing.width = kWidth;
  drawing.height = kHeight + top - kTop;
  const Frame frame{kLeft, top, kWidth - kRight, drawing.height - kBottom};
  const Scale2 scale(chart.x, chart.y, frame);
  add_titles(drawing, chart.title, chart.subtitle);
  add_x_axis(drawing, chart.x, scale, frame);
  add_y_axis(drawing, chart.y, scale, frame);
  if (!points.empty()) add_cells(drawing, points, scale, frame);
  add_border(drawing, frame);
  for (const Series& series : chart.series) add_series(drawing, series, scale);
  add_legend(drawing, legend);
  return drawing;
}

Drawing draw(const Chart& chart) {
  return draw_density(chart, {});
}

Drawing draw(const IntervalChart& chart) {
  constexpr double kRow = 24;
  constexpr double kNames = 210;
  Drawing drawing;
  drawing.width = kWidth;
  drawing.height =
      kTop + kBottom + kRow * static_cast<double>(std::max<std::size_t>(chart.rows.size(), 1));
  const Frame frame{kNames, kTop, kWidth - kRight, drawing.height - kBottom};
  std::vector<double> values;
  for (const IntervalRow& row : chart.rows) {
    values.push_back(row.value);
    if (row.interval) {
      values.push_back(row.interval->low);
      values.push_back(row.interval->high);
    }
  }
  if (chart.reference) values.push_back(*chart.reference);
  const Axis x = axis_over(chart.label, values);
  const Axis y{"", 0, 1};
  const Scale2 scale(x, y, frame);
  add_titles(drawing, chart.title, chart.subtitle);
  add_x_axis(drawing, x, scale, frame);
  add_border(drawing, frame);
  if (chart.reference)
    drawing.shapes.emplace_back(LineShape{
        {{scale.x(*chart.reference), frame.top}, {scale.x(*chart.reference), frame.bottom}},
        kOrange,
        1.5,
        5});
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const IntervalRow& row = chart.rows[i];
    const double at = frame.top + kRow * (static_cast<double>(i) + 0.5);
    drawing.shapes.emplace_back(
        text({frame.left - 10, at + 4}, shortened(row.name, kLongestName), 12, kInk, Anchor::End));
    if (row.interval && std::isfinite(row.interval->low) && std::isfinite(row.interval->high))
      drawing.shapes.emplace_back(LineShape{
          {{scale.x(row.interval->low), at}, {scale.x(row.interval->high), at}}, kBlue, 2, 0});
    drawing.shapes.emplace_back(DotShape{{scale.x(row.value), at}, 4, kBlue, 1});
  }
  return drawing;
}

Drawing draw(const HeatMap& map) {
  constexpr double kNames = 150;
  constexpr double kUsualHeight = 300;  // of all rows
  const auto rows = static_cast<double>(std::max<std::size_t>(map.rows.size(), 1));
  const double cell_height = std::clamp(kUsualHeight / rows, 26.0, 56.0);
  const auto columns = static_cast<double>(std::max<std::size_t>(map.columns.size(), 1));
  const double cell_width = std::clamp((kWidth - kNames - kRight) / columns, 86.0, 150.0);
  const double top = kTop + 22;
  Drawing drawing;
  drawing.width = std::max(kWidth, kNames + cell_width * columns + kRight);
  drawing.height = top + cell_height * rows + kRight;
  add_titles(drawing, map.title, map.subtitle);
  drawing.shapes.emplace_back(text({kNames - 8, top - 8}, map.corner, 11, kSoft, Anchor::End));
  for (std::size_t c = 0; c < map.columns.size(); ++c)
    drawing.shapes.emplace_back(
        text({kNames + cell_width * (static_cast<double>(c) + 0.5), top - 8},
             shortened(map.columns[c], kLongestColumn), 11, kSoft, Anchor::Middle));
  const Interval range = map.range.value_or(range_of(map.values));
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    const double y = top + cell_height * static_cast<double>(r);
    drawing.shapes.emplace_back(text({kNames - 8, y + cell_height / 2 + 4},
                                     shortened(map.rows[r], kLongestRow), 11, kSoft, Anchor::End));
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      const std::size_t i = r * map.columns.size() + c;
      if (!std::isfinite(map.values[i])) continue;
      const double share =
          range.high > range.low ? (map.values[i] - range.low) / (range.high - range.low) : 0.5;
      const double x = kNames + cell_width * static_cast<double>(c);
      drawing.shapes.emplace_back(
          RectShape{{x, y}, cell_width - 2, cell_height - 2, viridis(1 - share)});
      drawing.shapes.emplace_back(
          text({x + cell_width / 2 - 1, y + cell_height / 2 + 3},
               map.texts.empty() ? fmt::format("{:.3g}", map.values[i]) : map.texts[i], 11,
               share < 0.45 ? kInk : "#ffffff", Anchor::Middle));
    }
  }
  return drawing;
}

}  // namespace sluice::ml
