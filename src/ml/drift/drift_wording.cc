// The drift report as JSON, for a terminal and as Markdown.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/drift/drift_report.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kWidestName = 32;

// JSON has no infinity.
Json number_json(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string value_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.3g}", value) : "infinite";
}

std::string p_text(double p) {
  return p < 1e-4 ? "<0.0001" : fmt::format("{:.4f}", p);
}

std::string interval_text(const DriftNumber& number) {
  if (!number.interval) return "";
  return fmt::format("{} .. {}", value_text(number.interval->low),
                     value_text(number.interval->high));
}

JsonObject number_json(const DriftNumber& number) {
  JsonObject json{{"value", number_json(number.value)}, {"p_value", number_json(number.p_value)}};
  if (number.threshold) json["threshold"] = *number.threshold;
  if (number.corrected_p_value) json["corrected_p_value"] = *number.corrected_p_value;
  if (number.interval)
    json["interval"] = {{"low", number.interval->low},
                        {"high", number_json(number.interval->high)}};
  return json;
}

JsonArray categories_json(const std::vector<CategoryShare>& categories) {
  JsonArray json;
  for (const CategoryShare& category : categories)
    json.push_back({{"value", category.name}, {"share", category.share}});
  return json;
}

JsonObject column_json(const ColumnDrift& column) {
  JsonObject numbers;
  for (const DriftNumber& number : column.numbers)
    numbers[info_of(number.measure).name] = number_json(number);
  JsonArray remarks(column.remarks.begin(), column.remarks.end());
  JsonObject json{{"name", column.name},
                  {"role", to_string(column.role)},
                  {"verdict", to_string(column.verdict)},
                  {"kind", to_string(column.kind)},
                  {"reference_values", column.reference_values},
                  {"current_values", column.current_values},
                  {"measures", std::move(numbers)},
                  {"remarks", std::move(remarks)}};
  if (column.kind == DriftKind::Categories) {
    json["new_categories"] = categories_json(column.new_categories);
    json["lost_categories"] = categories_json(column.lost_categories);
  }
  return json;
}

JsonArray columns_json(const std::vector<ColumnDrift>& columns) {
  JsonArray json;
  for (const ColumnDrift& column : columns) json.push_back(column_json(column));
  return json;
}

JsonObject slice_json(const DriftReport::Slice& slice) {
  return {{"key", JsonArray(slice.key.begin(), slice.key.end())},
          {"drifted", slice.drifted()},
          {"reference_rows", slice.reference_rows},
          {"current_rows", slice.current_rows},
          {"columns", columns_json(slice.columns)}};
}

JsonObject slices_json(const DriftReport& report) {
  const auto names = [](const std::vector<std::string>& list) {
    return JsonArray(list.begin(), list.end());
  };
  JsonArray slices;
  for (const DriftReport::Slice& slice : report.slices) slices.push_back(slice_json(slice));
  return {{"by", names(report.by)},
          {"drifted", report.drifted_slices()},
          {"too_small", names(report.small_slices)},
          {"lost", names(report.lost_slices)},
          {"new", names(report.new_slices)},
          {"compared", std::move(slices)}};
}

JsonObject side_json(const DriftReport::Side& side) {
  return {{"file", side.file},
          {"rows", side.rows},
          {"unreadable_rows", side.unreadable},
          {"profile_digest", side.profile_digest.to_string()}};
}

std::string shares_text(std::string_view what, const std::vector<CategoryShare>& categories) {
  std::string text;
  for (const CategoryShare& category : categories)
    text += fmt::format("{}'{}' ({:.2g} %)", text.empty() ? "" : ", ",
                        category.name.substr(0, kWidestName), 100 * category.share);
  return text.empty() ? text : cat(what, ": ", text);
}

std::vector<std::string> notes_of(const ColumnDrift& column) {
  std::vector<std::string> notes = column.remarks;
  for (const std::string& text :
       {shares_text("new", column.new_categories), shares_text("lost", column.lost_categories)})
    if (!text.empty()) notes.push_back(text);
  return notes;
}

std::string summary(const DriftReport& report) {
  const std::size_t drifted = report.count(DriftVerdict::Drifted) + report.lost_columns.size();
  std::string text =
      fmt::format("{} of {} drifted", drifted,
                  plural(report.columns.size() + report.lost_columns.size(), "column"));
  if (const std::size_t undecided = report.count(DriftVerdict::Undecided); undecided > 0)
    text += fmt::format(", {} undecided", undecided);
  return text + fmt::format(": {} ({} rows) against {} ({} rows)", report.current.file,
                            grouped(report.current.rows), report.reference.file,
                            grouped(report.reference.rows));
}

