#include "pipeline/github/language.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "pipeline/github/bound_workflow.h"
#include "pipeline/github/filters.h"
#include "pipeline/github/lint/lint.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

ReadWorkflow read_and_lint(const SourceFile& file) {
  ReadWorkflow read = read_workflow(file);
  std::vector<Diagnostic> found = lint(read.workflow);
  read.diagnostics.insert(read.diagnostics.end(), std::make_move_iterator(found.begin()),
                          std::make_move_iterator(found.end()));
  std::stable_sort(
      read.diagnostics.begin(), read.diagnostics.end(),
      [](const Diagnostic& a, const Diagnostic& b) { return a.position < b.position; });
  return read;
}

Error first_error(const std::vector<Diagnostic>& diagnostics) {
  std::size_t errors = 0;
  const Diagnostic* first = nullptr;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Severity::Error) continue;
    ++errors;
    if (first == nullptr) first = &diagnostic;
  }
  CHECK(first != nullptr);
  std::string message = to_string(*first);
  if (errors > 1) message += cat(" (and ", plural(errors - 1, "more error"), ")");
  return invalid_input(std::move(message));
}

}  // namespace

bool GithubLanguage::reads(std::string_view path) const {
  constexpr std::string_view kFolder = ".github/workflows/";
  if (!path.ends_with(".yml") && !path.ends_with(".yaml")) return false;
  const std::size_t at = path.rfind(kFolder);
  if (at == std::string_view::npos || (at > 0 && path[at - 1] != '/')) return false;
  return path.find('/', at + kFolder.size()) == std::string_view::npos;
}

std::vector<Diagnostic> GithubLanguage::check(const SourceFile& file) const {
  return read_and_lint(file).diagnostics;
}

Result<std::unique_ptr<BoundPipeline>> GithubLanguage::bind(const SourceFile& file,
                                                            const TriggerEvent& event,
                                                            const RunIdentity& run,
                                                            const RunValues& values) const {
  ReadWorkflow read = read_and_lint(file);
  if (has_errors(read.diagnostics)) return first_error(read.diagnostics);
  Value inputs = TRY_CONTEXT(dispatch_inputs(read.workflow, event), file.path);
  auto bound = std::make_unique<BoundWorkflow>(std::move(read.workflow), event, run, values,
                                               std::move(inputs));
  return std::unique_ptr<BoundPipeline>(std::move(bound));
}

}  // namespace sluice::pipeline::github
