// Checks the texts of one file that hold expressions: syntax, names, types, what a place expects.
// What a context is at a moment (`steps` grows from step to step) is set by the caller in between.
// One file, one thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/expression_types.h"
#include "pipeline/github/lint/mistakes.h"
#include "pipeline/github/lint/places.h"

namespace sluice::pipeline::github {

enum class Trust { Script, Ordinary };  // Script: the text is run, so untrusted input is a danger

class ExpressionTexts {
 public:
  explicit ExpressionTexts(Mistakes& out);

  ExpressionType context(std::string_view name) const;
  void set_context(std::string_view name, ExpressionType type);
  void remove_context(std::string_view name);

  // A value in which expressions may stand between other text; scalars below it likewise.
  void text(const YamlNode* node, Place place, Trust trust = Trust::Ordinary);
  // A mapping of texts, or one expression that is an object.
  void texts(const YamlNode* node, std::string_view key, Place place);
  void condition(const YamlNode* node, Place place);
  void boolean(const YamlNode* node, std::string_view key, Place place);
  void number(const YamlNode* node, std::string_view key, Place place);
  // Text with expressions, or one expression that is an array of texts.
  void labels(const YamlNode* node, Place place);
  // The type that a scalar has: of its expression when it is one and nothing else.
  ExpressionType type_of_scalar(const YamlNode& node, Place place);
  // Reports a value that is one expression and cannot be of this kind.
  void expect(const YamlNode& node, std::string_view key, const ExpressionType& type,
              TypeKind wanted);

 private:
  struct Part {
    ExpressionType type;
    std::size_t begin = 0;  // of "${{"
    std::size_t end = 0;
  };
  std::optional<std::vector<Part>> parts(const YamlNode& node, Place place, Trust trust);
  std::optional<ExpressionType> check(const YamlNode& node, std::size_t begin, std::size_t end,
                                      Place place, Trust trust);
  TextPosition at(const YamlNode& node, std::size_t offset) const;
  void report(const YamlNode& node, std::size_t offset, std::string_view rule, std::string message);
  void refuse_container(const YamlNode& node, const Part& part);
  void typed(const YamlNode* node, std::string_view key, TypeKind wanted, Place place);

  Mistakes& out_;
  ExpressionType::Members contexts_;
};

// Whether the text is one `${{ }}` and nothing else.
bool is_one_expression(std::string_view text);

}  // namespace sluice::pipeline::github
