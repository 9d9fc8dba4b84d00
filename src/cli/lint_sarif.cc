#include <set>

#include "base/strings.h"
#include "cli/lint_report.h"
#include "cli/version.h"
#include "pipeline/github/lint/rules.h"

namespace sluice::cli {
namespace {

using pipeline::Diagnostic;
using pipeline::Severity;

std::string_view level(Severity severity) {
  switch (severity) {
    case Severity::Note:
    case Severity::Unsupported:
      return "note";
    case Severity::Warning:
      return "warning";
    default:
      return "error";
  }
}

// SARIF wants a URI reference: what is no path character is escaped.
std::string uri_of(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/._-~").find(c) != std::string_view::npos;
    if (plain)
      uri += c;
    else
      uri += cat("%", kHex[byte >> 4], kHex[byte & 15]);
  }
  return uri;
}

JsonObject region(TextPosition begin, TextPosition end) {
  JsonObject result{{"startLine", begin.line}, {"startColumn", begin.column}};
  if (end.line > 0) {
    result["endLine"] = end.line;
    result["endColumn"] = end.column;
  }
  return result;
}

JsonObject artifact(const Diagnostic& finding) {
  return JsonObject{{"uri", uri_of(finding.file)}};
}

JsonObject fix_json(const Diagnostic& finding) {
  JsonArray replacements;
  for (const pipeline::TextEdit& edit : finding.fix->edits)
    replacements.push_back(JsonObject{{"deletedRegion", region(edit.begin, edit.end)},
                                      {"insertedContent", JsonObject{{"text", edit.text}}}});
  JsonObject change{{"artifactLocation", artifact(finding)},
                    {"replacements", std::move(replacements)}};
  return JsonObject{{"description", JsonObject{{"text", finding.fix->title}}},
                    {"artifactChanges", JsonArray{std::move(change)}}};
}

JsonObject result_json(const Diagnostic& finding) {
  JsonObject place{{"artifactLocation", artifact(finding)}};
  if (finding.position.line > 0) place["region"] = region(finding.position, finding.end);
  JsonObject result{{"ruleId", finding.rule},
                    {"level", level(finding.severity)},
                    {"message", JsonObject{{"text", finding.message}}},
                    {"locations", JsonArray{JsonObject{{"physicalLocation", std::move(place)}}}}};
  if (finding.fix) result["fixes"] = JsonArray{fix_json(finding)};
  return result;
}

JsonArray rules(const std::vector<LintedFile>& files) {
  std::set<std::string> found;
  for (const LintedFile& file : files)
    for (const Diagnostic& finding : file.findings) found.insert(finding.rule);
  JsonArray all;
  for (const std::string& id : found) {
    const auto* rule = pipeline::github::find_lint_rule(id);
    JsonObject entry{{"id", id}, {"helpUri", pipeline::github::lint_page(id)}};
    if (rule != nullptr) {
      entry["shortDescription"] = JsonObject{{"text", rule->summary}};
      entry["defaultConfiguration"] = JsonObject{{"level", level(rule->severity)}};
    }
    all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace

Json findings_sarif(const std::vector<LintedFile>& files) {
  JsonArray results;
  for (const LintedFile& file : files)
    for (const Diagnostic& finding : file.findings) results.push_back(result_json(finding));
  JsonObject driver{{"name", "sluice"}, {"version", kVersion}, {"rules", rules(files)}};
  // Columns of ours count bytes; where a line is ASCII that is the same.
  JsonObject run{{"tool", JsonObject{{"driver", std::move(driver)}}},
                 {"columnKind", "unicodeCodePoints"},
                 {"results", std::move(results)}};
  return JsonObject{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", JsonArray{std::move(run)}}};
}

}  // namespace sluice::cli
