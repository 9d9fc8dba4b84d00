// What is known of a value before anything runs: the types that the expression checker computes
// with. Values; copies share their parts. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/yaml.h"
#include "pipeline/expression/value.h"

namespace sluice::pipeline::github {

enum class TypeKind { Any, Null, Boolean, Number, Text, Array, Object };

class ExpressionType {
 public:
  using Members = std::map<std::string, ExpressionType, std::less<>>;  // lower-case names

  ExpressionType() = default;  // anything
  static ExpressionType of(TypeKind primitive);
  static ExpressionType any() { return {}; }
  static ExpressionType null() { return of(TypeKind::Null); }
  static ExpressionType boolean() { return of(TypeKind::Boolean); }
  static ExpressionType number() { return of(TypeKind::Number); }
  static ExpressionType text() { return of(TypeKind::Text); }
  static ExpressionType array(ExpressionType element, ArrayOrigin origin = ArrayOrigin::Plain);
  // Only these members exist.
  static ExpressionType strict(Members members = {});
  // Any other name is a member too, of type `rest`.
  static ExpressionType open(ExpressionType rest, Members members = {});

  TypeKind kind() const { return kind_; }
  bool is(TypeKind kind) const { return kind_ == kind; }
  bool is_container() const { return kind_ == TypeKind::Array || kind_ == TypeKind::Object; }
  bool is_filtered() const { return origin_ == ArrayOrigin::Filtered; }
  // Array: the elements; Object: the members without a name of their own, null when there are none.
  const ExpressionType* rest() const { return rest_.get(); }
  const Members& members() const;
  // The member's type; nothing when the object cannot have it.
  std::optional<ExpressionType> member(std::string_view name) const;

  // An object with one member more, or another type for it.
  ExpressionType with(std::string_view name, ExpressionType type) const;

 private:
  TypeKind kind_ = TypeKind::Any;
  ArrayOrigin origin_ = ArrayOrigin::Plain;
  std::shared_ptr<const ExpressionType> rest_;
  std::shared_ptr<const Members> members_;
};

// The type of a value that has one type or the other.
ExpressionType merge(const ExpressionType& a, const ExpressionType& b);
// Whether a value of type `from` may be given where `to` is expected, in GitHub's coercions.
bool is_assignable(const ExpressionType& to, const ExpressionType& from);
// Whether `a == b` can be anything but false.
bool is_equality_possible(const ExpressionType& a, const ExpressionType& b);
// Whether `a < b` can be anything but false.
bool is_order_possible(const ExpressionType& a, const ExpressionType& b);

ExpressionType type_of(const Value& value);
// "string", "{name: string}", "array<number>".
std::string to_string(const ExpressionType& type);

}  // namespace sluice::pipeline::github
