// Registry values as JSON, for listings and the API.
#pragma once

#include <vector>

#include "base/json.h"
#include "ml/ports/registry.h"

namespace sluice::ml {

JsonObject to_json(const ModelVersion& version);
JsonObject to_json(const RegisteredModel& model);
JsonArray to_json(const std::vector<HistoryEntry>& history);

}  // namespace sluice::ml
