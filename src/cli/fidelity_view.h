// What is honoured, as people read it: of some files as tables, of the whole language as a page of
// Markdown. Pure.
#pragma once

#include <string>

#include "cli/terminal.h"
#include "pipeline/github/fidelity.h"

namespace sluice::cli {

// A table for keys, actions and runners, and one line that counts.
std::string fidelity_text(const pipeline::github::Fidelity& fidelity, TerminalKind kind);

// docs/fidelity.md
std::string language_page();
Json language_json();

}  // namespace sluice::cli
