#include "cli/lint_report.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "cli/style.h"
#include "pipeline/github/lint/rules.h"

namespace sluice::cli {
namespace {

using pipeline::Diagnostic;
using pipeline::Severity;

Colour colour_of(Severity severity) {
  switch (severity) {
    case Severity::Note:
    case Severity::Unsupported:
      return Colour::Blue;
    case Severity::Warning:
      return Colour::Yellow;
    default:
      return Colour::Red;
  }
}

// Bytes of the line that are underlined: up to the end, or the word.
std::size_t underlined(const Diagnostic& finding, std::string_view line, std::size_t begin) {
  if (finding.end.line > finding.position.line) return line.size() - begin;
  if (finding.end.line == finding.position.line)
    return std::min(line.size(), static_cast<std::size_t>(finding.end.column - 1)) - begin;
  return std::min(line.find_first_of(" \t", begin), line.size()) - begin;
}

// White space as wide as the text; tabs stay, so that the mark stands below its place.
std::string blank(std::string_view text) {
  std::string result;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) result += c == '\t' ? '\t' : ' ';
  return result;
}

// A control character of the file must not reach the terminal.
std::string printable(std::string_view line) {
  std::string result(line);
  for (char& c : result)
    if ((c >= 0 && c < ' ' && c != '\t') || c == '\x7f') c = '?';
  return result;
}

std::string excerpt(const Diagnostic& finding, const std::vector<std::string_view>& lines,
                    TerminalKind kind) {
  const auto index = static_cast<std::size_t>(finding.position.line - 1);
  if (finding.position.line < 1 || index >= lines.size()) return {};
  constexpr std::size_t kWidest = 300;
  const std::string_view line = lines[index];
  const std::size_t begin =
      std::min(static_cast<std::size_t>(std::max(finding.position.column, 1) - 1), line.size());
  if (begin > kWidest) return {};
  const std::size_t length = underlined(finding, line, begin);
  const std::string number = cat(finding.position.line);
  const std::string margin(std::max<std::size_t>(number.size(), 4), ' ');
  const auto bar = [&](std::string_view label) { return paint(kind, Colour::Dim, label); };
  std::string mark = "^";
  const std::size_t wide = display_width(line.substr(begin, std::min(length, kWidest - begin)));
  if (wide > 1) mark.append(wide - 1, '~');
  const bool cut = line.size() > kWidest;
  return cat(bar(cat(margin.substr(number.size()), number, " | ")),
             printable(line.substr(0, kWidest)), cut ? "…" : "", "\n", bar(cat(margin, " | ")),
             blank(line.substr(0, begin)), paint(kind, colour_of(finding.severity), mark), "\n");
}

struct Counts {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t notes = 0;
  std::size_t fixable = 0;
};

Counts count(const std::vector<LintedFile>& files) {
  Counts counts;
  for (const LintedFile& file : files)
    for (const Diagnostic& finding : file.findings) {
      if (finding.severity < Severity::Warning)
        ++counts.notes;
      else if (finding.severity == Severity::Warning)
        ++counts.warnings;
      else
        ++counts.errors;
      if (finding.fix) ++counts.fixable;
    }
  return counts;
}

// Of the file itself, or of one that it refers to.
std::string_view text_of(const pipeline::SourceFile& source, const std::string& file) {
  const auto other = source.others.find(file);
  if (other == source.others.end() || !other->second) return source.text;
  return *other->second;
}

}  // namespace

std::string findings_text(const LintedFile& file, TerminalKind kind) {
  std::map<std::string_view, std::vector<std::string_view>> lines_of;  // by file
  std::string text;
  for (const Diagnostic& finding : file.findings) {
    const TextPosition at = finding.position;
    auto [known, is_new] = lines_of.try_emplace(finding.file);
    if (is_new) known->second = split_lines(text_of(file.source, finding.file));
    const std::vector<std::string_view>& lines = known->second;
    text += cat(
        paint(kind, Colour::Bold, cat(finding.file, ":", at.line, ":", at.column, ": ")),
        paint(kind, colour_of(finding.severity), cat(pipeline::to_string(finding.severity), ": ")),
        finding.message, paint(kind, Colour::Dim, cat(" [", finding.rule, "]")), "\n",
        excerpt(finding, lines, kind));
    if (finding.fix)
      text += paint(kind, Colour::Dim, cat("     = --fix would ", finding.fix->title)) + "\n";
  }
  return text;
}

std::string summary_line(const std::vector<LintedFile>& files, TerminalKind kind) {
  const Counts counts = count(files);
  std::vector<std::string> parts;
  if (counts.errors > 0) parts.push_back(paint(kind, Colour::Red, plural(counts.errors, "error")));
  if (counts.warnings > 0)
    parts.push_back(paint(kind, Colour::Yellow, plural(counts.warnings, "warning")));
  if (counts.notes > 0) parts.push_back(plural(counts.notes, "note"));
  std::string text =
      cat(plural(files.size(), "file"), " read: ",
          parts.empty() ? paint(kind, Colour::Green, "no mistake found") : join(parts, ", "));
  if (counts.fixable > 0) text += cat(" (", counts.fixable, " can be mended with --fix)");
  return text + "\n";
}

Json findings_json(const std::vector<LintedFile>& files) {
  JsonArray all;
  for (const LintedFile& file : files)
    for (const Diagnostic& finding : file.findings) {
      Json json = pipeline::to_json(finding);
      json.as_object()["page"] = pipeline::github::lint_page(finding.rule);
      all.push_back(std::move(json));
    }
  return all;
}

std::string rules_text(TerminalKind kind) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& rule : pipeline::github::lint_rules())
    rows.push_back({std::string(rule.id), std::string(pipeline::to_string(rule.severity)),
                    rule.mending == pipeline::github::Mending::Automatic ? "--fix" : "",
                    std::string(rule.summary)});
  return table(kind, {"RULE", "SEVERITY", "MENDED BY", "WHAT IT FINDS"}, rows);
}

Json rules_json() {
  JsonArray rules;
  for (const auto& rule : pipeline::github::lint_rules())
    rules.push_back(JsonObject{{"id", rule.id},
                               {"severity", pipeline::to_string(rule.severity)},
                               {"summary", rule.summary},
                               {"fixable", rule.mending == pipeline::github::Mending::Automatic},
                               {"page", pipeline::github::lint_page(rule.id)}});
  return rules;
}

}  // namespace sluice::cli
