// Forward-only schema changes, under an exclusive transaction.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "store/ports/database.h"

namespace sluice::store {

struct Migration {
  int version;           // 1, 2, 3 … without gaps
  std::string_view sql;  // one or more statements
};

// Brings `component` (a module's tables) of the database to the newest version. FailedPrecondition
// when the database is at a version this program does not know; the message names both versions and
// says that a newer sluice wrote it.
Result<void> migrate(Database& database, std::string_view component,
                     std::span<const Migration> migrations);

}  // namespace sluice::store
