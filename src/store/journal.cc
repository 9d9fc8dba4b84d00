#include "store/journal.h"

#include "base/strings.h"
#include "store/migrations.h"

namespace sluice::store {

namespace {

constexpr Migration kMigrations[] = {{1, R"(
  CREATE TABLE events (
    stream TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE effects (
    position INTEGER PRIMARY KEY,
    stream   TEXT NOT NULL,
    key      TEXT NOT NULL,
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    digest   TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    done_seq INTEGER,
    UNIQUE (stream, key)
  ) STRICT;
  CREATE INDEX pending_effects ON effects (stream, position) WHERE done_seq IS NULL;
)"}};

Result<Json> parse_body(std::string_view text, std::string_view stream, std::string_view what) {
  auto body = parse_json(text);
  if (body.ok()) return body;
  return corrupt(cat("stream ", stream, ", ", what, ": ", body.error().message()));
}

Result<std::int64_t> last_seq(Reader& reader, const std::string& stream) {
  std::int64_t last = 0;
  TRY(reader.query("SELECT max(seq) FROM events WHERE stream = ?", {stream}, [&](const Row& row) {
    last = row.integer_or_null(0).value_or(0);
    return success();
  }));
  return last;
}

Result<void> insert_events(Transaction& transaction, const std::string& stream,
                           const std::vector<StoredEvent>& events) {
  if (events.empty()) return success();
  const std::int64_t last = TRY(last_seq(transaction, stream));
  if (events[0].seq <= last) {
    return Error(ErrorCode::AlreadyExists, cat("stream ", stream, ": event ", events[0].seq,
                                               " is there already, another owner wrote it"));
  }
  std::int64_t expected = last + 1;
  for (const StoredEvent& event : events) {
    if (event.seq != expected++) {
      return failed_precondition(
          cat("stream ", stream, ": event ", event.seq, " does not follow event ", last));
    }
    TRY(transaction.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)",
                            {stream, event.seq, to_micros(event.time), event.event.kind,
                             to_canonical_text(event.event.body)}));
  }
  return success();
}

// Done a second time it stays as it is: a result may arrive after its effect was withdrawn.
Result<void> mark_done(Transaction& transaction, const std::string& stream, const std::string& key,
                       std::int64_t seq) {
  const std::int64_t known =
      TRY(transaction.execute("UPDATE effects SET done_seq = coalesce(done_seq, ?), body = '' "
                              "WHERE stream = ? AND key = ?",
                              {seq, stream, key}));
  if (known == 1) return success();
  return failed_precondition(
      cat("stream ", stream, ": effect ", key, " was never stored and cannot be completed"));
}

Result<void> insert_effects(Transaction& transaction, const std::string& stream,
                            const JournalBatch& batch) {
  const std::int64_t seq =
      batch.events.empty() ? TRY(last_seq(transaction, stream)) : batch.events[0].seq;
  for (const Effect& effect : batch.new_effects) {
    TRY_CONTEXT(transaction.execute("INSERT INTO effects (stream, key, kind, body, digest, seq) "
                                    "VALUES (?, ?, ?, ?, ?, ?)",
                                    {stream, effect.key, effect.kind,
                                     to_canonical_text(effect.body), digest_of(effect).hex(), seq}),
                cat("stream ", stream, ", effect ", effect.key));
  }
  for (const std::string& key : batch.done_effects) {
    TRY(mark_done(transaction, stream, key, seq));
  }
  return success();
}

Result<std::int64_t> find_seq(Database& database, std::string_view query,
                              const std::vector<Value>& parameters) {
  std::int64_t seq = 0;
  TRY(database.read([&](Reader& reader) {
    return reader.query(query, parameters, [&](const Row& row) {
      seq = row.integer_or_null(0).value_or(0);
      return success();
    });
  }));
  return seq;
}

Result<std::vector<StoredEvent>> read_events(Reader& reader, const std::string& stream,
                                             std::int64_t after_seq) {
  std::vector<StoredEvent> events;
  TRY(reader.query(
      "SELECT seq, time, kind, body FROM events WHERE stream = ? AND seq > ? ORDER BY seq",
      {stream, after_seq}, [&](const Row& row) -> Result<void> {
        const std::int64_t seq = row.integer(0);
        const auto expected = after_seq + static_cast<std::int64_t>(events.size()) + 1;
        if (seq != expected)
          return corrupt(cat("stream ", stream, ": event ", expected, " is missing"));
        Json body = TRY(parse_body(row.text(3), stream, cat("event ", seq)));
        events.push_back(
            {seq, from_micros(row.integer(1)), {std::string(row.text(2)), std::move(body)}});
        return success();
      }));
  return events;
}

}  // namespace

Digest digest_of(const Effect& effect) {
  return sha256(cat(effect.kind, "\n", to_canonical_text(effect.body)));
}

Result<void> Journal::migrate(Database& database) {
  return store::migrate(database, "journal", kMigrations);
}

Result<void> Journal::commit(const std::string& stream, const JournalBatch& batch) {
  return database_.write([&](Transaction& transaction) -> Result<void> {
    TRY(insert_events(transaction, stream, batch.events));
    TRY(insert_effects(transaction, stream, batch));
    if (projection_) TRY(projection_(transaction, stream, batch.events));
    return success();
  });
}

Result<std::vector<StoredEvent>> Journal::load(const std::string& stream,
                                               std::int64_t after_seq) const {
  std::vector<StoredEvent> events;
  TRY(database_.read([&](Reader& reader) -> Result<void> {
    events = TRY(read_events(reader, stream, after_seq));
    return success();
  }));
  return events;
}

Result<void> Journal::project_again(const std::string& stream, const Projection& projection) {
  return database_.write([&](Transaction& transaction) -> Result<void> {
    return projection(transaction, stream, TRY(read_events(transaction, stream, 0)));
  });
}

Result<std::vector<Effect>> Journal::pending_effects(const std::string& stream) const {
  std::vector<Effect> effects;
  TRY(database_.read([&](Reader& reader) {
    return reader.query(
        "SELECT key, kind, body FROM effects WHERE stream = ? AND done_seq IS NULL "
        "ORDER BY position",
        {stream}, [&](const Row& row) -> Result<void> {
          Json body = TRY(parse_body(row.text(2), stream, cat("effect ", row.text(0))));
          effects.push_back({std::string(row.text(0)), std::string(row.text(1)), std::move(body)});
          return success();
        });
  }));
  return effects;
}

Result<std::vector<EffectRecord>> Journal::effect_records(const std::string& stream) const {
  std::vector<EffectRecord> records;
  TRY(database_.read([&](Reader& reader) {
    return reader.query(
        "SELECT key, digest, seq, done_seq FROM effects WHERE stream = ? ORDER BY position",
        {stream}, [&](const Row& row) -> Result<void> {
          const auto digest = Digest::parse(row.text(1));
          if (!digest.ok()) return corrupt(cat("stream ", stream, ", effect ", row.text(0)));
          records.push_back(
              {std::string(row.text(0)), digest.value(), row.integer(2), row.integer_or_null(3)});
          return success();
        });
  }));
  return records;
}

Result<std::vector<std::string>> Journal::streams(std::string_view prefix) const {
  std::vector<std::string> names;
  TRY(database_.read([&](Reader& reader) -> Result<void> {
    // One index step per stream: DISTINCT would look at every event.
    std::optional<std::string> next;
    const auto note = [&](const Row& row) {
      next = row.text_or_null(0);
      return success();
    };
    TRY(reader.query("SELECT min(stream) FROM events WHERE stream >= ?", {std::string(prefix)},
                     note));
    while (next && next->starts_with(prefix)) {
      names.push_back(*next);
      TRY(reader.query("SELECT min(stream) FROM events WHERE stream > ?", {names.back()}, note));
    }
    return success();
  }));
  return names;
}

Result<void> Journal::remove_stream(const std::string& stream) {
  TRY(database_.write([&](Transaction& transaction) -> Result<void> {
    TRY(transaction.execute("DELETE FROM effects WHERE stream = ?", {stream}));
    return success();
  }));
  // In pieces from the end, so that others get their turn and what is left is a stream.
  std::int64_t removed = 1;
  while (removed > 0) {
    TRY(database_.write([&](Transaction& transaction) -> Result<void> {
      removed =
          TRY(transaction.execute("DELETE FROM events WHERE stream = ?1 AND seq > "
                                  "(SELECT max(seq) - 1000 FROM events WHERE stream = ?1)",
                                  {stream}));
      return success();
    }));
  }
  return success();
}

Result<std::int64_t> Journal::first_seq(const std::string& stream) const {
  return find_seq(database_, "SELECT min(seq) FROM events WHERE stream = ?", {stream});
}

Result<std::int64_t> Journal::last_seq_of(const std::string& stream, std::string_view kind) const {
  return find_seq(database_, "SELECT max(seq) FROM events WHERE stream = ? AND kind = ?",
                  {stream, std::string(kind)});
}

Result<void> Journal::remove_before(const std::string& stream, std::int64_t seq) {
  constexpr std::string_view kPieces[] = {
      "DELETE FROM effects WHERE position IN (SELECT position FROM effects "
      "WHERE stream = ?1 AND done_seq < ?2 LIMIT 1000)",
      "DELETE FROM events WHERE stream = ?1 AND seq < ?2 AND seq < "
      "(SELECT min(seq) + 1000 FROM events WHERE stream = ?1)"};
  for (const std::string_view piece : kPieces) {
    std::int64_t removed = 1;
    while (removed > 0) {
      TRY(database_.write([&](Transaction& transaction) -> Result<void> {
        removed = TRY(transaction.execute(piece, {stream, seq}));
        return success();
      }));
    }
  }
  return success();
}

}  // namespace sluice::store
