#include "pipeline/expression/functions.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace sluice::pipeline {
namespace {

constexpr std::array<BuiltInFunction, 8> kFunctions = {{
    {"contains", FunctionId::Contains, 2, 2},
    {"startsWith", FunctionId::StartsWith, 2, 2},
    {"endsWith", FunctionId::EndsWith, 2, 2},
    {"format", FunctionId::Format, 1, kAnyNumberOfArguments},
    {"join", FunctionId::Join, 1, 2},
    {"toJSON", FunctionId::ToJson, 1, 1},
    {"fromJSON", FunctionId::FromJson, 1, 1},
    {"case", FunctionId::Case, 3, kAnyNumberOfArguments},
}};

}  // namespace

std::span<const BuiltInFunction> built_in_function_table() {
  return kFunctions;
}

const BuiltInFunction* find_built_in_function(std::string_view name) {
  auto found = std::find_if(kFunctions.begin(), kFunctions.end(), [&](const BuiltInFunction& f) {
    return equal_ignoring_case(f.name, name);
  });
  return found == kFunctions.end() ? nullptr : &*found;
}

bool function_contains(const Value& where, const Value& what) {
  if (where.is_primitive()) {
    if (!what.is_primitive()) return false;
    if (where.kind() == ValueKind::String && what.kind() == ValueKind::String)
      return contains_text(where.as_string(), what.as_string());
    return contains_text(where.to_text(), what.to_text());
  }
  if (where.kind() != ValueKind::Array) return false;
  return std::any_of(where.items().begin(), where.items().end(),
                     [&](const Value& item) { return equal(item, what); });
}

bool function_starts_with(const Value& text, const Value& prefix) {
  return text.is_primitive() && prefix.is_primitive() &&
         starts_with_text(text.to_text(), prefix.to_text());
}

bool function_ends_with(const Value& text, const Value& suffix) {
  return text.is_primitive() && suffix.is_primitive() &&
         ends_with_text(text.to_text(), suffix.to_text());
}

std::string function_join(const Value& items, const Value* separator) {
  if (items.is_primitive()) return items.to_text();
  if (items.kind() != ValueKind::Array) return "";
  std::string between =
      separator != nullptr && separator->is_primitive() ? separator->to_text() : std::string(",");
  std::string text;
  for (std::size_t i = 0; i < items.items().size(); ++i) {
    if (i > 0) text += between;
    text += items.items()[i].to_text();
  }
  return text;
}

}  // namespace sluice::pipeline
