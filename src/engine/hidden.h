// What people read of a derived event (names of steps, reasons, messages, outputs) with secrets as
// "***". The one place where what programs say becomes part of the journal. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace sluice::engine {

// `masks`: the secrets of the leg, or of the run where no leg is spoken of, in all their encodings.
// Names of jobs and legs stay: languages give them no secrets, and they are what jobs are found by.
void hide_secrets(std::string_view kind, JsonObject& body, const std::vector<std::string>& masks);

// Whether a text in it, a key or a number, holds one of `masks`.
bool holds_secret(const Json& value, const std::vector<std::string>& masks);

}  // namespace sluice::engine
