#include <algorithm>

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/schema.h"
#include "pipeline/github/token.h"
#include "pipeline/glob.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kFilters =
    "branches branches-ignore tags tags-ignore paths paths-ignore";

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> result;
  for (const std::string_view word : split(list, ' '))
    if (!word.empty()) result.emplace_back(word);
  return result;
}

void check_types(const YamlNode& name, const EventRule& rule, const YamlNode& settings,
                 Mistakes& out) {
  const YamlNode* types = settings.find("types");
  if (types == nullptr || rule.types == "*") return;
  if (rule.types.empty()) {
    if (!types->items.empty() || types->is_string())
      out.warning(name.position, "unknown-activity-type",
                  cat("'", rule.name, "' has no activity types, so it cannot have 'types'"));
    return;
  }
  for_each_text(types, [&](const YamlNode& type) {
    if (has_word(rule.types, type.text) || type.text.empty()) return;
    const std::vector<std::string> known = words(rule.types);
    out.error(type.position, "unknown-activity-type",
              cat("'", type.text, "' is no activity type of '", rule.name, "'; it has ",
                  join(known, ", "), did_you_mean(type.text, known)));
  });
}

void check_exclusive(const YamlNode& settings, std::string_view event, std::string_view filter,
                     Mistakes& out) {
  const YamlNode* plain = settings.find_key(filter);
  const YamlNode* ignore = settings.find_key(cat(filter, "-ignore"));
  if (plain == nullptr || ignore == nullptr) return;
  out.error(std::max(plain->position, ignore->position), "exclusive-filters",
            cat("'", filter, "' and '", filter, "-ignore' of '", event,
                "' cannot be used together; use patterns with '!' in '", filter, "'"));
}

// Under an event that has filters of its own GitHub refuses the file, elsewhere it ignores the key.
void refuse_filter(const YamlNode& key, const EventRule& rule, Mistakes& out) {
  std::string message =
      cat("'", rule.name, "' cannot be filtered by '", key.text, "': the filter has no effect");
  if (rule.name == "push" || rule.name.starts_with("pull_request"))
    out.error(key.position, "unavailable-filter", std::move(message));
  else
    out.warning(key.position, "unavailable-filter", std::move(message));
}

void check_filters(const EventRule& rule, const YamlNode& settings, Mistakes& out) {
  for (const auto& [key, value] : settings.members)
    if (has_word(kFilters, key.text) && !key.text.empty() && !has_word(rule.filters, key.text))
      refuse_filter(key, rule, out);
  for (const std::string_view filter : {"branches", "tags", "paths"})
    if (has_word(rule.filters, filter)) check_exclusive(settings, rule.name, filter, out);
}

void check_workflows(const YamlNode& name, const EventRule& rule, const YamlNode& settings,
                     Mistakes& out) {
  const YamlNode* workflows = settings.find_key("workflows");
  if (rule.name == "workflow_run" && workflows == nullptr)
    out.error(name.position, "missing-key",
              "'workflow_run' needs 'workflows': the names of those that it waits for");
  if (rule.name != "workflow_run" && workflows != nullptr &&
      settings.find("workflows")->is_sequence() && !settings.find("workflows")->items.empty())
    out.warning(
        name.position, "unavailable-filter",
        cat("'workflows' has no effect under '", rule.name, "'; only 'workflow_run' has it"));
}

void check_patterns(const YamlNode& settings, std::string_view filter, Mistakes& out) {
  const FilterKind kind = filter.starts_with("paths") ? FilterKind::Path : FilterKind::Ref;
  for_each_text(settings.find(filter), [&](const YamlNode& pattern) {
    for (const GlobProblem& problem : parse_filter_pattern(pattern.text, kind).problems)
      if (!pattern.text.empty())
        out.error(position_inside(pattern.position, pattern.style, pattern.text, problem.offset,
                                  out.text()),
                  "glob",
                  cat("the pattern '", pattern.text, "' of '", filter, "': ", problem.message));
  });
}

}  // namespace

void check_webhooks(const YamlNode& root, Mistakes& out) {
  for_each_event(root, [&](const YamlNode& name, const YamlNode& settings) {
    const EventRule* rule = find_event_rule(name.text);
    if (rule == nullptr) {
      if (name.text.empty()) return;
      std::vector<std::string> known;
      for (const EventRule& candidate : event_rules()) known.emplace_back(candidate.name);
      out.error(
          name.position, "unknown-event",
          cat("there is no event '", name.text, "'", did_you_mean(to_lower(name.text), known)));
      return;
    }
    const bool own_keys = rule->name == "workflow_dispatch" || rule->name == "workflow_call" ||
                          rule->name == "schedule" || rule->name == "image_version";
    if (own_keys) return;
    check_types(name, *rule, settings, out);
    check_filters(*rule, settings, out);
    check_workflows(name, *rule, settings, out);
  });
}

void check_globs(const YamlNode& root, Mistakes& out) {
  for_each_event(root, [&](const YamlNode&, const YamlNode& settings) {
    for (const std::string_view filter : split(kFilters, ' '))
      check_patterns(settings, filter, out);
  });
}

}  // namespace sluice::pipeline::github
