// Who did what when. Each row holds the hash of the row before, so that a change or a removal in
// the middle shows; only the loss of the newest rows does not.
//
// hash = SHA-256 of the canonical JSON array [seq, at, actor, action, subject, comment,
// previous_hash], `at` in microseconds since 1970; the first row's previous_hash is empty.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "ml/ports/registry.h"
#include "store/ports/database.h"

namespace sluice::ml {

struct AuditEntry {
  Timestamp at{};
  std::string actor;
  std::string action;
  std::string subject;  // "demand/3"
  std::string comment;
};

Result<void> append_audit(store::Transaction& transaction, const AuditEntry& entry);

// Oldest first.
Result<std::vector<HistoryEntry>> audit_of(store::Reader& reader, std::string_view subject);

// The subject, of those that start with `prefix`, of the newest row with this action and comment.
Result<std::optional<std::string>> last_subject(store::Reader& reader, std::string_view prefix,
                                                std::string_view action, std::string_view comment);

// Number of rows; Corrupt, naming the row, where the chain does not hold.
Result<std::int64_t> verify_audit(store::Reader& reader);

}  // namespace sluice::ml
