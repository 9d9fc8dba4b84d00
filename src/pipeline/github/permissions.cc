#include "pipeline/github/permissions.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr PermissionRule kRules[] = {
    {"actions"},
    {"artifact-metadata"},
    {"attestations"},
    {"checks"},
    {"code-quality"},
    {"contents"},
    {"copilot-requests", PermissionLevel::Write, false},
    {"deployments"},
    {"discussions"},
    {"drives"},
    {"id-token", PermissionLevel::Write, false},
    {"issues"},
    {"models", PermissionLevel::Read},
    {"packages"},
    {"pages"},
    {"pull-requests"},
    {"repository-projects"},
    {"security-events"},
    {"statuses"},
    {"vulnerability-alerts", PermissionLevel::Read},
};

std::optional<PermissionLevel> level_from(std::string_view text) {
  for (const PermissionLevel level :
       {PermissionLevel::None, PermissionLevel::Read, PermissionLevel::Write})
    if (to_string(level) == text) return level;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(PermissionLevel level) {
  switch (level) {
    case PermissionLevel::None:
      return "none";
    case PermissionLevel::Read:
      return "read";
    case PermissionLevel::Write:
      return "write";
  }
  UNREACHABLE();
}

std::span<const PermissionRule> permission_rules() {
  return kRules;
}

PermissionLevel Permissions::level(std::string_view name) const {
  if (all) return *all;
  const auto found = levels.find(std::string(name));
  return found == levels.end() ? PermissionLevel::None : found->second;
}

Permissions permissions_of(PermissionsPolicy policy) {
  Permissions permissions;
  if (policy == PermissionsPolicy::Write) {
    permissions.all = PermissionLevel::Write;
  } else {
    permissions.levels["contents"] = PermissionLevel::Read;
    permissions.levels["packages"] = PermissionLevel::Read;
  }
  return permissions;
}

std::optional<PermissionLevel> level_of(const PermissionRule& rule, std::string_view text) {
  const auto level = level_from(text);
  if (!level || *level > rule.highest || (*level == PermissionLevel::Read && !rule.readable))
    return std::nullopt;
  return level;
}

const PermissionRule* find_permission_rule(std::string_view name) {
  const auto rule = std::find_if(std::begin(kRules), std::end(kRules),
                                 [name](const PermissionRule& r) { return r.name == name; });
  return rule == std::end(kRules) ? nullptr : rule;
}

std::optional<Permissions> read_permissions(const YamlNode& mapping) {
  const YamlNode* node = mapping.find("permissions");
  if (node == nullptr) return std::nullopt;
  Permissions permissions;
  permissions.position = node->position;
  if (node->is_scalar() && node->text == "read-all") permissions.all = PermissionLevel::Read;
  if (node->is_scalar() && node->text == "write-all") permissions.all = PermissionLevel::Write;
  for (const auto& [key, value] : node->members)
    if (const PermissionRule* rule = find_permission_rule(key.text))
      if (const auto level = level_of(*rule, value.text)) permissions.levels[key.text] = *level;
  return permissions;
}

std::vector<PermissionExcess> excess(const Permissions& asked, const Permissions& allowed) {
  std::vector<PermissionExcess> result;
  for (const PermissionRule& rule : kRules) {
    const PermissionLevel want = asked.level(rule.name);
    const PermissionLevel have = allowed.level(rule.name);
    if (want > have) result.push_back({std::string(rule.name), want, have});
  }
  return result;
}

Json to_json(const Permissions& permissions) {
  if (permissions.all) return Json(cat(to_string(*permissions.all), "-all"));
  JsonObject object;
  for (const auto& [name, level] : permissions.levels) object[name] = to_string(level);
  return object;
}

}  // namespace sluice::pipeline::github
