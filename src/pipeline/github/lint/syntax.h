// The shape of a workflow file: which keys stand where, what their values may be. Says what was
// expected and proposes the nearest key. GitHub's spelling counts; keys are compared with case.
// Pure.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/yaml.h"
#include "pipeline/github/lint/mistakes.h"

namespace sluice::pipeline::github {

enum class Empty { Allowed, Refused };
enum class Unknown { Refused, Ignored };  // what GitHub does with keys that it does not know

class Syntax;
using CheckValue = void (*)(Syntax&, const YamlNode& key, const YamlNode& value);

// A key and what checks its value.
struct Member {
  std::string_view key;
  CheckValue check;
};

class Syntax {
 public:
  explicit Syntax(Mistakes& out) : out_(out) {}

  Mistakes& out() { return out_; }

  // Whether the value is a mapping that can be looked into; everything else is reported.
  bool mapping(const YamlNode& node, std::string_view what, Empty empty);
  // The members with their own checks; `what` names the mapping: "a job".
  void section(const YamlNode& node, std::string_view what, std::span<const Member> members,
               Empty empty, Unknown unknown = Unknown::Refused);
  // Names chosen by the user, which GitHub compares without case, each with the same check.
  void named(const YamlNode& node, std::string_view what, Empty empty, CheckValue check);
  bool sequence(const YamlNode& node, std::string_view what, Empty empty);
  bool text(const YamlNode& node, Empty empty);
  void text_sequence(const YamlNode& node, std::string_view what);
  void text_or_sequence(const YamlNode& node, std::string_view what);
  void boolean(const YamlNode& node, std::string_view key);
  void integer_above_zero(const YamlNode& node, std::string_view key);
  void number_above_zero(const YamlNode& node, std::string_view key);
  // Nothing but `${{ … }}` in place of a mapping or a sequence.
  bool is_expression(const YamlNode& node) const;
  void unknown_key(const YamlNode& key, std::string_view what, std::span<const Member> members,
                   Unknown unknown);
  // Only that no member has a key that is not among `members`.
  void unknown_keys(const YamlNode& node, std::string_view what, std::span<const Member> members);
  void missing(TextPosition position, std::string message);

 private:
  Mistakes& out_;
};

// "a mapping", "a sequence", "a text", …
std::string_view kind_name(const YamlNode& node);

// The whole file, and its parts, one source file each.
void check_syntax(const YamlNode& root, Mistakes& out);
void check_events_syntax(Syntax& syntax, const YamlNode& key, const YamlNode& value);
void check_jobs_syntax(Syntax& syntax, const YamlNode& key, const YamlNode& value);
void check_steps_syntax(Syntax& syntax, const YamlNode& key, const YamlNode& value);

// Values that occur in several places.
void check_text(Syntax& syntax, const YamlNode& key, const YamlNode& value);
void check_any_text(Syntax& syntax, const YamlNode& key, const YamlNode& value);  // may be empty
void check_boolean(Syntax& syntax, const YamlNode& key, const YamlNode& value);
void check_minutes(Syntax& syntax, const YamlNode& key, const YamlNode& value);
void check_env(Syntax& syntax, const YamlNode& key, const YamlNode& value);
void check_permissions_syntax(Syntax& syntax, const YamlNode& key, const YamlNode& value);
void check_defaults(Syntax& syntax, const YamlNode& key, const YamlNode& value);
void check_concurrency(Syntax& syntax, const YamlNode& key, const YamlNode& value);

}  // namespace sluice::pipeline::github
