// Runs public suites of GitHub's workflow language where they are installed; they are no part of
// this repository.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/strings.h"
#include "pipeline/github/language.h"
#include "pipeline/github/testing/workflow_json.h"
#include "pipeline/github/testing/workflows.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

namespace fs = std::filesystem;

fs::path suite(std::string_view name) {
  const char* set = std::getenv("SLUICE_CONFORMANCE_DIR");
  return fs::path(set == nullptr ? SLUICE_CONFORMANCE_DIR : set) / "github" / name;
}

std::vector<fs::path> workflow_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (const auto extension = entry.path().extension();
        extension == ".yml" || extension == ".yaml")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

#define SKIP_WITHOUT(folder)                                                    \
  if (!fs::is_directory(folder))                                                \
  GTEST_SKIP() << "no " << (folder) << ": set SLUICE_CONFORMANCE_DIR to check " \
               << "against GitHub's own data"

bool is_unsupported(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::Error && diagnostic.rule.starts_with("unsupported-");
}
bool is_mistake(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::Error && !is_unsupported(diagnostic);
}

struct ParserCase {
  std::string options, workflow, expected;
  std::size_t others = 0;  // reusable workflows
};

ParserCase split_case(const std::string& text) {
  std::vector<std::string> documents{""};
  for (const std::string_view line : split_lines(text)) {
    if (line == "---")
      documents.emplace_back();
    else
      documents.back() += cat(line, "\n");
  }
  return {documents.front(), documents.at(1), documents.back(), documents.size() - 3};
}

// Why a case says nothing about what this version does; empty when it does.
std::string not_covered(const ParserCase& test, const std::vector<Diagnostic>& diagnostics) {
  if (test.options.find("C#") != std::string::npos && test.options.find("Go") != std::string::npos)
    return "form of the TypeScript parser only";
  if (test.others > 0) return "reusable workflows";
  if (test.options.find("include-source: true") != std::string::npos) return "form with source";
  if (test.workflow.find("]#") != std::string::npos) return "a comment without a space before it";
  for (const std::string_view limit : {"max-depth", "max-file-size", "max-job-limit"})
    if (test.options.find(limit) != std::string::npos) return "limits that can be set";
  if (test.expected.find("Anchors are not currently") != std::string::npos)
    return "anchors, which GitHub has taken since";
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.rule == "unsupported-key")
      return cat("not supported: ", diagnostic.message.substr(0, diagnostic.message.find(" in ")));
  for (const std::string_view key : {"\"permissions\"", "\"environment\"", "\"group\""})
    if (test.expected.find(key) != std::string::npos &&
        test.expected.find("errors") == std::string::npos)
      return cat("recorded only: ", key);
  for (const std::string_view text : {"invalid-permissions", "group name"})
    if (test.expected.find(text) != std::string::npos) return "keys that have no effect here";
  return {};
}

// GitHub reports where a text begins; we report the line of the text that is at fault.
bool same_place(const Diagnostic& diagnostic, const std::string& message) {
  const TextPosition at = diagnostic.position;
  if (message.find(cat("(Line: ", at.line, ", Col: ", at.column, ")")) != std::string::npos)
    return true;
  return diagnostic.rule == "expression" &&
         message.find(cat("(Line: ", at.line - 1, ", Col: ")) != std::string::npos;
}

std::string error_difference(const Json& expected, const std::vector<Diagnostic>& diagnostics) {
  std::string missing;
  for (const Json& error : expected.as_object().at("errors").as_array()) {
    const std::string message = get_string(error.as_object(), "Message").value();
    const std::size_t at = message.find("(Line: ");
    const bool found =
        std::any_of(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& diagnostic) {
          return diagnostic.severity == Severity::Error &&
                 (at == std::string::npos || same_place(diagnostic, message));
        });
    if (!found) missing += cat("\n  expected: ", message);
  }
  if (missing.empty()) return {};
  for (const Diagnostic& diagnostic : diagnostics)
    missing += cat("\n  got: ", to_string(diagnostic));
  return missing;
}

std::string difference(const ParserCase& test, const ReadWorkflow& read,
                       const std::vector<Diagnostic>& diagnostics) {
  const Json expected = parse_json(test.expected).value();
  if (expected.as_object().contains("errors")) return error_difference(expected, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics)
    if (is_mistake(diagnostic)) return to_string(diagnostic);
  const std::string want = to_canonical_text(expected);
  const std::string have = to_canonical_text(workflow_json(read.workflow));
  return want == have ? std::string() : cat("\n  expected: ", want, "\n  got:      ", have);
}

TEST(WorkflowParserSuite, agrees_with_github_on_all_that_is_covered) {
  const fs::path folder = suite("workflow_parser");
  SKIP_WITHOUT(folder);
  std::map<std::string, int> skipped;
  int passed = 0;
  for (const fs::path& path : workflow_files(folder)) {
    const ParserCase test = split_case(read_text(path));
    const SourceFile file{path.filename().string(), test.workflow};
    const ReadWorkflow read = read_workflow(file);
    const std::vector<Diagnostic> diagnostics = check_workflow(file);
    if (const std::string reason = not_covered(test, diagnostics); !reason.empty()) {
      ++skipped[reason];
      continue;
    }
    const std::string wrong = difference(test, read, diagnostics);
    EXPECT_TRUE(wrong.empty()) << path.filename() << ": " << wrong;
    if (wrong.empty()) ++passed;
  }
  std::printf("workflow_parser: %d passed; not covered:\n", passed);
  for (const auto& [reason, count] : skipped) std::printf("  %3d %s\n", count, reason.c_str());
  EXPECT_GT(passed, 30);
}

TEST(ActionlintSuite, files_without_mistakes_have_none) {
  const fs::path folder = suite("actionlint_ok");
  SKIP_WITHOUT(folder);
  for (const fs::path& path : workflow_files(folder))
    for (const Diagnostic& diagnostic : check_workflow({path.filename().string(), read_text(path)}))
      EXPECT_FALSE(is_mistake(diagnostic)) << to_string(diagnostic);
}

// Every file is planned, or rejected for a reason that names a key, an action or a mistake.
TEST(RealWorldSuite, every_file_is_planned_or_rejected_with_a_reason) {
  const fs::path folder = suite("realworld");
  SKIP_WITHOUT(folder);
  std::map<std::string, int> classes;
  for (const fs::path& path : workflow_files(folder)) {
    const SourceFile file{path.filename().string(), read_text(path)};
    const std::vector<Diagnostic> diagnostics = check_workflow(file);
    if (has_errors(diagnostics)) {
      const bool wrong = std::any_of(diagnostics.begin(), diagnostics.end(), is_mistake);
      ++classes[wrong ? "rejected: mistake" : "rejected: not supported yet"];
      for (const Diagnostic& diagnostic : diagnostics)
        EXPECT_GT(diagnostic.position.line, 0) << to_string(diagnostic);
      continue;
    }
    const auto bound = GithubLanguage().read(file)->bind(push_to("main"), {.run_id = "r"}, {});
    ASSERT_TRUE(bound.ok()) << bound.error().describe();
    const Plan& plan = bound.value()->plan();
    EXPECT_FALSE(plan.jobs.empty()) << path;
    ++classes[plan.not_enforced.empty() ? "planned" : "planned with notes"];
  }
  for (const auto& [name, count] : classes) std::printf("realworld: %4d %s\n", count, name.c_str());
  EXPECT_LE(classes["rejected: mistake"], 1);  // a misspelt filter of a push
}

}  // namespace
}  // namespace sluice::pipeline::github
