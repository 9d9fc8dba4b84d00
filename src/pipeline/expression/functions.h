// The functions that every expression has: their names, argument counts and meaning. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pipeline/expression/expression.h"

namespace sluice::pipeline {

struct BuiltInFunction {
  std::string_view name;
  FunctionId id;
  std::size_t min_arguments;
  std::size_t max_arguments;
};

std::span<const BuiltInFunction> built_in_function_table();
// Names are compared without case; null when there is none.
const BuiltInFunction* find_built_in_function(std::string_view name);

bool function_contains(const Value& where, const Value& what);
bool function_starts_with(const Value& text, const Value& prefix);
bool function_ends_with(const Value& text, const Value& suffix);
std::string function_join(const Value& items, const Value* separator);

}  // namespace sluice::pipeline
