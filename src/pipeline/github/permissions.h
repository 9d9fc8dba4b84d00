// What the token of a job may do: `permissions` of a workflow or a job. Values only; the names are
// those of 2026. A called workflow may ask for less than its caller has, never for more.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/yaml.h"

namespace sluice::pipeline::github {

// Ordered: each one includes those before it.
enum class PermissionLevel { None, Read, Write };
std::string_view to_string(PermissionLevel level);  // "none" …

struct PermissionRule {
  std::string_view name;
  PermissionLevel highest = PermissionLevel::Write;
  bool readable = true;  // `read` is a level of it: a token for OpenID is only written
};
std::span<const PermissionRule> permission_rules();
const PermissionRule* find_permission_rule(std::string_view name);  // null: there is none
// What `text` says; nothing when it is no level of this permission.
std::optional<PermissionLevel> level_of(const PermissionRule& rule, std::string_view text);

// What a job's token may do when neither job nor workflow says it (a setting of the repository).
enum class PermissionsPolicy { Write, LimitedRead };

struct Permissions {
  TextPosition position;
  std::optional<PermissionLevel> all;  // read-all, write-all
  std::map<std::string, PermissionLevel> levels;

  PermissionLevel level(std::string_view name) const;
};

Permissions permissions_of(PermissionsPolicy policy);
// `permissions` of a workflow or a job; what is wrong in it is left out (the lint rule `permission`
// says it).
std::optional<Permissions> read_permissions(const YamlNode& mapping);

// What is asked for and not allowed.
struct PermissionExcess {
  std::string name;
  PermissionLevel asked = PermissionLevel::None;
  PermissionLevel allowed = PermissionLevel::None;
};
std::vector<PermissionExcess> excess(const Permissions& asked, const Permissions& allowed);

// {"contents": "read"}; "read-all" and "write-all" stay words.
Json to_json(const Permissions& permissions);

}  // namespace sluice::pipeline::github
