// From the name of a model to the revision that a target serves.
//
// A registered version is served where the registry keeps it, a folder of the user's from a copy in
// the home (deployed_models.h).
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "delivery/revision.h"
#include "ml/ports/registry.h"
#include "os/world.h"

namespace sluice::app {

// The revision that serves `reference` (any form of ml/registry/model_reference.h) by
// `<executable> serve`. Its smoke check is the model's own input example with the recorded output.
// FailedPrecondition for a registered version that is not approved, and for a model without an
// input example: what cannot be checked is not deployed.
Result<delivery::Revision> revision_for_model(const os::World& world, const os::Path& home,
                                              ml::RegistryReader& registry,
                                              const std::string& reference,
                                              const os::Path& executable);

// What a revision's labels say of the model that it serves. FailedPrecondition where that is a
// registered version that is not approved, or not any more.
Result<void> check_still_approved(ml::RegistryReader& registry,
                                  const std::map<std::string, std::string>& labels);

}  // namespace sluice::app
