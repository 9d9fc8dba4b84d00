// The type of an expression, and what can never work in it: unknown names, names that its place
// does not have, members of what is no object, arguments and comparisons that make no sense. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "pipeline/expression/expression.h"
#include "pipeline/github/lint/expression_types.h"
#include "pipeline/github/lint/places.h"

namespace sluice::pipeline::github {

// Offset in the expression's text, rule, message.
using ReportAt = std::function<void(std::size_t, std::string_view, std::string)>;

class TypeChecker {
 public:
  // All outlive this. `contexts` by lower-case name.
  TypeChecker(const ExpressionType::Members& contexts, const PlaceRule& place,
              const ReportAt& report)
      : contexts_(contexts), place_(place), report_(report) {}

  ExpressionType check(const ExpressionNode& node) const;

 private:
  ExpressionType context(const ExpressionNode& node) const;
  ExpressionType index(const ExpressionNode& node) const;
  ExpressionType property(const ExpressionNode& node, const ExpressionType& object) const;
  ExpressionType property_of_each(const ExpressionNode& node, const ExpressionType& array) const;
  ExpressionType filter(const ExpressionNode& node, const ExpressionType& object) const;
  ExpressionType element(const ExpressionNode& node, const ExpressionType& object) const;
  ExpressionType compare(const ExpressionNode& node) const;
  ExpressionType call(const ExpressionNode& node) const;
  void check_status_function(const ExpressionNode& node) const;
  void check_arguments(const ExpressionNode& node,
                       const std::vector<ExpressionType>& arguments) const;
  void expect(const ExpressionNode& call, std::size_t argument, const ExpressionType& given,
              const ExpressionType& wanted) const;
  void check_format(const ExpressionNode& node) const;
  ExpressionType json(const ExpressionNode& node) const;

  const ExpressionType::Members& contexts_;
  const PlaceRule& place_;
  const ReportAt& report_;
};

// Parses an expression whatever it names, so that the checker can say more about it.
ParsedExpression parse_any_expression(std::string_view text);

}  // namespace sluice::pipeline::github
