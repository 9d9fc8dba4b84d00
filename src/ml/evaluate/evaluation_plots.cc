#include "ml/evaluate/evaluation_plots.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "base/strings.h"
#include "ml/evaluate/score_area.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/evaluate/wording.h"
#include "ml/plot/chart.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kDots = 2000;  // beyond, rows are counted in cells
constexpr std::size_t kShownSlices = 20;
constexpr std::size_t kHeatSide = 24;
constexpr std::size_t kLongestModel = 40;
constexpr std::size_t kCurvePoints = 201;
constexpr std::size_t kConfusionSide = 12;
constexpr std::string_view kCross = " × ";
constexpr std::array kClassColors{kBlue, kOrange, kGreen, kPink, kSky, kYellow, kBlack};

std::string metric_words(const Evaluation& evaluation, std::string_view name) {
  for (const MetricValue& metric : evaluation.metrics)
    if (metric.name == name && metric.value)
      return cat(name, " ", short_number(*metric.value),
                 metric.interval ? cat(" (", short_number(metric.interval->low), " … ",
                                       short_number(metric.interval->high), ")")
                                 : "");
  return {};
}

Drawing scatter(Chart chart, std::vector<Point> points) {
  if (points.size() > kDots) return draw_density(chart, points);
  Series dots{"", kBlue, Mark::Dots, std::move(points)};
  chart.series.insert(chart.series.begin(), std::move(dots));
  return draw(chart);
}

std::string rows_words(const Evaluation& evaluation) {
  return cat(shortened(evaluation.model, kLongestModel), ", ", judged_rows_text(evaluation));
}

Plot actual_vs_predicted(const Evaluation& evaluation, const JudgedRows& rows) {
  std::vector<double> all = rows.truth;
  all.insert(all.end(), rows.prediction.begin(), rows.prediction.end());
  const Axis axis = axis_over("", all);
  Chart chart;
  chart.title = cat("Predicted and actual ", evaluation.target);
  chart.subtitle = cat(rows_words(evaluation), ", ", metric_words(evaluation, "r2"));
  chart.x = {cat("predicted ", evaluation.target), axis.low, axis.high};
  chart.y = {cat("actual ", evaluation.target), axis.low, axis.high};
  chart.series.push_back(
      {"exactly right", kOrange, Mark::Dashes, {{axis.low, axis.low}, {axis.high, axis.high}}});
  std::vector<Point> points;
  for (std::size_t i = 0; i < rows.size(); ++i)
    points.push_back({rows.prediction[i], rows.truth[i]});
  return {"actual_vs_predicted", scatter(std::move(chart), std::move(points))};
}

Plot residuals(const Evaluation& evaluation, const JudgedRows& rows) {
  std::vector<double> errors;
  std::vector<Point> points;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    errors.push_back(rows.prediction[i] - rows.truth[i]);
    points.push_back({rows.prediction[i], errors.back()});
  }
  Chart chart;
  chart.title = "Residuals";
  chart.subtitle = cat(rows_words(evaluation), ", ", metric_words(evaluation, "bias"));
  chart.x = axis_over(cat("predicted ", evaluation.target), rows.prediction);
  chart.y = axis_over("predicted less actual", errors);
  chart.series.push_back({"", kOrange, Mark::Dashes, {{chart.x.low, 0}, {chart.x.high, 0}}});
  return {"residuals", scatter(std::move(chart), std::move(points))};
}

Plot calibration_plot(const Evaluation& evaluation) {
  const Calibration& calibration = *evaluation.calibration;
  Series bins{"observed", kBlue, Mark::LineAndDots, {}};
  std::vector<double> all;
  for (const ReliabilityBin& bin : calibration.bins) {
    bins.points.push_back({bin.predicted, bin.observed});
    all.push_back(bin.predicted);
    all.push_back(bin.observed);
  }
  Axis axis = axis_over("", all);
  if (calibration.error) axis = {"", 0, 1};
  Chart chart;
  chart.title = "Calibration";
  chart.subtitle = rows_words(evaluation);
  if (calibration.error)
    chart.subtitle += cat(", expected calibration error ", short_number(*calibration.error));
  if (calibration.line) chart.subtitle += cat(", slope ", short_number(calibration.line->slope));
  const bool several = evaluation.classes.size() > 2;
  chart.x = {several ? "mean probability of the predicted class" : "mean prediction", axis.low,
             axis.high};
  chart.y = {several             ? "share that is right"
             : calibration.error ? "share of positives"
                                 : "mean truth",
             axis.low, axis.high};
  chart.series = {
      {"calibrated", kOrange, Mark::Dashes, {{axis.low, axis.low}, {axis.high, axis.high}}},
      std::move(bins)};
  return {"calibration", draw(chart)};
}

