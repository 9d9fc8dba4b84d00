// How an Evaluation is written: JSON, Markdown, terminal.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/evaluate/evaluation.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kShownSlices = 10;
constexpr std::size_t kShownMetrics = 5;

Json end_json(double end) {
  return std::isfinite(end) ? Json(end) : Json(nullptr);
}

Json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return JsonArray{end_json(interval->low), end_json(interval->high)};
}

JsonObject intervals_json(const std::vector<MetricValue>& metrics) {
  JsonObject object;
  for (const auto& metric : metrics) object[metric.name] = interval_json(metric.interval);
  return object;
}

std::string value_text(const std::optional<double>& value) {
  return value ? short_number(*value) : "not defined";
}

std::string interval_text(const std::optional<Interval>& interval) {
  if (!interval) return "–";
  return cat(short_number(interval->low), " … ", short_number(interval->high));
}

// Which metrics stand in tables of slices: the first few that are defined for all rows.
std::vector<std::size_t> shown_metrics(const Evaluation& evaluation) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < evaluation.metrics.size() && shown.size() < kShownMetrics; ++i)
    if (evaluation.metrics[i].value) shown.push_back(i);
  return shown;
}

// Slices of one column stand together; of each column the worst few are shown.
template <class Show>
void for_shown_slices(const Evaluation& evaluation, const Show& show) {
  std::string_view column;
  std::size_t shown = 0;
  for (const auto& slice : evaluation.slices) {
    if (slice.column != column) shown = 0;
    column = slice.column;
    if (shown++ < kShownSlices) show(slice);
  }
}

std::string cell(std::string_view text) {
  return replace_all(replace_all(std::string(text), "|", "\\|"), "\n", " ");
}

std::string table_head(const Evaluation& evaluation, const std::vector<std::size_t>& shown,
                       std::string_view first) {
  std::string head = cat("| ", cell(first), " | rows |");
  std::string rule = "|---|---:|";
  for (const std::size_t i : shown) {
    head += cat(" ", evaluation.metrics[i].name, " |");
    rule += "---:|";
  }
  return cat(head, "\n", rule, "\n");
}

std::string table_row(const std::vector<std::size_t>& shown, std::string_view first,
                      std::size_t rows, const std::vector<MetricValue>& metrics) {
  std::string line = cat("| ", cell(first), " | ", grouped(rows), " |");
  for (const std::size_t i : shown) line += cat(" ", value_text(metrics[i].value), " |");
  return line + "\n";
}

std::string left_out(const Evaluation& evaluation) {
  std::string text;
  for (const auto& small : evaluation.small_slices)
    text += cat("Left out: ", plural(small.slices, "slice"), " of ", small.column, " with ",
                plural(small.rows, "row"), " in all, too few to judge.\n");
  return text;
}

std::string metrics_table(const Evaluation& evaluation) {
  std::string text = "| metric | value | 95 % interval |\n|---|---:|---|\n";
  for (const MetricValue& metric : evaluation.metrics)
    if (metric.value)
      text += cat("| ", metric.name, " | ", value_text(metric.value), " | ",
                  interval_text(metric.interval), " |\n");
  if (!evaluation.undefined.empty())
    text += cat("\nNot defined: ", join(evaluation.undefined, ", "), ".\n");
  return text;
}

// The worst slices of all columns, by the first metric.
std::vector<const SliceEvaluation*> worst_slices(const Evaluation& evaluation) {
  std::vector<const SliceEvaluation*> worst;
  for (const SliceEvaluation& slice : evaluation.slices) worst.push_back(&slice);
  const Metric& metric = *evaluation.chosen.front();
  const auto badness_of = [&](const SliceEvaluation* slice) {
    const auto& value = slice->metrics.front().value;
    return value ? badness(metric, *value) : std::numeric_limits<double>::infinity();
  };
  std::ranges::stable_sort(
      worst, [&](const auto* a, const auto* b) { return badness_of(a) > badness_of(b); });
  if (worst.size() > kShownSlices) worst.resize(kShownSlices);
  return worst;
}

// How many slices of a column the table leaves out.
std::string more_slices(const Evaluation& evaluation, std::string_view column) {
  const auto all = static_cast<std::size_t>(std::ranges::count_if(
      evaluation.slices, [&](const SliceEvaluation& slice) { return slice.column == column; }));
  if (all <= kShownSlices) return {};
  return cat("\n", grouped(all - kShownSlices), " more, less bad; the JSON (`--out`) has all.\n");
}

