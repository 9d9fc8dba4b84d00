// Runs the checks of a gate over a model's predictions. Pure.
#pragma once

#include <vector>

#include "ml/evaluate/checks.h"
#include "ml/evaluate/gate_file.h"

namespace sluice::ml {

// One result for each check, in the order of the file.
std::vector<CheckResult> run_gate(const GateFile& gate, const GateInputs& inputs);

// True when there is a check and none has failed.
bool all_passed(const std::vector<CheckResult>& results);

}  // namespace sluice::ml