std::string unreadable_text(const DriftReport& report) {
  std::string text;
  for (const DriftReport::Side* side : {&report.reference, &report.current})
    if (side->unreadable > 0)
      text += cat("\n", plural(side->unreadable, "row"), " of ", side->file,
                  " cannot be read: left out.\n");
  return text;
}

// The worst first; equals in the order of the reference.
std::vector<const ColumnDrift*> by_verdict(const DriftReport& report) {
  std::vector<const ColumnDrift*> columns;
  for (const auto wanted : {DriftVerdict::Drifted, DriftVerdict::Undecided, DriftVerdict::Stable})
    for (const ColumnDrift& column : report.columns)
      if (column.verdict == wanted) columns.push_back(&column);
  return columns;
}

std::string shown_name(const ColumnDrift& column) {
  return column.role == DriftRole::Feature ? column.name
                                           : cat(column.name, " (", to_string(column.role), ")");
}

// A column of a slice that drifted, in the order of how far.
struct SliceFinding {
  const DriftReport::Slice* slice;
  const ColumnDrift* column;
  double excess;
};

std::vector<SliceFinding> slice_findings(const DriftReport& report) {
  std::vector<SliceFinding> findings;
  for (const DriftReport::Slice& slice : report.slices)
    for (const ColumnDrift& column : slice.columns) {
      if (column.verdict != DriftVerdict::Drifted) continue;
      const DriftNumber& number = *column.leading();
      findings.push_back({&slice, &column, number.value / *number.threshold});
    }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.excess > b.excess; });
  return findings;
}

std::string slices_summary(const DriftReport& report) {
  std::string text = fmt::format("{} of {} by {} drifted", report.drifted_slices(),
                                 plural(report.slices.size(), "slice"), join(report.by, " and "));
  const auto told = [&](const std::vector<std::string>& names, std::string_view what) {
    if (names.empty()) return;
    constexpr std::size_t kMost = 5;
    const std::vector<std::string> some(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, names.size())));
    text += fmt::format("\n{} {}: {}{}", names.size(), what, join(some, "; "),
                        names.size() > kMost ? "; …" : "");
  };
  told(report.small_slices, "too small to be judged");
  told(report.lost_slices, "gone");
  told(report.new_slices, "new");
  return text;
}

std::string cell(std::string_view text) {
  return replace_all(std::string(text), "|", "\\|");
}

std::string method_text(const DriftReport& report) {
  return fmt::format(
      "A column drifted when a value reaches its threshold and chance does not explain it "
      "(p < {:g}, corrected over all columns: {}).",
      report.options.chance, to_string(report.options.correction));
}

}  // namespace

JsonObject to_json(const DriftReport& report) {
  JsonArray lost(report.lost_columns.begin(), report.lost_columns.end());
  JsonArray added(report.new_columns.begin(), report.new_columns.end());
  JsonObject json{{"format", "sluice.drift_report"},
                  {"version", 1},
                  {"passed", report.passed()},
                  {"reference", side_json(report.reference)},
                  {"current", side_json(report.current)},
                  {"drifted", report.count(DriftVerdict::Drifted)},
                  {"undecided", report.count(DriftVerdict::Undecided)},
                  {"stable", report.count(DriftVerdict::Stable)},
                  {"lost_columns", std::move(lost)},
                  {"new_columns", std::move(added)},
                  {"chance", report.options.chance},
                  {"correction", to_string(report.options.correction)},
                  {"min_rows", report.options.min_rows},
                  {"confidence", report.options.confidence},
                  {"columns", columns_json(report.columns)}};
  if (!report.by.empty()) json["slices"] = slices_json(report);
  return json;
}

