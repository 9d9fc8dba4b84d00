#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kAllLevels = "read write none";

struct Scope {
  std::string_view name;
  std::string_view levels;
};

constexpr Scope kScopes[] = {
    {"actions", kAllLevels},
    {"artifact-metadata", kAllLevels},
    {"attestations", kAllLevels},
    {"checks", kAllLevels},
    {"code-quality", kAllLevels},
    {"contents", kAllLevels},
    {"copilot-requests", "write none"},
    {"deployments", kAllLevels},
    {"discussions", kAllLevels},
    {"drives", kAllLevels},
    {"id-token", "write none"},
    {"issues", kAllLevels},
    {"models", "read none"},
    {"packages", kAllLevels},
    {"pages", kAllLevels},
    {"pull-requests", kAllLevels},
    {"repository-projects", kAllLevels},
    {"security-events", kAllLevels},
    {"statuses", kAllLevels},
    {"vulnerability-alerts", "read none"},
};

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> result;
  for (const std::string_view word : split(list, ' ')) result.emplace_back(word);
  return result;
}

void check_scope(const YamlNode& name, const YamlNode& level, Mistakes& out) {
  const auto scope = std::find_if(std::begin(kScopes), std::end(kScopes),
                                  [&](const Scope& s) { return s.name == name.text; });
  if (scope == std::end(kScopes)) {
    std::vector<std::string> known;
    for (const Scope& candidate : kScopes) known.emplace_back(candidate.name);
    out.error(
        name.position, "permission",
        cat("there is no permission '", name.text, "'", did_you_mean(to_lower(name.text), known)));
    return;
  }
  if (!level.is_scalar() || level.text.empty() || has_word(scope->levels, level.text)) return;
  const std::vector<std::string> levels = words(scope->levels);
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
