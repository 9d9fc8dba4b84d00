#include "pipeline/github/lint/check_file.h"

#include "base/strings.h"
#include "pipeline/github/lint/expression_walk.h"
#include "pipeline/github/lint/syntax.h"
#include "pipeline/github/lint/uses_rules.h"
#include "pipeline/github/lint/value_rules.h"

namespace sluice::pipeline::github {
namespace {

std::string_view rule_of(YamlProblemKind kind) {
  switch (kind) {
    case YamlProblemKind::Syntax:
      return "yaml";
    case YamlProblemKind::DuplicateKey:
      return "duplicate-key";
    case YamlProblemKind::MergeKey:
      return "yaml";
    case YamlProblemKind::UnknownAlias:
      return "yaml";
  }
  UNREACHABLE();
}

void check_anchors(const YamlParse& parse, Mistakes& out) {
  for (const YamlAnchor& anchor : parse.anchors)
    if (anchor.uses == 0)
      out.warning(anchor.position, "unused-anchor",
                  cat("the anchor '&", anchor.name, "' is never used"));
}

void check_values(const SourceFile& file, const YamlNode& root, Mistakes& out) {
  using Check = void (*)(const YamlNode&, Mistakes&);
  static constexpr Check kChecks[] = {
      check_webhooks,      check_schedules,  check_event_inputs, check_globs,
      check_permissions,   check_ids,        check_needs,        check_matrices,
      check_runner_labels, check_shells,     check_env_names,    check_credentials,
      check_commands,      check_conditions,
  };
  for (const Check check : kChecks) check(root, out);
  check_actions(root, file, out);
  check_calls(root, file, out);
  check_expressions(root, file, out);
}

}  // namespace

std::vector<Diagnostic> check_file(const SourceFile& file, const YamlParse& parse) {
  Mistakes out(file.path, file.text);
  for (const YamlProblem& problem : parse.problems)
    out.error(problem.position, rule_of(problem.kind), problem.message);
  if (!parse.is_readable()) return out.take();
  check_anchors(parse, out);
  check_syntax(parse.root, out);
  if (parse.root.is_mapping()) check_values(file, parse.root, out);
  return out.take();
}

}  // namespace sluice::pipeline::github
