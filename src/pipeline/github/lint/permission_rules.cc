#include "base/strings.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/permissions.h"

namespace sluice::pipeline::github {
namespace {

std::vector<std::string> levels_of(const PermissionRule& rule) {
  std::vector<std::string> levels;
  if (rule.readable) levels.emplace_back("read");
  if (rule.highest == PermissionLevel::Write) levels.emplace_back("write");
  levels.emplace_back("none");
  return levels;
}

void check_scope(const YamlNode& name, const YamlNode& level, Mistakes& out) {
  const PermissionRule* rule = find_permission_rule(name.text);
  if (rule == nullptr) {
    std::vector<std::string> known;
    for (const PermissionRule& candidate : permission_rules()) known.emplace_back(candidate.name);
    out.error(
        name.position, "permission",
        cat("there is no permission '", name.text, "'", did_you_mean(to_lower(name.text), known)));
    return;
  }
  if (!level.is_scalar() || level.text.empty() || level_of(*rule, level.text)) return;
  const std::vector<std::string> levels = levels_of(*rule);
  out.error(level.position, "permission",
            cat("the permission '", name.text, "' must be ", join(levels, " or "), ", not '",
                level.text, "'", did_you_mean(to_lower(level.text), levels)));
}

void check_one(const YamlNode* permissions, Mistakes& out) {
  if (permissions == nullptr || permissions->is_sequence()) return;
  for (const auto& [name, level] : permissions->members) check_scope(name, level, out);
  const std::string& all = permissions->text;
  if (permissions->is_mapping() || all.empty() || all == "read-all" || all == "write-all") return;
  out.error(permissions->position, "permission",
            cat("'permissions' must be a mapping, read-all or write-all, not '", all, "'"));
}

}  // namespace

void check_permissions(const YamlNode& root, Mistakes& out) {
  check_one(root.find("permissions"), out);
  for_each_job(
      root, [&](const YamlNode&, const YamlNode& job) { check_one(job.find("permissions"), out); });
}

}  // namespace sluice::pipeline::github