namespace {

constexpr std::size_t kMostSliceFindings = 20;

std::string more_findings_text(std::size_t findings) {
  if (findings <= kMostSliceFindings) return {};
  return fmt::format("… and {} more; --json has them all\n", findings - kMostSliceFindings);
}

std::string slices_terminal_text(const DriftReport& report) {
  if (report.by.empty()) return {};
  std::string text = cat("\n", slices_summary(report), "\n");
  const auto findings = slice_findings(report);
  const std::size_t shown = std::min(findings.size(), kMostSliceFindings);
  std::size_t width = 5;
  std::size_t column_width = 6;
  for (std::size_t i = 0; i < shown; ++i) {
    width = std::clamp(slice_name(report.by, findings[i].slice->key).size(), width, kWidestName);
    column_width = std::clamp(findings[i].column->name.size(), column_width, kWidestName);
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [slice, column, excess] = findings[i];
    const DriftNumber& number = *column->leading();
    text += fmt::format(
        "{:<{}}  {:<{}}  {:<18} {:>8}  {:<17} {:>9} {:>8}\n", slice_name(report.by, slice->key),
        width, column->name, column_width, info_of(number.measure).name, value_text(number.value),
        interval_text(number), value_text(*number.threshold), p_text(*number.corrected_p_value));
  }
  return text + more_findings_text(findings.size());
}

std::string slices_markdown(const DriftReport& report) {
  if (report.by.empty()) return {};
  std::string text = fmt::format("\n#### {}\n", cell(slices_summary(report)));
  const auto findings = slice_findings(report);
  if (!findings.empty())
    text +=
        "\n| slice | column | measure | value | interval | threshold | p |\n"
        "|---|---|---|--:|---|--:|--:|\n";
  for (std::size_t i = 0; i < std::min(findings.size(), kMostSliceFindings); ++i) {
    const DriftNumber& number = *findings[i].column->leading();
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n",
                        cell(slice_name(report.by, findings[i].slice->key)),
                        cell(shown_name(*findings[i].column)), info_of(number.measure).phrase,
                        value_text(number.value), interval_text(number),
                        value_text(*number.threshold), p_text(*number.corrected_p_value));
  }
  return text + more_findings_text(findings.size());
}

}  // namespace

std::string to_terminal_text(const DriftReport& report) {
  std::string text = summary(report) + "\n";
  std::size_t width = 6;
  for (const ColumnDrift& column : report.columns)
    width = std::clamp(shown_name(column).size(), width, kWidestName);
  text += fmt::format("\n{:<{}}  {:<9}  {:<18} {:>8}  {:<17} {:>9} {:>8}\n", "column", width,
                      "verdict", "measure", "value", "interval", "threshold", "p");
  for (const ColumnDrift* column : by_verdict(report)) {
    text += fmt::format("{:<{}}  {:<9}", shown_name(*column), width, to_string(column->verdict));
    if (const DriftNumber* number = column->leading())
      text += fmt::format("  {:<18} {:>8}  {:<17} {:>9} {:>8}", info_of(number->measure).name,
                          value_text(number->value), interval_text(*number),
                          value_text(*number->threshold), p_text(*number->corrected_p_value));
    text += "\n";
    for (const std::string& note : notes_of(*column))
      text += fmt::format("{:<{}}  {}\n", "", width, note);
  }
  for (const std::string& name : report.lost_columns)
    text += fmt::format("{:<{}}  drifted    the column is gone\n", name, width);
  for (const std::string& name : report.new_columns)
    text += fmt::format("{:<{}}  new        the reference does not have it\n", name, width);
  return text + slices_terminal_text(report) + unreadable_text(report) + "\n" +
         method_text(report) + "\n";
}

std::string to_markdown(const DriftReport& report) {
  std::string text = fmt::format("### Data drift: {}\n\n{}\n\n", report.passed() ? "none" : "found",
                                 cell(summary(report)));
  text += "| column | verdict | measure | value | interval | threshold | p | notes |\n";
  text += "|---|---|---|--:|---|--:|--:|---|\n";
  for (const ColumnDrift* column : by_verdict(report)) {
    const DriftNumber* number = column->leading();
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", cell(shown_name(*column)),
                        to_string(column->verdict),
                        number == nullptr ? "" : info_of(number->measure).phrase,
                        number == nullptr ? "" : value_text(number->value),
                        number == nullptr ? "" : interval_text(*number),
                        number == nullptr ? "" : value_text(*number->threshold),
                        number == nullptr ? "" : p_text(*number->corrected_p_value),
                        cell(join(notes_of(*column), "; ")));
  }
  for (const std::string& name : report.lost_columns)
    text += fmt::format("| {} | drifted | | | | | | the column is gone |\n", cell(name));
  for (const std::string& name : report.new_columns)
    text += fmt::format("| {} | new | | | | | | the reference does not have it |\n", cell(name));
  return text + slices_markdown(report) + unreadable_text(report) + "\n" + method_text(report) +
         "\n";
}

}  // namespace sluice::ml
