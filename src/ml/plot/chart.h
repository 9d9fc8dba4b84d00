// Charts with two axes: points, lines, densities, and intervals by row. Pure.
//
// Colours are those of Okabe & Ito (2008), which people who do not see all colours tell apart, and
// for densities viridis (van der Walt & Smith 2015).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ml/plot/drawing.h"
#include "ml/statistics/interval.h"

namespace sluice::ml {

inline constexpr const char* kBlue = "#0072b2";
inline constexpr const char* kOrange = "#d55e00";
inline constexpr const char* kGreen = "#009e73";
inline constexpr const char* kGrey = "#8a8f98";
inline constexpr const char* kPink = "#cc79a7";
inline constexpr const char* kSky = "#56b4e9";
inline constexpr const char* kYellow = "#e69f00";
inline constexpr const char* kBlack = "#000000";

struct Axis {
  std::string label;
  double low = 0;
  double high = 1;
};

enum class Mark { Line, Dashes, Dots, LineAndDots };

struct Series {
  std::string name;  // in the legend; empty: not there
  std::string color = kBlue;
  Mark mark = Mark::Line;
  std::vector<Point> points;  // in units of the axes
};

struct Chart {
  std::string title;
  std::string subtitle;
  Axis x;
  Axis y;
  std::vector<Series> series;  // drawn in this order
};

// An axis over all values, with a little room; of one value a range around it.
Axis axis_over(std::string label, const std::vector<double>& values);

Drawing draw(const Chart& chart);

// Many points: how many fall into each of small cells, over which the chart's series are drawn.
Drawing draw_density(const Chart& chart, const std::vector<Point>& points);

// One row for each name: a dot and the interval around it.
struct IntervalRow {
  std::string name;
  double value = 0;
  std::optional<Interval> interval;
};
struct IntervalChart {
  std::string title;
  std::string subtitle;
  std::string label;                // of the axis
  std::vector<IntervalRow> rows;    // from above
  std::optional<double> reference;  // a dashed line: all rows together
};
Drawing draw(const IntervalChart& chart);

// A cell for each pair of row and column; NaN cells stay empty.
struct HeatMap {
  std::string title;
  std::string subtitle;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::vector<double> values;           // row after row
  std::vector<std::string> texts = {};  // in the cells; empty: the values
  std::optional<Interval> range = {};   // of the colours; empty: that of the values
  std::string corner = {};              // what rows and columns are
};
Drawing draw(const HeatMap& map);

// The beginning of a long name and "…"; never a part of a UTF-8 character.
std::string shortened(const std::string& name, std::size_t longest);

// Up to about `count` round numbers from low to high.
std::vector<double> round_ticks(double low, double high, int count);

}  // namespace sluice::ml
