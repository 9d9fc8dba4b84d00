#include "pipeline/github/lint/value_rules.h"

namespace sluice::pipeline::github {
namespace {

void for_each_mapping(const YamlNode* parent, const VisitNode& visit) {
  if (parent == nullptr) return;
  for (const auto& [key, value] : parent->members)
    if (value.is_mapping()) visit(key, value);
}

void for_each_step_in(const YamlNode* steps, const std::function<void(const YamlNode&)>& visit) {
  if (steps == nullptr) return;
  for (const YamlNode& step : steps->items) {
    if (!step.is_mapping()) continue;
    visit(step);
    for_each_step_in(step.find("parallel"), visit);
  }
}

}  // namespace

void for_each_job(const YamlNode& root, const VisitNode& visit) {
  for_each_mapping(root.find("jobs"), visit);
}

void for_each_step(const YamlNode& job, const std::function<void(const YamlNode&)>& visit) {
  for_each_step_in(job.find("steps"), visit);
}

void for_each_service(const YamlNode& job, const VisitNode& visit) {
  for_each_mapping(job.find("services"), visit);
}

void for_each_event(const YamlNode& root, const VisitNode& visit) {
  const YamlNode* on = root.find("on");
  if (on == nullptr) return;
  const YamlNode nothing;
  if (on->is_scalar()) visit(*on, nothing);
  for (const YamlNode& name : on->items)
    if (name.is_scalar()) visit(name, nothing);
  for (const auto& [name, settings] : on->members) visit(name, settings);
}

void for_each_text(const YamlNode* node, const std::function<void(const YamlNode&)>& visit) {
  if (node == nullptr || node->kind == YamlKind::Null) return;
  if (node->is_scalar()) visit(*node);
  for (const YamlNode& item : node->items)
    if (item.is_scalar()) visit(item);
}

}  // namespace sluice::pipeline::github
