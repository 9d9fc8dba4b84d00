// Ids, needs, names of environment variables, credentials, conditions.
#include <algorithm>
#include <map>

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/expression_texts.h"
#include "pipeline/github/lint/type_checker.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/reading.h"

namespace sluice::pipeline::github {
namespace {

void check_id(const YamlNode& id, std::string_view what, Mistakes& out) {
  if (!id.is_scalar() || id.text.empty() || contains_expression(id.text)) return;
  if (is_valid_identifier(id.text)) return;
  out.error(id.position, "invalid-id",
            cat("the ", what, " id '", id.text,
                "' is invalid: letters, digits, '_' and '-', beginning with a letter or '_', "
                "shorter than 100 characters"));
}

void check_step_ids(const YamlNode& job, Mistakes& out) {
  std::map<std::string, TextPosition> seen;
  for_each_step(job, [&](const YamlNode& step) {
    const YamlNode* id = step.find("id");
    if (id == nullptr || !id->is_scalar()) return;
    check_id(*id, "step", out);
    if (id->text.empty() || contains_expression(id->text)) return;
    const auto [first, fresh] = seen.emplace(to_lower(id->text), id->position);
    if (!fresh)
      out.error(id->position, "duplicate-step-id",
                cat("the step id '", id->text, "' is used already at line ", first->second.line,
                    " of this job (case does not count)"));
  });
}

void check_env(const YamlNode* env, Mistakes& out) {
  if (env == nullptr) return;
  for (const auto& [name, value] : env->members) {
    if (contains_expression(name.text)) continue;
    if (name.text.empty() || name.text.find_first_of("&= \t") != std::string::npos)
      out.error(name.position, "env-name",
                cat("'", name.text,
                    "' cannot be the name of an environment variable: no '&', '=' or space"));
  }
}

void check_password(const YamlNode& container, std::string_view what, Mistakes& out) {
  const YamlNode* credentials = container.find("credentials");
  const YamlNode* password = credentials == nullptr ? nullptr : credentials->find("password");
  if (password == nullptr || !password->is_scalar() || password->text.empty()) return;
  if (!is_one_expression(password->text))
    out.warning(
        password->position, "hardcoded-credentials",
        cat("the password of ", what, " stands in the file; use a secret: ${{ secrets.… }}"));
}

bool is_pure_function(const ExpressionNode& node) {
  return node.function != FunctionId::Environment && node.function != FunctionId::HashFiles;
}

bool is_constant(const ExpressionNode& node) {
  if (node.kind == NodeKind::Context) return false;
  if (node.kind == NodeKind::Call && !is_pure_function(node)) return false;
  return std::all_of(node.children.begin(), node.children.end(), is_constant);
}

void check_condition(const YamlNode* node, Mistakes& out) {
  if (node == nullptr || !node->is_scalar()) return;
  const std::string& text = node->text;
  std::string_view expression = trim(text);
  if (expression.empty()) return;
  if (contains_expression(text)) {
    if (!is_one_expression(text) || expression.size() != text.size()) {
      out.warning(node->position, "always-true-if",
                  "there is text around '${{ }}' (a line break counts too), which makes the "
                  "condition a text that is never empty: it is always true");
      return;
    }
    expression = trim(expression.substr(3, expression.size() - 5));
  }
  const ParsedExpression parsed = parse_any_expression(expression);
  if (parsed.expression && is_constant(parsed.expression->root))
    out.warning(node->position, "constant-if",
                cat("the condition '", expression,
                    "' is always the same; remove it, or the part that never runs"));
}

}  // namespace

void check_ids(const YamlNode& root, Mistakes& out) {
  const YamlNode* jobs = root.find("jobs");
  if (jobs == nullptr) return;
  for (const auto& [id, job] : jobs->members) {
    check_id(id, "job", out);
    for_each_text(job.find("needs"), [&](const YamlNode& need) { check_id(need, "job", out); });
    if (job.is_mapping()) check_step_ids(job, out);
  }
}

void check_needs(const YamlNode& root, Mistakes& out) {
  for_each_job(root, [&](const YamlNode& id, const YamlNode& job) {
    std::map<std::string, TextPosition> seen;
    for_each_text(job.find("needs"), [&](const YamlNode& need) {
      if (!seen.emplace(to_lower(need.text), need.position).second)
        out.warning(need.position, "duplicate-needs",
                    cat("'", need.text, "' stands in 'needs' of '", id.text,
                        "' already; case does not count"));
    });
  });
}

void check_env_names(const YamlNode& root, Mistakes& out) {
  check_env(root.find("env"), out);
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    check_env(job.find("env"), out);
    if (const YamlNode* container = job.find("container")) check_env(container->find("env"), out);
    for_each_service(job, [&](const YamlNode&, const YamlNode& service) {
      check_env(service.find("env"), out);
    });
    for_each_step(job, [&](const YamlNode& step) { check_env(step.find("env"), out); });
  });
}

void check_credentials(const YamlNode& root, Mistakes& out) {
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    if (const YamlNode* container = job.find("container"))
      check_password(*container, "the container", out);
    for_each_service(job, [&](const YamlNode& name, const YamlNode& service) {
      check_password(service, cat("the service '", name.text, "'"), out);
    });
  });
}

void check_conditions(const YamlNode& root, Mistakes& out) {
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    check_condition(job.find("if"), out);
    if (const YamlNode* snapshot = job.find("snapshot")) check_condition(snapshot->find("if"), out);
    for_each_step(job, [&](const YamlNode& step) { check_condition(step.find("if"), out); });
  });
}

}  // namespace sluice::pipeline::github
