// The findings of `sluice lint` as people, editors and code scanners read them. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"
#include "pipeline/diagnostic.h"
#include "pipeline/ports/language.h"

namespace sluice::cli {

struct LintedFile {
  pipeline::SourceFile source;
  std::vector<pipeline::Diagnostic> findings;  // by position
};

// Each finding with its source line and an underline.
std::string findings_text(const LintedFile& file, TerminalKind kind);
// "2 files read: 1 error, 3 warnings (2 can be mended with --fix)"
std::string summary_line(const std::vector<LintedFile>& files, TerminalKind kind);
// docs/formats/lint.md
Json findings_json(const std::vector<LintedFile>& files);
// SARIF 2.1.0, one run.
Json findings_sarif(const std::vector<LintedFile>& files);
// Table of all rules.
std::string rules_text(TerminalKind kind);
Json rules_json();

}  // namespace sluice::cli