Chart unit_chart(std::string title, const Evaluation& evaluation, std::string_view metric,
                 std::string x, std::string y) {
  Chart chart;
  chart.title = std::move(title);
  const std::string words = metric_words(evaluation, metric);
  chart.subtitle = cat(rows_words(evaluation), words.empty() ? "" : ", ", words);
  chart.x = {std::move(x), 0, 1};
  chart.y = {std::move(y), 0, 1};
  return chart;
}

// Of one class against all others.
struct ClassCurves {
  std::string name;
  double rows = 0;
  std::vector<ThresholdPoint> points;
  std::optional<double> roc_auc;
  std::optional<double> pr_auc;
};

ClassCurves curves_of(const JudgedRows& rows, std::size_t which) {
  const std::vector<double>& scores = rows.class_probability[which];
  const auto ranked = rank_rows(scores, rows.true_class, static_cast<ClassIndex>(which));
  ScoreAreas areas(1);
  std::uint32_t score_number = 0;
  for (const RankedRow one : ranked) {
    areas.add(score_number, 0, one.label());
    if (one.ends_score()) ++score_number;
  }
  areas.finish();
  return {rows.classes[which], areas.positives(),
          thin_threshold_sweep(ranked, scores, kCurvePoints), areas.of(ScoreArea::Roc),
          areas.of(ScoreArea::PrecisionRecall)};
}

// As many classes as there are colours, the most frequent ones.
std::vector<ClassCurves> curves_of_classes(const JudgedRows& rows) {
  std::vector<ClassCurves> curves;
  for (std::size_t c = 0; c < rows.class_probability.size(); ++c)
    curves.push_back(curves_of(rows, c));
  std::ranges::stable_sort(curves, std::ranges::greater{}, &ClassCurves::rows);
  std::erase_if(curves, [](const ClassCurves& one) { return !one.roc_auc; });
  if (curves.size() > kClassColors.size()) curves.resize(kClassColors.size());
  return curves;
}

void add_class_curves(const Evaluation& evaluation, const JudgedRows& rows,
                      std::vector<Plot>& plots) {
  const std::vector<ClassCurves> curves = curves_of_classes(rows);
  Chart roc = unit_chart("ROC curves, each class against all others", evaluation, "roc_auc",
                         "share of other classes called this one", "share of the class found");
  Chart recall = unit_chart("Precision and recall, each class against all others", evaluation,
                            "pr_auc", "recall", "precision");
  roc.series.push_back({"by chance", kGrey, Mark::Dashes, {{0, 0}, {1, 1}}});
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const ClassCurves& one = curves[i];
    const auto name = [&](std::optional<double> area) {
      return cat(one.name, area ? cat(" ", short_number(*area)) : "");
    };
    Series of_roc{name(one.roc_auc), kClassColors[i], Mark::Line, {{0, 0}}};
    Series of_recall{name(one.pr_auc), kClassColors[i], Mark::Line, {}};
    for (const ThresholdPoint& point : one.points) {
      of_roc.points.push_back({*point.false_positive_rate(), *point.recall()});
      of_recall.points.push_back({*point.recall(), *point.precision()});
    }
    roc.series.push_back(std::move(of_roc));
    recall.series.push_back(std::move(of_recall));
  }
  if (curves.size() < rows.classes.size()) {
    const std::string some = cat(", ", curves.size(), " of ", rows.classes.size(), " classes");
    roc.subtitle += some;
    recall.subtitle += some;
  }
  plots.push_back({"roc", draw(roc)});
  plots.push_back({"precision_recall", draw(recall)});
}

