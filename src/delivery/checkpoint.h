// What the journal of a target needs of its past, as the body of one event: from it on the events
// before are history that people read, and nothing that a restart or an undo depends on. Pure.
//
// Left out are all but the last rollouts, with the revisions that they speak of, and what those are
// that no undo leads back to.
#pragma once

#include <cstddef>

#include "delivery/rollout.h"

namespace sluice::delivery {

inline constexpr std::size_t kRolloutsKept = 100;

// Of a target without a rollout in progress.
JsonObject checkpoint_body(const TargetState& state);
Result<TargetState> state_from_checkpoint(const JsonObject& body);

}  // namespace sluice::delivery
