// A mistake or a remark about a pipeline file, and where it stands.
#pragma once

#include <string>
#include <vector>

#include "base/yaml.h"

namespace sluice::pipeline {

enum class Severity { Note, Warning, Error };

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string rule;  // stable id in kebab-case, e.g. "unknown-key"
  std::string file;  // as the user named it
  TextPosition position;
  std::string message;  // says what was expected; proposes the nearest valid word

  bool operator==(const Diagnostic&) const = default;
};

// "FILE:LINE:COLUMN: error: MESSAGE [RULE]"
std::string to_string(const Diagnostic& diagnostic);
bool has_errors(const std::vector<Diagnostic>& diagnostics);
Json to_json(const Diagnostic& diagnostic);

}  // namespace sluice::pipeline
