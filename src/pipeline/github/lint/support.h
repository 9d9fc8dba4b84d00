// What the rules share: adding a finding, and walking over the expressions of a job or step.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/github/lint/lint.h"

namespace sluice::pipeline::github {

void add_finding(const Workflow& workflow, Severity severity, std::string_view rule,
                 TextPosition position, std::string message, Findings& out);

// A constant path such as {"needs", "build", "outputs", "x"} and the text in which it stands.
struct ReadPath {
  std::vector<std::string> names;
  TextPosition text_start;
  YamlStyle style;
  std::string_view text;
  std::size_t offset;
};
// Where the path stands in the file.
TextPosition position_of(const Workflow& workflow, const ReadPath& read);
using VisitPath = std::function<void(const ReadPath&)>;

// Paths in the job's own keys, its steps left out, and in one step.
void for_each_path(const Job& job, const VisitPath& visit);
void for_each_path(const Step& step, const VisitPath& visit);
void for_each_path(const Token& token, const VisitPath& visit);

}  // namespace sluice::pipeline::github
