// The journal: streams of events, and the outbox of effects that must still be done.
//
// Tables (docs/formats/journal.md): events(stream, seq) -> time, kind, body; effects(stream, key)
// -> kind, body, digest. One commit holds an input event, the events that follow from it, the
// effects they ask for, and the completion of the effect whose result the input is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "store/ports/database.h"

namespace sluice::store {

// A fact, or a request that was accepted.
struct Event {
  std::string kind;
  Json body;
};

struct StoredEvent {
  std::int64_t seq = 0;  // 1, 2, 3 … within the stream
  Timestamp time{};
  Event event;
};

// Something to do in the world after the commit. `key` is unique in its stream for ever and makes
// doing it twice harmless: who carries it out looks for traces of an earlier attempt first.
struct Effect {
  std::string key;
  std::string kind;
  Json body;
};

// Of kind and body: tells whether a replayed effect is the stored one.
Digest digest_of(const Effect& effect);

struct EffectRecord {
  std::string key;
  Digest digest;
  std::int64_t seq = 0;                  // the first event of the commit that asked for it
  std::optional<std::int64_t> done_seq;  // the input that completed or withdrew it
};

// What a batch of one commit holds.
struct JournalBatch {
  std::vector<StoredEvent> events;
  std::vector<Effect> new_effects;
  std::vector<std::string> done_effects;  // keys
};

// Rows of one database. Thread-safe as the database is. No caching.
class Journal {
 public:
  static Result<void> migrate(Database& database);

  explicit Journal(Database& database) : database_(database) {}

  // Events go on where the stream ends: a seq that exists is AlreadyExists (another owner wrote),
  // one that leaves a gap FailedPrecondition. An effect's key that the stream has had before is
  // AlreadyExists; completing one that it never had is FailedPrecondition, twice is harmless.
  Result<void> commit(const std::string& stream, const JournalBatch& batch);
  Result<std::vector<StoredEvent>> load(const std::string& stream,
                                        std::int64_t after_seq = 0) const;
  // In the order in which they were stored.
  Result<std::vector<Effect>> pending_effects(const std::string& stream) const;
  // All there ever were, in that order.
  Result<std::vector<EffectRecord>> effect_records(const std::string& stream) const;
  // Streams whose name starts with `prefix`, in order of name.
  Result<std::vector<std::string>> streams(std::string_view prefix) const;
  Result<void> remove_stream(const std::string& stream);
  // Where the stream begins, after removals: 0 when it is empty.
  Result<std::int64_t> first_seq(const std::string& stream) const;
  // The last event of the kind; 0 when there is none.
  Result<std::int64_t> last_seq_of(const std::string& stream, std::string_view kind) const;
  // Removes the events before `seq` and the effects that were done by then, in several writes from
  // the start: for streams that a recovery begins later in. A crash leaves less of them.
  Result<void> remove_before(const std::string& stream, std::int64_t seq);

  // Hands all events of a stream to `projection` in one write, for tables that are made anew.
  using Projection = std::function<Result<void>(Transaction&, const std::string& stream,
                                                const std::vector<StoredEvent>&)>;
  Result<void> project_again(const std::string& stream, const Projection& projection);

  // Called inside each commit() before it ends, so that read models change together with the
  // events they are made of.
  void set_projection(Projection projection) { projection_ = std::move(projection); }

 private:
  Database& database_;
  Projection projection_;
};

}  // namespace sluice::store
