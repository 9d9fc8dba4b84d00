#include "pipeline/github/lint/expression_types.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

bool is_scalar(TypeKind kind) {
  return kind == TypeKind::Boolean || kind == TypeKind::Number || kind == TypeKind::Text;
}

ExpressionType merge_objects(const ExpressionType& a, const ExpressionType& b) {
  ExpressionType::Members members = a.members();
  for (const auto& [name, type] : b.members()) {
    const auto [same, fresh] = members.emplace(name, type);
    if (!fresh) same->second = merge(same->second, type);
  }
  if (a.rest() == nullptr && b.rest() == nullptr) return ExpressionType::strict(std::move(members));
  if (a.rest() == nullptr || b.rest() == nullptr)
    return ExpressionType::open(a.rest() != nullptr ? *a.rest() : *b.rest(), std::move(members));
  return ExpressionType::open(merge(*a.rest(), *b.rest()), std::move(members));
}

bool is_object_assignable(const ExpressionType& to, const ExpressionType& from) {
  if (from.rest() != nullptr && from.rest()->is(TypeKind::Any)) return true;
  for (const auto& [name, type] : to.members()) {
    const auto given = from.member(name);
    if (!given || !is_assignable(type, *given)) return false;
  }
  for (const auto& [name, type] : from.members()) {
    const auto wanted = to.member(name);
    if (!wanted || !is_assignable(*wanted, type)) return false;
  }
  return from.rest() == nullptr || to.rest() == nullptr || is_assignable(*to.rest(), *from.rest());
}

std::string object_to_string(const ExpressionType& type) {
  if (type.members().empty() && type.rest() != nullptr)
    return type.rest()->is(TypeKind::Any) ? "object"
                                          : cat("{string => ", to_string(*type.rest()), "}");
  std::string text = "{";
  for (const auto& [name, member] : type.members())
    text += cat(text.size() > 1 ? "; " : "", name, ": ", to_string(member));
  if (type.rest() != nullptr) text += cat("; string => ", to_string(*type.rest()));
  return text + "}";
}

}  // namespace

ExpressionType ExpressionType::of(TypeKind primitive) {
  ExpressionType type;
  type.kind_ = primitive;
  return type;
}

ExpressionType ExpressionType::array(ExpressionType element, ArrayOrigin origin) {
  ExpressionType type = of(TypeKind::Array);
  type.origin_ = origin;
  type.rest_ = std::make_shared<const ExpressionType>(std::move(element));
  return type;
}

ExpressionType ExpressionType::strict(Members members) {
  ExpressionType type = of(TypeKind::Object);
  type.members_ = std::make_shared<const Members>(std::move(members));
  return type;
}

ExpressionType ExpressionType::open(ExpressionType rest, Members members) {
  ExpressionType type = strict(std::move(members));
  type.rest_ = std::make_shared<const ExpressionType>(std::move(rest));
  return type;
}

const ExpressionType::Members& ExpressionType::members() const {
  static const Members kNone;
  return members_ ? *members_ : kNone;
}

std::optional<ExpressionType> ExpressionType::member(std::string_view name) const {
  const auto found = members().find(to_lower(name));
  if (found != members().end()) return found->second;
  if (kind_ == TypeKind::Object && rest_) return *rest_;
  return std::nullopt;
}

ExpressionType ExpressionType::with(std::string_view name, ExpressionType type) const {
  Members members = this->members();
  members.insert_or_assign(to_lower(name), std::move(type));
  return rest_ ? open(*rest_, std::move(members)) : strict(std::move(members));
}

ExpressionType merge(const ExpressionType& a, const ExpressionType& b) {
  if (a.is(TypeKind::Any) || b.is(TypeKind::Any)) return {};
  if (a.is(TypeKind::Object) && b.is(TypeKind::Object)) return merge_objects(a, b);
  if (a.is(TypeKind::Array) && b.is(TypeKind::Array))
    return ExpressionType::array(merge(*a.rest(), *b.rest()), a.is_filtered() && b.is_filtered()
                                                                  ? ArrayOrigin::Filtered
                                                                  : ArrayOrigin::Plain);
  if (a.kind() == b.kind()) return a;
  const bool scalars = is_scalar(a.kind()) && is_scalar(b.kind());
  if (scalars && (a.is(TypeKind::Text) || b.is(TypeKind::Text))) return ExpressionType::text();
  return {};
}

bool is_assignable(const ExpressionType& to, const ExpressionType& from) {
  if (to.is(TypeKind::Any) || from.is(TypeKind::Any)) return true;
  switch (to.kind()) {
    case TypeKind::Boolean:
      return true;
    case TypeKind::Text:
      return from.is(TypeKind::Text) || from.is(TypeKind::Number);
    case TypeKind::Array:
      return from.is(TypeKind::Array) && is_assignable(*to.rest(), *from.rest());
    case TypeKind::Object:
      return from.is(TypeKind::Object) && is_object_assignable(to, from);
    default:
      return to.kind() == from.kind();
  }
}

bool is_equality_possible(const ExpressionType& a, const ExpressionType& b) {
  if (a.is(TypeKind::Any) || a.is(TypeKind::Null)) return true;
  if (b.is(TypeKind::Any) || b.is(TypeKind::Null)) return true;
  if (a.is(TypeKind::Array) && b.is(TypeKind::Array))
    return is_equality_possible(*a.rest(), *b.rest());
  return a.is_container() ? a.kind() == b.kind() : !b.is_container();
}

bool is_order_possible(const ExpressionType& a, const ExpressionType& b) {
  const auto has_order = [](const ExpressionType& type) {
    return type.is(TypeKind::Any) || type.is(TypeKind::Number) || type.is(TypeKind::Text);
  };
  return has_order(a) && has_order(b);
}

ExpressionType type_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::Null:
      return ExpressionType::null();
    case ValueKind::Boolean:
      return ExpressionType::boolean();
    case ValueKind::Number:
      return ExpressionType::number();
    case ValueKind::String:
      return ExpressionType::text();
    case ValueKind::Array: {
      if (value.items().empty()) return ExpressionType::array(ExpressionType::any());
      ExpressionType element = type_of(value.items().front());
      for (const Value& item : value.items()) element = merge(element, type_of(item));
      return ExpressionType::array(std::move(element));
    }
    case ValueKind::Object: {
      ExpressionType::Members members;
      for (const auto& [name, member] : value.members())
        members.insert_or_assign(to_lower(name), type_of(member));
      return ExpressionType::strict(std::move(members));
    }
  }
  return {};
}

std::string to_string(const ExpressionType& type) {
  switch (type.kind()) {
    case TypeKind::Any:
      return "any";
    case TypeKind::Null:
      return "null";
    case TypeKind::Boolean:
      return "bool";
    case TypeKind::Number:
      return "number";
    case TypeKind::Text:
      return "string";
    case TypeKind::Array:
      return cat("array<", to_string(*type.rest()), ">");
    case TypeKind::Object:
      return object_to_string(type);
  }
  return "any";
}

}  // namespace sluice::pipeline::github
