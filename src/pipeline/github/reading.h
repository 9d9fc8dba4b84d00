// Helps to read a workflow file: collects diagnostics, checks keys against their tables, turns YAML
// into tokens and conditions. One file, one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "pipeline/github/schema.h"
#include "pipeline/github/workflow.h"

namespace sluice::pipeline::github {

// What a value may be, apart from an expression.
enum class Shape { Scalar, Mapping, Sequence, ScalarOrSequence, Any };

class Reading {
 public:
  // `text` is the whole file and outlives this.
  Reading(std::string file, std::string_view text)
      : file_(std::move(file)), text_(text), scopes_(make_scopes()) {}

  const Scopes& scopes() const { return scopes_; }
  std::string_view text() const { return text_; }

  void report(Severity severity, TextPosition position, std::string_view rule, std::string message);
  void error(TextPosition position, std::string_view rule, std::string message);
  void warning(TextPosition position, std::string_view rule, std::string message);
  // A remark that is also listed in the plan: something written has no effect here.
  void not_enforced(TextPosition position, std::string_view rule, std::string message);

  // Well formed, and cannot be done here: no mistake, but what holds it is not run.
  void not_honoured(TextPosition position, std::string_view rule, std::string message);
  // What was reported so while `read` ran.
  template <class Read>
  std::vector<Diagnostic> not_honoured_in(const Read& read) {
    const auto before = static_cast<std::ptrdiff_t>(not_honoured_.size());
    read();
    return {not_honoured_.begin() + before, not_honoured_.end()};
  }

  // Reports a value that is no mapping. A mapping of one `${{ insert }}` is none here.
  bool is_mapping(const YamlNode& node, std::string_view what);
  // Reports keys that are unknown, not supported or without effect. `what` names the mapping:
  // "a job".
  void check_keys(const YamlNode& mapping, std::span<const KeyRule> rules, std::string_view what,
                  UnknownKeys unknown = UnknownKeys::Refused);
  // Says of `what` ("'container' in a job") what becomes of it, if it is not simply honoured.
  void note_use(TextPosition position, std::string_view what, KeyUse use, std::string_view remark);

  Token token(const YamlNode& node, const ExpressionScope& scope);
  // The value under a key, absent when there is none; a value of another shape is reported.
  Token token_at(const YamlNode& mapping, std::string_view key, Shape shape,
                 const ExpressionScope& scope);
  If condition_at(const YamlNode& mapping, const ExpressionScope& scope);
  // An empty mapping token at the node's place, and an entry for it; an absent value is left out.
  Token mapping_of(const YamlNode& node) const;
  void add_entry(Token& mapping, const YamlNode& key, Token value);
  // A scalar or a sequence of scalars, without expressions.
  std::vector<Reference> names(const YamlNode& node, std::string_view what);
  // A mapping of texts in which nothing is fixed, such as `env`.
  Token texts_at(const YamlNode& mapping, std::string_view key, const ExpressionScope& scope);
  RunDefaults run_defaults_at(const YamlNode& mapping, const ExpressionScope& scope);

  std::vector<Diagnostic> take_diagnostics() { return std::move(diagnostics_); }
  std::vector<Diagnostic> take_not_enforced() { return std::move(not_enforced_); }

 private:
  void add_problems(const YamlNode& node, const std::vector<ExpressionProblem>& problems);
  TokenEntry entry(const YamlNode& key, const YamlNode& value, const ExpressionScope& scope);
  bool has_shape(const Token& token, Shape shape) const;

  std::string file_;
  std::string_view text_;
  Scopes scopes_;
  std::vector<Diagnostic> diagnostics_;
  std::vector<Diagnostic> not_enforced_;
  std::vector<Diagnostic> not_honoured_;
};

// "A key", "'x' …": the keys that a table allows, for suggestions.
std::vector<std::string> key_names(std::span<const KeyRule> rules);

// GitHub's rule for ids of jobs and steps: letters, digits, '_' and '-', not starting with a digit
// or '-', shorter than 100 characters.
bool is_valid_identifier(std::string_view id);

}  // namespace sluice::pipeline::github
