#include "ml/evaluate/evaluation_page.h"

#include "base/strings.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kShownSlices = 200;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light; }
body { font: 15px/1.5 "DejaVu Sans", Helvetica, Arial, sans-serif; color: #1f2430; background: #f6f7f9;
       margin: 0 auto; max-width: 1360px; padding: 24px; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 12px; }
.meta { color: #5b6270; margin: 0 0 20px; overflow-wrap: anywhere; font-size: 13px; }
.warning { background: #fff4e5; border-left: 4px solid #d55e00; padding: 8px 12px; margin: 8px 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 12px; }
.card { background: #fff; border: 1px solid #e0e3e8; border-radius: 8px; padding: 10px 14px; }
.card b { display: block; font-size: 22px; font-weight: 600; }
.card span { color: #5b6270; font-size: 12px; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(480px, 1fr)); gap: 14px; }
.plots figure { margin: 0; background: #fff; border: 1px solid #e0e3e8; border-radius: 8px; padding: 8px; }
.plots svg { width: 100%; max-width: 800px; height: auto; display: block; margin: 0 auto; }
table { border-collapse: collapse; background: #fff; border: 1px solid #e0e3e8; width: 100%; font-size: 13px; }
th, td { padding: 5px 10px; border-bottom: 1px solid #eceef2; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
th { background: #f0f2f5; font-weight: 600; }
td small { color: #5b6270; display: block; }
)";

std::string interval_words(const std::optional<Interval>& interval) {
  if (!interval) return "no interval";
  return cat(short_number(interval->low), " … ", short_number(interval->high));
}

std::string cards(const Evaluation& evaluation) {
  std::string text = "<div class=\"cards\">\n";
  for (const MetricValue& metric : evaluation.metrics)
    if (metric.value)
      text +=
          cat("<div class=\"card\"><span>", metric.name, "</span><b>", short_number(*metric.value),
              "</b><span>", interval_words(metric.interval), "</span></div>\n");
  text += "</div>\n";
  if (!evaluation.undefined.empty())
    text += cat("<p class=\"meta\">Not defined: ", join(evaluation.undefined, ", "), ".</p>\n");
  return text;
}

std::string slices_table(const Evaluation& evaluation) {
  if (evaluation.slices.empty()) return {};
  std::string text = "<h2>Slices</h2>\n<table><tr><th>slice</th><th>rows</th>";
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < evaluation.metrics.size() && shown.size() < 6; ++i)
    if (evaluation.metrics[i].value) shown.push_back(i);
  for (const std::size_t i : shown) text += cat("<th>", evaluation.metrics[i].name, "</th>");
  text += "</tr>\n";
  std::size_t count = 0;
  for (const SliceEvaluation& slice : evaluation.slices) {
    if (++count > kShownSlices) break;
    text += cat("<tr><td>", escape_markup(slice_title(slice.column, slice.value)), "</td><td>",
                grouped(slice.rows), "</td>");
    for (const std::size_t i : shown) {
      const MetricValue& metric = slice.metrics[i];
      text += metric.value ? cat("<td>", short_number(*metric.value), "<small>",
                                 interval_words(metric.interval), "</small></td>")
                           : "<td>–</td>";
    }
    text += "</tr>\n";
  }
  text += "</table>\n";
  if (evaluation.slices.size() > kShownSlices)
    text += cat("<p class=\"meta\">The first ", kShownSlices, " of ",
                grouped(evaluation.slices.size()), " slices; the JSON holds all.</p>\n");
  return text;
}

std::string classes_table(const Evaluation& evaluation) {
  if (!evaluation.confusion) return {};
  const ConfusionMatrix& confusion = *evaluation.confusion;
  const auto number = [](const MetricValue& metric) {
    return metric.value ? cat("<td>", short_number(*metric.value), "<small>",
                              interval_words(metric.interval), "</small></td>")
                        : std::string("<td>–</td>");
  };
  const auto count = [](double rows) {
    return cat("<td>", grouped(static_cast<std::uint64_t>(rows)), "</td>");
  };
  std::string text =
      "<h2>Classes</h2>\n<table><tr><th>class</th><th>rows</th><th>precision</th><th>recall</th>"
      "<th>F1</th>";
  for (const std::string& name : evaluation.classes)
    text += cat("<th>taken for ", escape_markup(name), "</th>");
  text += "</tr>\n";
  for (std::size_t c = 0; c < evaluation.classes.size(); ++c) {
    text += cat("<tr><td>", escape_markup(evaluation.classes[c]), "</td>",
                count(confusion.truth_total(c)), number(evaluation.by_class[c].precision),
                number(evaluation.by_class[c].recall), number(evaluation.by_class[c].f1));
    for (std::size_t p = 0; p < evaluation.classes.size(); ++p)
      text += count(confusion.count(c, p));
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

std::string share_cell(const std::optional<Count>& count) {
  return cat("<td>", count && count->total > 0 ? short_percent(count->share()) : "–", "</td>");
}

std::string fairness_table(const Fairness& fairness) {
  std::string text =
      cat("<h2>Treatment by ", escape_markup(fairness.column), "</h2>\n<p class=\"meta\">");
  const auto number = [&](std::string_view name, const std::optional<double>& value) {
    if (value) text += cat(name, " ", short_number(*value), ". ");
  };
  number("Selection ratio", fairness.selection_ratio);
  number("Equal opportunity difference", fairness.opportunity_difference);
  number("Equalized odds difference", fairness.odds_difference);
  number("Largest error over smallest", fairness.error_ratio);
  text +=
      "</p>\n<table><tr><th>group</th><th>rows</th><th>error</th><th>selected</th>"
      "<th>positives found</th><th>false alarms</th></tr>\n";
  for (const GroupTreatment& group : fairness.groups)
    text +=
        cat("<tr><td>", escape_markup(group.group), "</td><td>", grouped(group.rows), "</td><td>",
            group.error ? short_number(*group.error) : "–", "</td>", share_cell(group.selected),
            share_cell(group.found), share_cell(group.false_alarms), "</tr>\n");
  return text + "</table>\n";
}

}  // namespace

std::string to_html(const Evaluation& evaluation, const std::vector<Plot>& plots) {
  const std::string title = cat("Evaluation of ", evaluation.model);
  std::string text = cat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>",
      escape_markup(title), "</title>\n<style>", kStyle, "</style></head>\n<body>\n<h1>",
      escape_markup(title), "</h1>\n<p class=\"meta\">Target ", escape_markup(evaluation.target),
      ", ", to_string(evaluation.task), ", ", judged_rows_text(evaluation),
      evaluation.settings.empty() ? "" : ", ", escape_markup(settings_text(evaluation)), ". Data ",
      evaluation.data_digest.to_string(), ".",
      evaluation.model_digest ? cat(" Model ", evaluation.model_digest->to_string(), ".") : "",
      "</p>\n");
  for (const std::string& warning : evaluation.warnings)
    text += cat("<p class=\"warning\">", escape_markup(warning), "</p>\n");
  text += cards(evaluation);
  if (!plots.empty()) text += "<h2>Pictures</h2>\n<div class=\"plots\">\n";
  for (const Plot& plot : plots) text += cat("<figure>", to_svg(plot.drawing), "</figure>\n");
  if (!plots.empty()) text += "</div>\n";
  text += classes_table(evaluation) + slices_table(evaluation);
  for (const Fairness& fairness : evaluation.fairness) text += fairness_table(fairness);
  return text + "</body></html>\n";
}

}  // namespace sluice::ml