// Which classes are taken for which: the most frequent ones, each row in shares of its class.
Plot confusion_plot(const Evaluation& evaluation) {
  const ConfusionMatrix& confusion = *evaluation.confusion;
  std::vector<std::size_t> classes(evaluation.classes.size());
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  std::ranges::stable_sort(classes, [&](std::size_t a, std::size_t b) {
    return confusion.truth_total(a) > confusion.truth_total(b);
  });
  if (classes.size() > kConfusionSide) classes.resize(kConfusionSide);
  HeatMap map;
  map.title = "Confusion matrix";
  map.subtitle = cat(rows_words(evaluation), "; colours: share of the true class");
  if (classes.size() < evaluation.classes.size())
    map.subtitle += cat(", ", classes.size(), " of ", evaluation.classes.size(), " classes");
  map.corner = "truth ↓  predicted →";
  map.range = Interval{0, 1};
  for (const std::size_t truth : classes) {
    map.rows.push_back(evaluation.classes[truth]);
    map.columns.push_back(evaluation.classes[truth]);
    for (const std::size_t predicted : classes) {
      const double count = confusion.count(truth, predicted);
      const double total = confusion.truth_total(truth);
      map.values.push_back(total > 0 ? count / total : std::numeric_limits<double>::quiet_NaN());
      map.texts.push_back(grouped(static_cast<std::uint64_t>(count)));
    }
  }
  return {"confusion_matrix", draw(map)};
}

void add_curves(const Evaluation& evaluation, std::vector<Plot>& plots) {
  const ThresholdPoint& last = evaluation.thresholds.back();
  const double all = last.positives + last.negatives;
  Series roc{"model", kBlue, Mark::Line, {{0, 0}}};
  Series lift{"model", kBlue, Mark::Line, {{0, 0}}};
  Series recall{"model", kBlue, Mark::Line, {}};
  for (const ThresholdPoint& point : evaluation.thresholds) {
    const auto found = point.recall();
    const auto alarms = point.false_positive_rate();
    const auto precision = point.precision();
    if (found && alarms) roc.points.push_back({*alarms, *found});
    if (found)
      lift.points.push_back({(point.true_positives + point.false_positives) / all, *found});
    if (found && precision) recall.points.push_back({*found, *precision});
  }
  const std::vector<Point> diagonal{{0, 0}, {1, 1}};
  const double base = last.positives / all;
  Chart chart = unit_chart("ROC curve", evaluation, "roc_auc", "share of negatives called positive",
                           "share of positives found");
  chart.series = {{"by chance", kGrey, Mark::Dashes, diagonal}, roc};
  plots.push_back({"roc", draw(chart)});
  chart = unit_chart("Precision and recall", evaluation, "pr_auc", "recall", "precision");
  chart.series = {{"by chance", kGrey, Mark::Dashes, {{0, base}, {1, base}}}, recall};
  plots.push_back({"precision_recall", draw(chart)});
  chart = unit_chart("Lift: positives among the highest scores", evaluation, "",
                     "share of rows, highest scores first", "share of positives found");
  chart.series = {{"by chance", kGrey, Mark::Dashes, diagonal},
                  {"best possible", kGreen, Mark::Dashes, {{0, 0}, {base, 1}, {1, 1}}},
                  lift};
  plots.push_back({"lift", draw(chart)});
}

Plot worst_slices_plot(const Evaluation& evaluation) {
  const Metric& metric = *evaluation.chosen.front();
  std::vector<const SliceEvaluation*> slices;
  for (const SliceEvaluation& slice : evaluation.slices)
    if (slice.metrics.front().value) slices.push_back(&slice);
  std::ranges::stable_sort(slices, [&](const auto* a, const auto* b) {
    return badness(metric, *a->metrics.front().value) > badness(metric, *b->metrics.front().value);
  });
  if (slices.size() > kShownSlices) slices.resize(kShownSlices);
  IntervalChart chart;
  chart.title = cat("Worst slices by ", metric.name);
  const bool one_column = std::ranges::all_of(
      slices, [&](const auto* slice) { return slice->column == slices.front()->column; });
  chart.subtitle =
      cat(one_column && !slices.empty() ? cat("by ", slices.front()->column, ", ") : "",
          rows_words(evaluation), "; dashed: all rows; bars: 95 % intervals");
  chart.label = metric.name;
  chart.reference = evaluation.metrics.front().value;
  for (const SliceEvaluation* slice : slices)
    chart.rows.push_back({one_column ? slice->value : slice_title(slice->column, slice->value),
                          *slice->metrics.front().value, slice->metrics.front().interval});
  return {"slices", draw(chart)};
}