std::string slices_markdown(const Evaluation& evaluation) {
  if (evaluation.slices.empty()) return {};
  const auto shown = shown_metrics(evaluation);
  std::string text = cat("\n### Worst slices\n\n", table_head(evaluation, shown, "slice"));
  for (const SliceEvaluation* slice : worst_slices(evaluation))
    text += table_row(shown, slice_title(slice->column, slice->value), slice->rows, slice->metrics);
  std::string_view column;
  for_shown_slices(evaluation, [&](const SliceEvaluation& slice) {
    if (slice.column != column)
      text += more_slices(evaluation, column) + cat("\n### By ", slice.column, ", worst first\n\n",
                                                    table_head(evaluation, shown, slice.column));
    column = slice.column;
    text += table_row(shown, slice.value, slice.rows, slice.metrics);
  });
  return text + more_slices(evaluation, column);
}

// What most rows of a class are taken for that are not recognized; empty: all are.
std::string most_taken_for(const Evaluation& evaluation, std::size_t of) {
  std::size_t most = of;
  for (std::size_t c = 0; c < evaluation.classes.size(); ++c) {
    const double count = c == of ? 0 : evaluation.confusion->count(of, c);
    if (count > (most == of ? 0 : evaluation.confusion->count(of, most))) most = c;
  }
  if (most == of) return {};
  return cat(evaluation.classes[most], " (",
             grouped(static_cast<std::uint64_t>(evaluation.confusion->count(of, most))), ")");
}

std::string count_text(double count) {
  return grouped(static_cast<std::uint64_t>(count));
}

std::string with_interval(const MetricValue& metric) {
  return metric.interval ? cat(value_text(metric.value), " (", interval_text(metric.interval), ")")
                         : value_text(metric.value);
}

std::string classes_markdown(const Evaluation& evaluation) {
  if (!evaluation.confusion) return {};
  const ConfusionMatrix& confusion = *evaluation.confusion;
  std::string text =
      "\n### By class\n\n| class | rows | predicted | precision | recall | F1 | most taken for |\n"
      "|---|---:|---:|---:|---:|---:|---|\n";
  for (std::size_t c = 0; c < evaluation.classes.size(); ++c) {
    const ClassEvaluation& one = evaluation.by_class[c];
    text += cat("| ", cell(evaluation.classes[c]), " | ", count_text(confusion.truth_total(c)),
                " | ", count_text(confusion.predicted_total(c)), " | ",
                with_interval(one.precision), " | ", with_interval(one.recall), " | ",
                with_interval(one.f1), " | ", cell(most_taken_for(evaluation, c)), " |\n");
  }
  return text;
}

