#include "cli/lint_report.h"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

TEST(LintReport, shows_the_line_of_the_file_that_the_finding_is_in) {
  LintedFile file;
  file.source = {"w.yml", "one of the workflow\n", {{"a/action.yml", "one of the action\n"}}};
  for (const char* path : {"w.yml", "a/action.yml"}) {
    pipeline::Diagnostic finding;
    finding.rule = "invalid-id";
    finding.file = path;
    finding.position = {1, 5};
    finding.message = "m";
    file.findings.push_back(finding);
  }
  const std::string text = findings_text(file, TerminalKind::Plain);
  const std::size_t action = text.find("a/action.yml:1:5");
  ASSERT_NE(action, std::string::npos) << text;
  EXPECT_NE(text.substr(0, action).find("   1 | one of the workflow\n"), std::string::npos) << text;
  EXPECT_NE(text.substr(action).find("   1 | one of the action\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace sluice::cli
