#include "ml/plot/chart.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "ml/plot/png.h"

namespace sluice::ml {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

TEST(RoundTicks, AreRoundAndInside) {
  EXPECT_EQ(round_ticks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(round_ticks(-7, 12, 5), (std::vector<double>{-5, 0, 5, 10}));
  EXPECT_EQ(round_ticks(3, 3, 5), (std::vector<double>{3}));
  EXPECT_LE(round_ticks(0.001, 0.0017, 6).size(), 8u);
}

TEST(AxisOver, LeavesRoomAndStandsConstantsAndNothing) {
  const Axis axis = axis_over("x", {0, 100, kNan});
  EXPECT_EQ(axis.low, -4);
  EXPECT_EQ(axis.high, 104);
  const Axis constant = axis_over("x", {5, 5});
  EXPECT_LT(constant.low, 5);
  EXPECT_GT(constant.high, 5);
  EXPECT_LT(axis_over("x", {}).low, axis_over("x", {}).high);
}

constexpr std::string_view kSvg =
    R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" width="100" height="50" role="img" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">
<title>a &lt; b &amp; &quot;c&quot;</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<rect x="1" y="2" width="3" height="4" fill="#010203"/>
<polyline points="0,0 10,0" fill="none" stroke="#0072b2" stroke-width="2" stroke-dasharray="5"/>
<circle cx="5" cy="5" r="2" fill="#d55e00" fill-opacity="0.50"/>
<text x="7" y="8" font-size="12" fill="#000000" text-anchor="end" font-weight="bold" transform="rotate(-90 7 8)">x y</text>
</svg>
)svg";

TEST(Svg, IsTheSameTextForTheSameShapes) {
  Drawing drawing;
  drawing.width = 100;
  drawing.height = 50;
  drawing.title = "a < b & \"c\"";
  drawing.shapes = {
      RectShape{{1, 2.04}, 3, 4, "#010203"}, LineShape{{{0, 0}, {10, -0.01}}, kBlue, 2, 5},
      DotShape{{5, 5}, 2, kOrange, 0.5},
      TextShape{{7, 8}, "x\ny", 12, "#000000", Anchor::End, Turn::Upwards, Weight::Bold}};
  EXPECT_EQ(to_svg(drawing), kSvg);
}

Chart line_chart() {
  Chart chart;
  chart.title = "Title";
  chart.x = {"x", 0, 1};
  chart.y = {"y", 0, 1};
  chart.series = {{"model", kBlue, Mark::LineAndDots, {{0, 0}, {0.5, 0.8}, {1, 1}}}};
  return chart;
}

TEST(Charts, DrawEverySeriesInsideItsAxes) {
  Chart chart = line_chart();
  const std::string svg = to_svg(draw(chart));
  EXPECT_EQ(count(svg, "<circle"), 3u);
  EXPECT_NE(svg.find(">model<"), std::string::npos);
  EXPECT_NE(svg.find("points=\"76,398 346,"), std::string::npos) << svg;
  chart.series[0].points.push_back({2, 2});
  EXPECT_EQ(count(to_svg(draw(chart)), "<circle"), 3u) << "outside of the axes";
}

TEST(Charts, TheLegendStandsBelowTheSubtitleInAsManyLinesAsItNeeds) {
  Chart chart = line_chart();
  chart.subtitle = std::string(90, 's');
  chart.series.clear();
  for (int i = 0; i < 7; ++i)
    chart.series.push_back(
        {"class number " + std::to_string(i), kBlue, Mark::Line, {{0, 0}, {1, 1}}});
  const Drawing drawing = draw(chart);
  std::map<double, double> ends;  // of each line of the legend
  for (const Shape& shape : drawing.shapes) {
    const auto* text = std::get_if<TextShape>(&shape);
    if (text == nullptr || !text->text.starts_with("class number")) continue;
    EXPECT_GE(text->at.y - 11, 46) << "the subtitle's base line";
    EXPECT_GT(text->at.x, ends[text->at.y]) << "one beside the other";
    ends[text->at.y] = text->at.x + 6 * 14;
    EXPECT_LT(ends[text->at.y], drawing.width);
  }
  EXPECT_GE(ends.size(), 2u);
}

TEST(Charts, HeatMapsShowTextsAndKeepTheRangeOfTheirColours) {
  HeatMap map{"t", "", {"r1"}, {"c1", "c2"}, {0, 0.5}};
  map.texts = {"none", "7"};
  map.range = Interval{0, 1};
  map.corner = "truth";
  const std::string svg = to_svg(draw(map));
  for (const char* text : {">none<", ">7<", ">truth<"})
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  EXPECT_NE(svg.find("#fde725"), std::string::npos) << "the end of the colours";
  EXPECT_EQ(svg.find("#440154"), std::string::npos) << "0.5 is not the other end";
}

TEST(Charts, LongNamesEndBetweenCharacters) {
  EXPECT_EQ(shortened("short", 10), "short");
  EXPECT_EQ(shortened("abcdéfgh", 6), "abcd…");
}

TEST(Charts, ManyPointsBecomeCells) {
  std::vector<Point> points;
  for (int i = 0; i < 10'000; ++i) points.push_back({0.5, 0.5});
  points.push_back({0.1, 0.1});
  Chart chart = line_chart();
  chart.series.clear();
  const std::string svg = to_svg(draw_density(chart, points));
  EXPECT_EQ(count(svg, "<rect"), 3u) << "the background and two cells";
}

TEST(Charts, IntervalsWithoutEndsAndEmptyCellsAreLeftOut) {
  IntervalChart chart;
  chart.rows = {{"a", 1, Interval{0.5, 1.5}},
                {"b", 2, std::nullopt},
                {"c", 3, Interval{-std::numeric_limits<double>::infinity(), 4}}};
  chart.reference = 1.7;
  EXPECT_EQ(count(to_svg(draw(chart)), "<circle"), 3u);
  const HeatMap map{"t", "", {"r1", "r2"}, {"c1", "c2"}, {1, 2, kNan, 4}};
  EXPECT_EQ(count(to_svg(draw(map)), "<rect"), 4u) << "the background and three cells";
}

TEST(Png, IsOneWhereCairoIsThere) {
  const auto cairo = CairoLibrary::open();
  if (!cairo.ok()) {
    EXPECT_EQ(cairo.error().code(), ErrorCode::Unsupported);
    EXPECT_NE(cairo.error().message().find("libcairo2"), std::string::npos);
    return;
  }
  const std::string png = cairo.value()->to_png(draw(line_chart())).value();
  EXPECT_TRUE(png.starts_with("\x89PNG\r\n"));
  // Width and height stand in the first chunk, highest byte first: 1280 x 912.
  EXPECT_EQ(png.substr(16, 8), std::string("\0\0\x05\0\0\0\x03\x90", 8));
}

}  // namespace
}  // namespace sluice::ml
