#include <set>

#include "base/strings.h"
#include "cli/lint_report.h"
#include "cli/sarif.h"
#include "pipeline/github/lint/rules.h"

namespace sluice::cli {
namespace {

using pipeline::Diagnostic;

JsonObject region(TextPosition begin, TextPosition end) {
  JsonObject result{{"startLine", begin.line}, {"startColumn", begin.column}};
  if (end.line > 0) {
    result["endLine"] = end.line;
    result["endColumn"] = end.column;
  }
  return result;
}

JsonObject artifact(const Diagnostic& finding) {
  return JsonObject{{"uri", sarif_uri(finding.file)}};
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
  JsonObject place =
      finding.position.line > 0 ? region(finding.position, finding.end) : JsonObject();
  JsonObject result{{"ruleId", finding.rule},
                    {"level", to_string(finding.severity)},
                    {"message", JsonObject{{"text", finding.message}}},
                    {"locations", JsonArray{sarif_location(finding.file, std::move(place))}}};
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
      entry["defaultConfiguration"] = JsonObject{{"level", to_string(rule->severity)}};
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
  return sarif_document(rules(files), std::move(results));
}

}  // namespace sluice::cli
