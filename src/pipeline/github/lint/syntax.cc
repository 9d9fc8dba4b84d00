#include "pipeline/github/lint/syntax.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/strings.h"
#include "pipeline/github/lint/expression_texts.h"

namespace sluice::pipeline::github {
namespace {

std::vector<std::string> names(std::span<const Member> members) {
  std::vector<std::string> result;
  for (const Member& member : members) result.emplace_back(member.key);
  return result;
}

constexpr Member kRunDefaults[] = {{"shell", check_text}, {"working-directory", check_text}};

void check_run_defaults(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.section(value, "'defaults.run'", kRunDefaults, Empty::Refused);
}

constexpr Member kDefaults[] = {{"run", check_run_defaults}};

void check_queue(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (!syntax.text(value, Empty::Refused) || syntax.is_expression(value)) return;
  if (value.text != "single" && value.text != "max")
    syntax.out().error(value.position, "wrong-type",
                       cat("'", key.text, "' must be 'single' or 'max', not '", value.text, "'"));
}

constexpr Member kConcurrency[] = {
    {"group", check_text}, {"cancel-in-progress", check_boolean}, {"queue", check_queue}};

constexpr Member kWorkflow[] = {
    {"name", check_any_text},
    {"run-name", check_text},
    {"on", check_events_syntax},
    {"permissions", check_permissions_syntax},
    {"env", check_env},
    {"defaults", check_defaults},
    {"concurrency", check_concurrency},
    {"jobs", check_jobs_syntax},
    {"description", check_any_text},
};

}  // namespace

std::string_view kind_name(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::Null:
      return "nothing";
    case YamlKind::Boolean:
      return "a boolean";
    case YamlKind::Number:
      return "a number";
    case YamlKind::String:
      return "a text";
    case YamlKind::Sequence:
      return "a sequence";
    case YamlKind::Mapping:
      return "a mapping";
  }
  UNREACHABLE();
}

void Syntax::missing(TextPosition position, std::string message) {
  out_.error(position, "missing-key", std::move(message));
}

bool Syntax::mapping(const YamlNode& node, std::string_view what, Empty empty) {
  if (node.is_mapping() && (!node.members.empty() || empty == Empty::Allowed)) return true;
  if (node.is_mapping() || node.kind == YamlKind::Null) {
    if (empty == Empty::Refused)
      out_.warning(node.position, "empty-value",
                   cat(what, " is empty; write what belongs there or remove it"));
    return false;
  }
  out_.error(node.position, "wrong-type", cat(what, " must be a mapping, not ", kind_name(node)));
  return false;
}

void Syntax::unknown_key(const YamlNode& key, std::string_view what,
                         std::span<const Member> members, Unknown unknown) {
  const std::vector<std::string> known = names(members);
  std::string hint = did_you_mean(to_lower(key.text), known);
  if (hint.empty())
    hint = cat("; expected ", known.size() == 1 ? "" : "one of ", join(known, ", "));
  std::string message = cat("unexpected key '", key.text, "' in ", what, hint);
  if (unknown == Unknown::Refused)
    out_.error(key.position, "unknown-key", std::move(message));
  else
    out_.warning(key.position, "unknown-key", std::move(message));
}

void Syntax::unknown_keys(const YamlNode& node, std::string_view what,
                          std::span<const Member> members) {
  const std::vector<std::string> known = names(members);
  for (const auto& [key, value] : node.members)
    if (std::find(known.begin(), known.end(), key.text) == known.end())
      unknown_key(key, what, members, Unknown::Refused);
}

void Syntax::section(const YamlNode& node, std::string_view what, std::span<const Member> members,
                     Empty empty, Unknown unknown) {
  if (!mapping(node, what, empty)) return;
  for (const auto& [key, value] : node.members) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&key = key](const Member& m) { return m.key == key.text; });
    if (found == members.end())
      unknown_key(key, what, members, unknown);
    else
      found->check(*this, key, value);
  }
}

void Syntax::named(const YamlNode& node, std::string_view what, Empty empty, CheckValue check) {
  if (!mapping(node, what, empty)) return;
  std::map<std::string, TextPosition> seen;
  for (const auto& [key, value] : node.members) {
    const auto [first, fresh] = seen.emplace(to_lower(key.text), key.position);
    if (fresh) {
      check(*this, key, value);
      continue;
    }
    out_.error(key.position, "duplicate-key",
               cat("'", key.text, "' stands at line ", first->second.line, ", column ",
                   first->second.column, " of ", what, " already; case does not count here"));
  }
}

