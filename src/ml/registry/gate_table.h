// The rows of required_gates: which gate the versions of a name must pass. One transaction at a
// time.
#pragma once

#include <optional>
#include <string_view>

#include "ml/ports/registry.h"
#include "store/ports/database.h"

namespace sluice::ml {

Result<std::optional<RequiredGate>> select_required_gate(store::Reader& reader,
                                                         std::string_view name);
Result<void> upsert_required_gate(store::Transaction& transaction, std::string_view name,
                                  const RequiredGate& gate);
Result<void> delete_required_gate(store::Transaction& transaction, std::string_view name);

}  // namespace sluice::ml
