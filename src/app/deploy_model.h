// From the name of a model to the revision that a target serves.
//
// Reads the registry and the model folder; writes nothing.
#pragma once

#include <string>

#include "base/result.h"
#include "delivery/revision.h"
#include "ml/ports/registry.h"
#include "os/ports/files.h"

namespace sluice::app {

// The revision that serves `reference` (any form of ml/registry/model_reference.h) by
// `<executable> serve`. Its smoke check is the model's own input example with the recorded output.
// FailedPrecondition for a registered version that is not approved, and for a model without an
// input example: what cannot be checked is not deployed.
Result<delivery::Revision> revision_for_model(ml::RegistryReader& registry,
                                              const os::FileReader& files,
                                              const std::string& reference,
                                              const os::Path& executable);

}  // namespace sluice::app
