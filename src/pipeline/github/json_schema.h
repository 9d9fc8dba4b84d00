// A JSON Schema (draft-07, which editors read best) of workflows as sluice reads them, out of the
// tables of schema.h. It is no stricter than the reader; what it cannot say, `sluice lint` does.
// Pure.
#pragma once

#include "base/json.h"

namespace sluice::pipeline::github {

Json json_schema();

}  // namespace sluice::pipeline::github