std::string classes_text(const Evaluation& evaluation) {
  if (!evaluation.confusion) return {};
  const ConfusionMatrix& confusion = *evaluation.confusion;
  std::string text = fmt::format("\n{:<28} {:>10} {:>12} {:>12} {:>12}   {}\n", "classes", "rows",
                                 "precision", "recall", "f1", "most taken for");
  for (std::size_t c = 0; c < evaluation.classes.size(); ++c) {
    const ClassEvaluation& one = evaluation.by_class[c];
    text += fmt::format("{:<28} {:>10} {:>12} {:>12} {:>12}   {}", evaluation.classes[c],
                        count_text(confusion.truth_total(c)), value_text(one.precision.value),
                        value_text(one.recall.value), value_text(one.f1.value),
                        most_taken_for(evaluation, c));
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

Json classes_json(const Evaluation& evaluation) {
  if (!evaluation.confusion) return nullptr;
  const ConfusionMatrix& confusion = *evaluation.confusion;
  const auto number = [](std::optional<double> value) {
    return value ? Json(*value) : Json(nullptr);
  };
  JsonArray classes;
  for (std::size_t c = 0; c < evaluation.classes.size(); ++c) {
    JsonArray predicted;
    for (std::size_t p = 0; p < evaluation.classes.size(); ++p)
      predicted.push_back(confusion.count(c, p));
    const ClassEvaluation& one = evaluation.by_class[c];
    classes.push_back(
        JsonObject{{"class", evaluation.classes[c]},
                   {"rows", confusion.truth_total(c)},
                   {"predicted", confusion.predicted_total(c)},
                   {"precision", number(one.precision.value)},
                   {"recall", number(one.recall.value)},
                   {"f1", number(one.f1.value)},
                   {"intervals", JsonObject{{"precision", interval_json(one.precision.interval)},
                                            {"recall", interval_json(one.recall.interval)},
                                            {"f1", interval_json(one.f1.interval)}}},
                   {"predicted_as", std::move(predicted)}});
  }
  return classes;
}

std::string calibration_markdown(const Calibration& calibration) {
  std::string text = "\n### Calibration\n\n";
  if (calibration.error)
    text += cat("Expected calibration error ", short_number(*calibration.error), ". ");
  if (calibration.line)
    text += cat("Slope ", short_number(calibration.line->slope), ", intercept ",
                short_number(calibration.line->intercept), " (1 and 0 would be right).");
  text += "\n\n| predicted | observed | rows |\n|---:|---:|---:|\n";
  for (const ReliabilityBin& bin : calibration.bins)
    text += cat("| ", short_number(bin.predicted), " | ", short_number(bin.observed), " | ",
                grouped(static_cast<std::uint64_t>(bin.rows)), " |\n");
  return text;
}

std::string share_text(const std::optional<Count>& count) {
  return count && count->total > 0 ? short_percent(count->share()) : "–";
}

std::string fairness_markdown(const Fairness& fairness) {
  std::string text = cat("\n### Treatment by ", fairness.column, "\n\n");
  const auto line = [&](std::string_view name, const std::optional<double>& value) {
    if (value) text += cat("- ", name, ": ", short_number(*value), "\n");
  };
  line("selection ratio (0.8 and more is commonly asked for)", fairness.selection_ratio);
  line("equal opportunity difference", fairness.opportunity_difference);
  line("equalized odds difference", fairness.odds_difference);
  line("largest error over smallest", fairness.error_ratio);
  text +=
      "\n| group | rows | error | selected | positives found | false alarms |\n"
      "|---|---:|---:|---:|---:|---:|\n";
  for (const GroupTreatment& group : fairness.groups)
    text += cat("| ", cell(group.group), " | ", grouped(group.rows), " | ", value_text(group.error),
                " | ", share_text(group.selected), " | ", share_text(group.found), " | ",
                share_text(group.false_alarms), " |\n");
  return text;
}

std::string fairness_text(const Fairness& fairness) {
  std::string text = fmt::format("\n{:<28} {:>10} {:>12} {:>12} {:>12} {:>12}\n",
                                 cat("treatment by ", fairness.column), "rows", "error", "selected",
                                 "found", "false alarms");
  for (const GroupTreatment& group : fairness.groups)
    text += fmt::format("{:<28} {:>10} {:>12} {:>12} {:>12} {:>12}\n", group.group,
                        grouped(group.rows), value_text(group.error), share_text(group.selected),
                        share_text(group.found), share_text(group.false_alarms));
  const auto line = [&](std::string_view name, const std::optional<double>& value) {
    if (value) text += fmt::format("  {:<26} {:>10}\n", name, short_number(*value));
  };
  line("selection ratio", fairness.selection_ratio);
  line("opportunity difference", fairness.opportunity_difference);
  line("odds difference", fairness.odds_difference);
  line("error ratio", fairness.error_ratio);
  return text;
}

Json thresholds_json(const std::vector<ThresholdPoint>& points) {
  JsonArray array;
  const auto number = [](std::optional<double> value) {
    return value ? Json(*value) : Json(nullptr);
  };
  for (const ThresholdPoint& point : points)
    array.push_back(JsonObject{{"threshold", point.threshold},
                               {"precision", number(point.precision())},
                               {"recall", number(point.recall())},
                               {"false_positive_rate", number(point.false_positive_rate())},
                               {"f1", number(point.f1())},
                               {"accuracy", point.accuracy()}});
  return array;
}

JsonArray slices_json(const Evaluation& evaluation) {
  JsonArray slices;
  for (const auto& slice : evaluation.slices)
    slices.push_back(JsonObject{{"column", slice.column},
                                {"value", slice.value},
                                {"rows", slice.rows},
                                {"metrics", metrics_json(slice.metrics)},
                                {"intervals", intervals_json(slice.metrics)}});
  return slices;
}

}  // namespace

std::string judged_rows_text(const Evaluation& evaluation) {
  return evaluation.task == Task::Ranking ? query_count(evaluation.rows)
                                          : row_count(evaluation.rows);
}

std::string settings_text(const Evaluation& evaluation) {
  std::vector<std::string> texts;
  for (const Setting& setting : evaluation.settings) {
    const bool number = setting.value.is_number();
    texts.push_back(cat(replace_all(setting.name, "_", " "), " ",
                        number ? short_number(setting.value.to_number<double>())
                               : std::string(setting.value.as_string())));
  }
  return join(texts, ", ");
}

JsonObject metrics_json(const std::vector<MetricValue>& metrics) {
  JsonObject object;
  for (const auto& metric : metrics)
    object[metric.name] = metric.value ? Json(*metric.value) : Json(nullptr);
  return object;
}

JsonObject to_json(const Evaluation& evaluation) {
  JsonObject object;
  object["format"] = kEvaluationFormat;
  object["model"] = evaluation.model;
  object["model_digest"] =
      evaluation.model_digest ? Json(evaluation.model_digest->to_string()) : Json(nullptr);
  object["data_digest"] = evaluation.data_digest.to_string();
  object["predictions_digest"] = evaluation.predictions_digest.to_string();
  object["target"] = evaluation.target;
  object["task"] = to_string(evaluation.task);
  object["block"] = evaluation.block.empty() ? Json(nullptr) : Json(evaluation.block);
  object["rows"] = evaluation.rows;
  JsonObject settings;
  for (const Setting& setting : evaluation.settings) settings[setting.name] = setting.value;
  object["settings"] = std::move(settings);
  object["metrics"] = metrics_json(evaluation.metrics);
  object["intervals"] = intervals_json(evaluation.metrics);
  object["slices"] = slices_json(evaluation);
  JsonArray small_slices;
  for (const auto& small : evaluation.small_slices)
    small_slices.push_back(
        JsonObject{{"column", small.column}, {"slices", small.slices}, {"rows", small.rows}});
  object["small_slices"] = std::move(small_slices);
  object["classes"] = classes_json(evaluation);
  object["calibration"] =
      evaluation.calibration ? Json(to_json(*evaluation.calibration)) : Json(nullptr);
  JsonArray fairness;
  for (const Fairness& one : evaluation.fairness) fairness.push_back(to_json(one));
  object["fairness"] = std::move(fairness);
  object["thresholds"] = thresholds_json(evaluation.thresholds);
  object["warnings"] = JsonArray(evaluation.warnings.begin(), evaluation.warnings.end());
  return object;
}

std::string to_markdown(const Evaluation& evaluation) {
  std::string text = cat("## Evaluation of ", evaluation.model, "\n\nTarget `", evaluation.target,
                         "`, ", to_string(evaluation.task), ", ", judged_rows_text(evaluation),
                         evaluation.settings.empty() ? "" : ", ", settings_text(evaluation),
                         ". Data `", evaluation.data_digest.to_string(), "`.\n\n");
  for (const std::string& warning : evaluation.warnings)
    text += cat("> **Warning.** ", warning, "\n\n");
  text += metrics_table(evaluation) + classes_markdown(evaluation) + slices_markdown(evaluation);
  const std::string small = left_out(evaluation);
  if (!small.empty()) text += cat("\n", small);
  if (evaluation.calibration) text += calibration_markdown(*evaluation.calibration);
  for (const Fairness& fairness : evaluation.fairness) text += fairness_markdown(fairness);
  return text;
}

std::string to_terminal_text(const Evaluation& evaluation) {
  std::string text =
      cat(evaluation.model, ", ", to_string(evaluation.task), ", ", judged_rows_text(evaluation),
          evaluation.settings.empty() ? "" : ", ", settings_text(evaluation), "\n");
  for (const MetricValue& metric : evaluation.metrics)
    if (metric.value)
      text += fmt::format("  {:<18} {:>12}   {}\n", metric.name, value_text(metric.value),
                          interval_text(metric.interval));
  if (!evaluation.undefined.empty())
    text += cat("not defined: ", join(evaluation.undefined, ", "), "\n");
  text += classes_text(evaluation);
  const auto shown = shown_metrics(evaluation);
  if (!evaluation.slices.empty()) {
    text += fmt::format("\n{:<28} {:>10}", "worst slices", "rows");
    for (const std::size_t i : shown) text += fmt::format(" {:>12}", evaluation.metrics[i].name);
    text += "\n";
  }
  for (const SliceEvaluation* slice : worst_slices(evaluation)) {
    text += fmt::format("{:<28} {:>10}", slice_title(slice->column, slice->value),
                        grouped(slice->rows));
    for (const std::size_t i : shown)
      text += fmt::format(" {:>12}", value_text(slice->metrics[i].value));
    text += "\n";
  }
  for (const Fairness& fairness : evaluation.fairness) text += fairness_text(fairness);
  for (const std::string& warning : evaluation.warnings) text += cat("warning: ", warning, "\n");
  return text + left_out(evaluation);
}

}  // namespace sluice::ml
