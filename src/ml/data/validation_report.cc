#include "ml/data/validation_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/strings.h"

namespace sluice::ml {

namespace {

std::string summary(const ValidationReport& report) {
  const std::string size =
      fmt::format("{}, {}", rows_text(report.rows), plural(report.checks, "check"));
  const std::size_t warnings = report.count(Severity::Warn);
  const std::string warned = warnings == 0 ? "" : cat(", ", plural(warnings, "warning"));
  if (report.passed())
    return fmt::format("{} fits {} ({}{})", report.file, report.schema, size, warned);
  return fmt::format("{} does not fit {}: {} broken ({}{})", report.file, report.schema,
                     plural(report.count(Severity::Fail), "rule"), size, warned);
}

// Parquet has no lines.
std::string row_and_line(const CsvPosition& position) {
  const std::string row = "row " + grouped(position.row);
  return position.line == 0 ? row : fmt::format("{} (line {})", row, grouped(position.line));
}

std::string place_text(const ValidationReport& report, const CsvPosition& position) {
  const std::string row = row_and_line(position);
  return report.has_files() ? cat(report.file_of(position), " ", row) : row;
}

std::string sample_text(const ValidationReport& report, const ViolationSample& sample) {
  std::string text = place_text(report, sample.position);
  if (sample.earlier) text += " repeats " + place_text(report, *sample.earlier);
  if (!sample.value.empty()) text += ": " + sample.value;
  return text;
}

// Bars and new lines would end the cell of a Markdown table.
std::string cell(std::string text) {
  text = replace_all(std::move(text), "|", "\\|");
  text = replace_all(std::move(text), "\r", " ");
  return replace_all(std::move(text), "\n", " ");
}

std::string code(const std::string& text) {
  return text.empty() ? "" : "`" + replace_all(cell(text), "`", "'") + "`";
}

std::string markdown_samples(const ValidationReport& report, const Violation& violation) {
  if (violation.samples.empty()) return {};
  const bool repeats = violation.samples.front().earlier.has_value();
  std::string text = fmt::format(
      "\n{}| row | line |{} value |\n{}|---:|---:|{}---|\n", report.has_files() ? "| file " : "",
      repeats ? " repeats row |" : "", report.has_files() ? "|---" : "", repeats ? "---:|" : "");
  for (const ViolationSample& sample : violation.samples) {
    const CsvPosition& at = sample.position;
    if (report.has_files()) text += cat("| ", code(report.file_of(at)), " ");
    text += fmt::format("| {} | {} |", at.row, at.line == 0 ? "" : std::to_string(at.line));
    if (sample.earlier)
      text += fmt::format(" {}{} |",
                          report.has_files() ? code(report.file_of(*sample.earlier)) + " " : "",
                          sample.earlier->row);
    text += fmt::format(" {} |\n", code(sample.value));
  }
  return text;
}

JsonObject position_json(const ValidationReport& report, const CsvPosition& position) {
  JsonObject json{{"row", position.row}, {"line", position.line}, {"byte", position.byte}};
  if (report.has_files()) json["file"] = report.file_of(position);
  return json;
}

JsonObject violation_json(const ValidationReport& report, const Violation& violation) {
  JsonArray columns(violation.columns.begin(), violation.columns.end());
  JsonArray remarks(violation.remarks.begin(), violation.remarks.end());
  JsonArray groups;
  for (const ViolationGroup& group : violation.groups)
    groups.push_back({{"column", group.column},
                      {"value", group.value},
                      {"violations", group.violations},
                      {"rows", group.rows}});
  JsonArray samples;
  for (const ViolationSample& sample : violation.samples) {
    JsonObject json = position_json(report, sample.position);
    json["value"] = sample.value;
    if (sample.earlier) json["repeats"] = position_json(report, *sample.earlier);
    samples.push_back(std::move(json));
  }
  return {
      {"rule", to_string(violation.rule)},
      {"check", violation.check.empty() ? Json(to_string(violation.rule)) : Json(violation.check)},
      {"severity", to_string(violation.severity)},
      {"columns", std::move(columns)},
      {"count", violation.count},
      {"count_is_exact", violation.exactness == Exactness::Exact},
      {"message", violation.message},
      {"remarks", std::move(remarks)},
      {"groups", std::move(groups)},
      {"samples", std::move(samples)}};
}

}  // namespace

const std::string& ValidationReport::file_of(const CsvPosition& position) const {
  return position.file == 0 || position.file > files.size() ? file : files[position.file - 1];
}

std::string_view to_string(Rule rule) {
  switch (rule) {
    case Rule::UnreadableRow:
      return "unreadable_row";
    case Rule::MissingColumn:
      return "missing_column";
    case Rule::ExtraColumn:
      return "extra_column";
    case Rule::RowCount:
      return "row_count";
    case Rule::Type:
      return "type";
    case Rule::MissingValues:
      return "missing_values";
    case Rule::Min:
      return "min";
    case Rule::Max:
      return "max";
    case Rule::Allowed:
      return "allowed";
    case Rule::Pattern:
      return "pattern";
    case Rule::Length:
      return "length";
    case Rule::Unique:
      return "unique";
    case Rule::Key:
      return "key";
    case Rule::Rule:
      return "rule";
    case Rule::ForeignKey:
      return "foreign_key";
    case Rule::SeriesGap:
      return "series_gap";
    case Rule::SeriesRepeat:
      return "series_repeat";
    case Rule::Freshness:
      return "freshness";
    case Rule::Order:
      return "order";
    case Rule::History:
      return "history";
    case Rule::Expectation:
      return "expectation";
  }
  UNREACHABLE();
}

std::string_view to_string(Severity severity) {
  return severity == Severity::Fail ? "fail" : "warn";
}

std::size_t ValidationReport::count(Severity severity) const {
  return static_cast<std::size_t>(std::count_if(
      violations.begin(), violations.end(),
      [severity](const Violation& violation) { return violation.severity == severity; }));
}

std::string rows_text(std::uint64_t count) {
  return count == 1 ? "1 row" : cat(grouped(count), " rows");
}

std::string report_text(const ValidationReport& report) {
  std::string text = summary(report) + "\n";
  for (const Violation& violation : report.violations) {
    const bool warning = violation.severity == Severity::Warn;
    text += cat("\n  ", warning ? "warning: " : "", violation.message, "\n");
    for (const std::string& remark : violation.remarks) text += "      " + remark + "\n";
    for (const ViolationSample& sample : violation.samples)
      text += "      " + sample_text(report, sample) + "\n";
  }
  if (!report.notes.empty()) text += "\n";
  for (const std::string& note : report.notes) text += "  note: " + note + "\n";
  return text;
}

std::string report_markdown(const ValidationReport& report) {
  std::string text = fmt::format("### Data validation: {}\n\n{}\n",
                                 report.passed() ? "passed" : "failed", summary(report));
  for (const Violation& violation : report.violations) {
    const bool warning = violation.severity == Severity::Warn;
    text += cat("\n**", warning ? "warning: " : "", cell(violation.message), "**\n");
    for (const std::string& remark : violation.remarks) text += "- " + cell(remark) + "\n";
    text += markdown_samples(report, violation);
  }
  for (const std::string& note : report.notes) text += "\n> " + cell(note) + "\n";
  return text;
}

JsonObject to_json(const ValidationReport& report) {
  JsonArray violations;
  for (const Violation& violation : report.violations)
    violations.push_back(violation_json(report, violation));
  JsonArray notes(report.notes.begin(), report.notes.end());
  return {{"format", "sluice.validation_report"},
          {"version", 1},
          {"passed", report.passed()},
          {"file", report.file},
          {"files", JsonArray(report.files.begin(), report.files.end())},
          {"schema", report.schema},
          {"rows", report.rows},
          {"unreadable_rows", report.unreadable},
          {"bytes", report.bytes},
          {"checks", report.checks},
          {"violations", std::move(violations)},
          {"notes", std::move(notes)}};
}

}  // namespace sluice::ml
