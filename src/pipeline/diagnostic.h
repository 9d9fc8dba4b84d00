// A mistake or a remark about a pipeline file, and where it stands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/yaml.h"

namespace sluice::pipeline {

enum class Severity {
  Note,
  Unsupported,  // well formed, but not honoured here: no mistake, yet what holds it is not run
  Warning,
  Error
};

// A change of the text from `begin` up to `end`, which is not part of it.
struct TextEdit {
  TextPosition begin;
  TextPosition end;
  std::string text;

  bool operator==(const TextEdit&) const = default;
};

// A change that mends the mistake and changes nothing else. Its edits do not overlap.
struct Fix {
  std::string title;  // what it does: "add 'shell: bash'"
  std::vector<TextEdit> edits;

  bool operator==(const Fix&) const = default;
};

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string rule;  // stable id in kebab-case, e.g. "unknown-key"
  std::string file;  // as the user named it
  TextPosition position;
  std::string message;    // says what was expected; proposes the nearest valid word
  TextPosition end = {};  // behind its last character; line 0: the word at `position`
  std::optional<Fix> fix = {};

  bool operator==(const Diagnostic&) const = default;
};

std::string_view to_string(Severity severity);  // "error", "warning"; else "note"
// "FILE:LINE:COLUMN: error: MESSAGE [RULE]"
std::string to_string(const Diagnostic& diagnostic);
bool has_errors(const std::vector<Diagnostic>& diagnostics);
// docs/formats/lint.md
Json to_json(const Diagnostic& diagnostic);

}  // namespace sluice::pipeline
