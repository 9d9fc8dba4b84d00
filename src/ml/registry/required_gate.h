// What the gate that a name requires asks of a verdict. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ml/evaluate/verdict.h"
#include "ml/ports/registry.h"

namespace sluice::ml {

// "gates/demand.yml sha256:…, by sluice.yml of /home/ana/shop at 1a2b3c4"
std::string describe(const RequiredGate& gate);

// Whether both ask for the same, wherever they were found.
bool asks_for_the_same(const RequiredGate& a, const RequiredGate& b);

// FailedPrecondition, with what to do, unless the verdict was reached by exactly this gate, on its
// target, with no waivers but those beside it. `label`: whose verdict it is, "demand/3".
Result<void> check_is_by(const RequiredGate& gate, const VerifiedVerdict& verdict,
                         std::string_view label);

}  // namespace sluice::ml
