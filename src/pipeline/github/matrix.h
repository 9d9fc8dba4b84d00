// Matrix of a job: from the evaluated `strategy.matrix` to its legs, in GitHub's order (the first
// key varies slowest; legs that `include` adds come last). Rules of actions/runner,
// MatrixBuilder.cs. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/github/token.h"

namespace sluice::pipeline::github {

inline constexpr std::size_t kMaxLegs = 256;

struct MatrixLeg {
  ValueMembers values;    // the `matrix` context, in order
  std::size_t named = 0;  // the first so many count in the name: those of the cross product
};

struct MatrixProblem {
  TextPosition position;  // line 0 when only the evaluated value is at fault
  std::string message;
};

// Mistakes that are visible before evaluation: empty vectors, unknown exclude keys, wrong shapes,
// more than 256 legs.
std::vector<MatrixProblem> check_matrix(const Token& matrix);

// The legs, at least one; or why there are none.
std::variant<std::vector<MatrixLeg>, std::string> expand_matrix(const Value& matrix);

// " (3.11, ubuntu)": what is put behind a job's name; empty without named values.
std::string leg_suffix(const MatrixLeg& leg);

}  // namespace sluice::pipeline::github