// Where the name is among those known, added if it is not.
std::size_t place_of(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

// Numbers by size, texts by their bytes.
bool comes_before(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) { return std::strtod(text.c_str(), nullptr); };
  const double x = number(a);
  const double y = number(b);
  return x != y ? x < y : a < b;
}

void add_heat_map(const Evaluation& evaluation, const std::string& column,
                  std::vector<Plot>& plots) {
  HeatMap map;
  std::map<std::pair<std::string, std::string>, double> values;
  for (const SliceEvaluation& slice : evaluation.slices) {
    const auto cross = slice.value.find(kCross);
    if (slice.column != column || cross == std::string::npos) continue;
    const std::string left = slice.value.substr(0, cross);
    const std::string right = slice.value.substr(cross + kCross.size());
    place_of(map.rows, left);
    place_of(map.columns, right);
    values[{left, right}] =
        slice.metrics.front().value.value_or(std::numeric_limits<double>::quiet_NaN());
  }
  if (map.rows.size() > kHeatSide || map.columns.size() > kHeatSide || values.empty()) return;
  std::ranges::sort(map.rows, comes_before);
  std::ranges::sort(map.columns, comes_before);
  for (const std::string& row : map.rows)
    for (const std::string& name : map.columns) {
      const auto found = values.find({row, name});
      map.values.push_back(found == values.end() ? std::numeric_limits<double>::quiet_NaN()
                                                 : found->second);
    }
  map.title = cat(evaluation.chosen.front()->name, " by ", column);
  map.subtitle = cat(rows_words(evaluation), "; dark: high");
  plots.push_back({"slice_heat_map", draw(map)});
}

}  // namespace

std::vector<Plot> plots_of(const Evaluation& evaluation, const JudgedRows& rows) {
  std::vector<Plot> plots;
  const bool numbers = rows.task == Task::Regression || rows.task == Task::Forecast;
  if (numbers) {
    plots.push_back(actual_vs_predicted(evaluation, rows));
    plots.push_back(residuals(evaluation, rows));
  }
  if (!evaluation.thresholds.empty()) add_curves(evaluation, plots);
  if (!rows.class_probability.empty()) add_class_curves(evaluation, rows, plots);
  if (evaluation.confusion) plots.push_back(confusion_plot(evaluation));
  if (evaluation.calibration) plots.push_back(calibration_plot(evaluation));
  if (!evaluation.slices.empty()) plots.push_back(worst_slices_plot(evaluation));
  for (const SliceEvaluation& slice : evaluation.slices) {
    if (slice.column.find("×") == std::string::npos) continue;
    add_heat_map(evaluation, slice.column, plots);
    break;
  }
  return plots;
}

Plot metric_history(const std::string& metric, const std::vector<MetricPoint>& points) {
  Series series{"", kBlue, Mark::LineAndDots, {}};
  std::vector<double> values;
  for (std::size_t i = 0; i < points.size(); ++i) {
    series.points.push_back({static_cast<double>(i + 1), points[i].value});
    values.push_back(points[i].value);
  }
  Chart chart;
  chart.title = cat(metric, " over versions");
  if (!points.empty()) chart.subtitle = cat(points.front().version, " to ", points.back().version);
  chart.x = {"version, in order", 0.5,
             static_cast<double>(std::max<std::size_t>(points.size(), 1)) + 0.5};
  chart.y = axis_over(metric, values);
  chart.series.push_back(std::move(series));
  return {"metric_history", draw(chart)};
}

}  // namespace sluice::ml