bool Syntax::sequence(const YamlNode& node, std::string_view what, Empty empty) {
  if (!node.is_sequence()) {
    out_.error(node.position, "wrong-type",
               cat(what, " must be a sequence, not ", kind_name(node)));
    return false;
  }
  if (node.items.empty() && empty == Empty::Refused) {
    out_.warning(node.position, "empty-value", cat(what, " is empty"));
    return false;
  }
  return true;
}

bool Syntax::text(const YamlNode& node, Empty empty) {
  if (!node.is_scalar()) {
    out_.error(node.position, "wrong-type", cat("a text was expected, not ", kind_name(node)));
    return false;
  }
  if (node.text.empty() && empty == Empty::Refused) {
    out_.warning(node.position, "empty-value", "the text is empty");
    return false;
  }
  return true;
}

void Syntax::text_sequence(const YamlNode& node, std::string_view what) {
  if (!sequence(node, what, Empty::Refused)) return;
  for (const YamlNode& item : node.items) text(item, Empty::Refused);
}

void Syntax::text_or_sequence(const YamlNode& node, std::string_view what) {
  if (node.is_scalar())
    text(node, Empty::Refused);
  else
    text_sequence(node, what);
}

bool Syntax::is_expression(const YamlNode& node) const {
  return node.is_string() && is_one_expression(node.text);
}

void Syntax::boolean(const YamlNode& node, std::string_view key) {
  if (node.kind == YamlKind::Boolean || is_expression(node)) return;
  out_.error(node.position, "wrong-type",
             cat("'", key, "' must be true, false or one ${{ expression }}, not ",
                 node.is_scalar() ? cat("'", node.text, "'") : std::string(kind_name(node))));
}

void Syntax::integer_above_zero(const YamlNode& node, std::string_view key) {
  if (is_expression(node)) return;
  const bool integer = node.kind == YamlKind::Number && node.number == std::floor(node.number) &&
                       node.text.find_first_of(".eE") == std::string::npos;
  if (!integer || node.number <= 0)
    out_.error(node.position, "wrong-type",
               cat("'", key, "' must be a whole number above 0 or one ${{ expression }}, not ",
                   node.is_scalar() ? cat("'", node.text, "'") : std::string(kind_name(node))));
}

void Syntax::number_above_zero(const YamlNode& node, std::string_view key) {
  if (is_expression(node)) return;
  if (node.kind != YamlKind::Number || !(node.number > 0))
    out_.error(node.position, "wrong-type",
               cat("'", key, "' must be a number above 0 or one ${{ expression }}, not ",
                   node.is_scalar() ? cat("'", node.text, "'") : std::string(kind_name(node))));
}

void check_text(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.text(value, Empty::Refused);
}

void check_any_text(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.text(value, Empty::Allowed);
}

void check_boolean(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  syntax.boolean(value, key.text);
}

void check_minutes(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  syntax.number_above_zero(value, key.text);
}

void check_env(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (syntax.is_expression(value)) return;
  syntax.named(value, "'env'", Empty::Refused, check_any_text);
}

void check_permissions_syntax(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (value.is_scalar()) {
    syntax.text(value, Empty::Refused);
    return;
  }
  if (!syntax.mapping(value, "'permissions'", Empty::Allowed)) return;
  for (const auto& [scope, permission] : value.members) syntax.text(permission, Empty::Refused);
}

void check_defaults(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.section(value, "'defaults'", kDefaults, Empty::Refused);
  const bool mapping = value.is_mapping() || value.kind == YamlKind::Null;
  if (mapping && value.find("run") == nullptr)
    syntax.missing(value.position, "'defaults' needs 'run'");
}

void check_concurrency(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (value.is_scalar()) {
    syntax.text(value, Empty::Refused);
    return;
  }
  syntax.section(value, "'concurrency'", kConcurrency, Empty::Refused);
  if (value.is_mapping() && value.find("group") == nullptr)
    syntax.missing(key.position, "'concurrency' needs a 'group'");
}

void check_syntax(const YamlNode& root, Mistakes& out) {
  Syntax syntax(out);
  if (root.kind == YamlKind::Null) {
    out.error({1, 1}, "empty-file", "the workflow is empty; it needs 'on' and 'jobs'");
    return;
  }
  syntax.section(root, "a workflow", kWorkflow, Empty::Refused);
  if (!root.is_mapping()) return;
  if (root.find("on") == nullptr)
    syntax.missing(root.position, "the workflow needs 'on': what starts it");
  if (root.find("jobs") == nullptr) syntax.missing(root.position, "the workflow needs 'jobs'");
}

}  // namespace sluice::pipeline::github
