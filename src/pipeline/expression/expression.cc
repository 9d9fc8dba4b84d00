#include "pipeline/expression/expression.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "pipeline/expression/functions.h"

namespace sluice::pipeline {
namespace {

std::vector<FunctionSpec> status_functions(std::size_t max_job_ids) {
  return {{"success", 0, max_job_ids},
          {"failure", 0, max_job_ids},
          {"always", 0, 0},
          {"cancelled", 0, 0}};
}

bool is_status_function(std::string_view name) {
  static constexpr std::string_view kNames[] = {"success", "failure", "always", "cancelled"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view n) { return equal_ignoring_case(n, name); });
}

void collect_paths(const ExpressionNode& node, std::vector<std::vector<std::string>>& paths) {
  if (node.kind == NodeKind::Context || node.kind == NodeKind::Index) {
    // The constant part ends at a computed index; what computes it is looked through too.
    auto path = constant_path(node);
    if (!path.empty()) {
      paths.push_back(std::move(path));
      return;
    }
  }
  for (const ExpressionNode& child : node.children) collect_paths(child, paths);
}

}  // namespace

std::vector<FunctionSpec> step_status_functions() {
  return status_functions(0);
}

std::vector<FunctionSpec> job_status_functions() {
  return status_functions(kAnyNumberOfArguments);
}

FunctionSpec hash_files_function() {
  return {"hashFiles", 1, kAnyNumberOfArguments};
}

std::vector<std::string> built_in_functions() {
  std::vector<std::string> names;
  for (const BuiltInFunction& f : built_in_function_table()) names.emplace_back(f.name);
  return names;
}

std::string Expression::source(const ExpressionNode& node) const {
  if (node.begin < node.end) return text.substr(node.begin, node.end - node.begin);
  if (node.kind == NodeKind::Call) return cat(node.name, "()");
  std::string joined;
  for (const ExpressionNode& child : node.children) {
    if (!joined.empty()) joined += node.kind == NodeKind::Or ? " || " : " && ";
    const bool written = child.begin < child.end;
    joined += written ? cat("(", source(child), ")") : source(child);
  }
  return joined;
}

void for_each_node(const ExpressionNode& root,
                   const std::function<void(const ExpressionNode&)>& visit) {
  visit(root);
  for (const ExpressionNode& child : root.children) for_each_node(child, visit);
}

bool calls_status_function(const ExpressionNode& root) {
  if (root.kind == NodeKind::Call && is_status_function(root.name)) return true;
  return std::any_of(root.children.begin(), root.children.end(), calls_status_function);
}

std::vector<std::string> constant_path(const ExpressionNode& node) {
  if (node.kind == NodeKind::Context) return {node.name};
  if (node.kind != NodeKind::Index) return {};
  std::vector<std::string> path = constant_path(node.children[0]);
  const ExpressionNode& index = node.children[1];
  if (path.empty()) return {};
  if (index.kind == NodeKind::Wildcard) {
    path.emplace_back("*");
  } else if (index.kind == NodeKind::Literal) {
    path.push_back(index.literal.to_text());
  } else {
    return {};
  }
  return path;
}

std::vector<std::vector<std::string>> referenced_paths(const ExpressionNode& root) {
  std::vector<std::vector<std::string>> paths;
  collect_paths(root, paths);
  return paths;
}

}  // namespace sluice::pipeline
