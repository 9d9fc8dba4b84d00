// `sluice.yml` at the root of a repository: what the pipeline languages leave to a web console.
// Read strictly; the format is in docs/formats/sluice_yml.md. Values; errors name file, line and
// column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"

namespace sluice::pipeline {

inline constexpr std::string_view kProjectFile = "sluice.yml";

// The gate that versions of a model must pass.
struct NamedGate {
  std::string model;      // registered name
  std::string file;       // relative to the root, below it
  TextPosition position;  // of `file`
};

struct ProjectFile {
  std::vector<NamedGate> gates;  // in file order

  const NamedGate* find_gate(std::string_view model) const;  // null: none is named
};

Result<ProjectFile> parse_project_file(std::string_view text, std::string_view file_name);

}  // namespace sluice::pipeline
