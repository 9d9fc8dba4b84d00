// How an Evaluation is written: JSON, Markdown, terminal.
#include <fmt/format.h>

#include "base/strings.h"
#include "ml/evaluate/evaluation.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kShownSlices = 10;

JsonObject metrics_json(const std::vector<MetricValue>& metrics) {
  JsonObject object;
  for (const auto& metric : metrics)
    object[metric.name] = metric.value ? Json(*metric.value) : Json(nullptr);
  return object;
}

std::string value_text(const std::optional<double>& value) {
  return value ? short_number(*value) : "not defined";
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

std::string table_head(std::string_view first) {
  std::string head = cat("| ", first, " | rows |");
  std::string rule = "|---|---:|";
  for (const auto& name : metric_names()) {
    head += cat(" ", name, " |");
    rule += "---:|";
  }
  return cat(head, "\n", rule, "\n");
}

std::string table_row(std::string_view first, std::size_t rows,
                      const std::vector<MetricValue>& metrics) {
  std::string line =
      cat("| ", replace_all(std::string(first), "|", "\\|"), " | ", grouped(rows), " |");
  for (const auto& metric : metrics) line += cat(" ", value_text(metric.value), " |");
  return line + "\n";
}

std::string left_out(const Evaluation& evaluation) {
  std::string text;
  for (const auto& small : evaluation.small_slices)
    text += cat("Left out: ", plural(small.slices, "slice"), " of ", small.column, " with ",
                plural(small.rows, "row"), " in all, too few to judge.\n");
  return text;
}

}  // namespace

JsonObject to_json(const Evaluation& evaluation) {
  JsonObject object;
  object["format"] = kEvaluationFormat;
  object["model"] = evaluation.model;
  object["model_digest"] =
      evaluation.model_digest ? Json(evaluation.model_digest->to_string()) : Json(nullptr);
  object["data_digest"] = evaluation.data_digest.to_string();
  object["predictions_digest"] = evaluation.predictions_digest.to_string();
  object["target"] = evaluation.target;
  object["rows"] = evaluation.rows;
  object["metrics"] = metrics_json(evaluation.metrics);
  JsonArray slices;
  for (const auto& slice : evaluation.slices) {
    JsonObject entry;
    entry["column"] = slice.column;
    entry["value"] = slice.value;
    entry["rows"] = slice.rows;
    entry["metrics"] = metrics_json(slice.metrics);
    slices.push_back(std::move(entry));
  }
  object["slices"] = std::move(slices);
  JsonArray small_slices;
  for (const auto& small : evaluation.small_slices)
    small_slices.push_back(
        JsonObject{{"column", small.column}, {"slices", small.slices}, {"rows", small.rows}});
  object["small_slices"] = std::move(small_slices);
  return object;
}

std::string to_markdown(const Evaluation& evaluation) {
  std::string text =
      cat("## Evaluation of ", evaluation.model, "\n\nTarget `", evaluation.target, "`, ",
          row_count(evaluation.rows), ". Data `", evaluation.data_digest.to_string(), "`.\n\n");
  text += table_head("") + table_row("all rows", evaluation.rows, evaluation.metrics);
  std::string_view column;
  for_shown_slices(evaluation, [&](const SliceEvaluation& slice) {
    if (slice.column != column)
      text += cat("\n### By ", slice.column, ", worst first\n\n", table_head(slice.column));
    column = slice.column;
    text += table_row(slice.value, slice.rows, slice.metrics);
  });
  const std::string small = left_out(evaluation);
  return small.empty() ? text : cat(text, "\n", small);
}

std::string to_terminal_text(const Evaluation& evaluation) {
  const auto line = [](std::string_view name, std::size_t rows,
                       const std::vector<MetricValue>& metrics) {
    std::string text = fmt::format("{:<24} {:>10}", name, grouped(rows));
    for (const auto& metric : metrics) text += fmt::format(" {:>12}", value_text(metric.value));
    return text + "\n";
  };
  std::string text = fmt::format("{:<24} {:>10}", evaluation.model, "rows");
  for (const auto& name : metric_names()) text += fmt::format(" {:>12}", name);
  text += cat("\n", line("all rows", evaluation.rows, evaluation.metrics));
  for_shown_slices(evaluation, [&](const SliceEvaluation& slice) {
    text += line(cat(slice.column, " ", slice.value), slice.rows, slice.metrics);
  });
  return text + left_out(evaluation);
}

}  // namespace sluice::ml
