// SQLite behind the Database port: WAL, one writer at a time, group commit.
#pragma once

#include <memory>

#include "base/result.h"
#include "os/ports/files.h"
#include "store/ports/database.h"

namespace sluice::store {

struct SqliteOptions {
  // Process: synchronous=NORMAL, safe against kill -9. Power: FULL, safe against power loss.
  os::Durability durability = os::Durability::Process;
  // How long a write waits for another process's transaction before it is Busy.
  std::chrono::milliseconds busy_timeout{10'000};
};

// Opens or creates the file (its folder exists). ":memory:" gives a private database in memory.
// Corrupt when the file is no database.
Result<std::unique_ptr<Database>> open_sqlite(const os::Path& path,
                                              const SqliteOptions& options = {});

}  // namespace sluice::store
