#include "ml/registry/audit.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/strings.h"

namespace sluice::ml {
namespace {

struct Tail {
  std::int64_t seq = 0;
  std::string hash;
};

std::string hash_of(std::int64_t seq, const AuditEntry& entry, const std::string& previous) {
  const JsonArray row{seq,           to_micros(entry.at), entry.actor, entry.action,
                      entry.subject, entry.comment,       previous};
  return sha256(to_canonical_text(row)).hex();
}

Result<Tail> read_tail(store::Reader& reader) {
  Tail tail;
  TRY(reader.query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", {},
                   [&](const store::Row& row) {
                     tail = {row.integer(0), std::string(row.text(1))};
                     return success();
                   }));
  return tail;
}

AuditEntry entry_of(const store::Row& row) {
  return {from_micros(row.integer(1)), std::string(row.text(2)), std::string(row.text(3)),
          std::string(row.text(4)), std::string(row.text(5))};
}

}  // namespace

Result<void> append_audit(store::Transaction& transaction, const AuditEntry& entry) {
  const Tail tail = TRY(read_tail(transaction));
  const std::int64_t seq = tail.seq + 1;
  TRY(transaction.execute(
      "INSERT INTO audit (seq, at, actor, action, subject, comment, previous_hash, hash) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {seq, to_micros(entry.at), entry.actor, entry.action, entry.subject, entry.comment, tail.hash,
       hash_of(seq, entry, tail.hash)}));
  return success();
}

Result<std::vector<HistoryEntry>> audit_of(store::Reader& reader, std::string_view subject) {
  std::vector<HistoryEntry> history;
  TRY(reader.query(
      "SELECT seq, at, actor, action, subject, comment FROM audit WHERE subject = ? ORDER BY seq",
      {std::string(subject)}, [&](const store::Row& row) {
        const AuditEntry entry = entry_of(row);
        history.push_back({entry.at, entry.actor, entry.action, entry.comment});
        return success();
      }));
  return history;
}

Result<std::optional<std::string>> last_subject(store::Reader& reader, std::string_view prefix,
                                                std::string_view action, std::string_view comment) {
  std::optional<std::string> subject;
  TRY(reader.query(
      "SELECT subject FROM audit WHERE action = ? AND comment = ? AND substr(subject, 1, ?) = ? "
      "ORDER BY seq DESC LIMIT 1",
      {std::string(action), std::string(comment), static_cast<std::int64_t>(prefix.size()),
       std::string(prefix)},
      [&](const store::Row& row) {
        subject = row.text(0);
        return success();
      }));
  return subject;
}

Result<std::int64_t> verify_audit(store::Reader& reader) {
  Tail before;
  TRY(reader.query(
      "SELECT seq, at, actor, action, subject, comment, previous_hash, hash FROM audit ORDER BY "
      "seq",
      {}, [&](const store::Row& row) -> Result<void> {
        const std::int64_t seq = row.integer(0);
        if (seq != before.seq + 1) return corrupt(cat("the audit has lost row ", before.seq + 1));
        if (row.text(6) != before.hash || row.text(7) != hash_of(seq, entry_of(row), before.hash))
          return corrupt(cat("row ", seq, " of the audit was changed after it was written"));
        before = {seq, std::string(row.text(7))};
        return success();
      }));
  return before.seq;
}

}  // namespace sluice::ml
