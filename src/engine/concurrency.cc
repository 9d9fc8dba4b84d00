#include "engine/concurrency.h"

#include "base/strings.h"
#include "pipeline/plan.h"
#include "store/migrations.h"

namespace sluice::engine {
namespace {

using store::Row;
using store::Transaction;
using store::Value;

// `place` is the order of arrival. displaced: '' or why it waits no more (a run's id, or 'full').
constexpr store::Migration kMigrations[] = {{1, R"sql(
CREATE TABLE group_claims(
  place INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, shown TEXT NOT NULL,
  run TEXT NOT NULL, job TEXT NOT NULL, leg INTEGER NOT NULL,
  displaced TEXT NOT NULL DEFAULT '', cancelled_by TEXT NOT NULL DEFAULT '',
  UNIQUE(run, job, leg)
) STRICT;
CREATE INDEX group_claims_by_name ON group_claims(name, place);
)sql"},
                                            {2, R"sql(
ALTER TABLE group_claims ADD COLUMN leg_name TEXT NOT NULL DEFAULT '';
ALTER TABLE group_claims ADD COLUMN displaced_leg TEXT NOT NULL DEFAULT '';
ALTER TABLE group_claims ADD COLUMN cancelled_leg TEXT NOT NULL DEFAULT '';
)sql"}};

constexpr std::string_view kFull = "full";

Result<std::int64_t> number_of(Transaction& transaction, std::string_view sql,
                               const std::vector<Value>& parameters) {
  std::int64_t number = 0;
  TRY(transaction.query(sql, parameters, [&](const Row& row) {
    number = row.integer(0);
    return success();
  }));
  return number;
}

// Those before `place` that wait: all but the first.
constexpr std::string_view kWaiting =
    " name = ?1 AND place < ?2 AND displaced = '' AND place > (SELECT min(place) FROM group_claims "
    "WHERE name = ?1 AND displaced = '')";

Result<void> requested(Transaction& transaction, const std::string& run, const JsonObject& body) {
  const std::string shown = string_or(body, "group", "");
  const std::string name = to_lower(shown);
  const LegKey who = claimant(body);
  const std::string leg_name = string_or(body, "leg_name", "");
  TRY(transaction.execute(
      "INSERT INTO group_claims(name, shown, run, job, leg, leg_name) VALUES (?, ?, ?, ?, ?, ?)",
      {name, shown, run, who.job, std::int64_t{who.leg}, leg_name}));
  const std::int64_t place = transaction.last_insert_id();
  const Json* cancels = find(body, "cancel_in_progress");
  if (cancels != nullptr && cancels->is_bool() && cancels->get_bool())
    TRY(transaction.execute(
        "UPDATE group_claims SET cancelled_by = ?3, cancelled_leg = ?4 WHERE name = ?1 AND "
        "displaced = '' AND place = "
        "(SELECT min(place) FROM group_claims WHERE name = ?1 AND displaced = '') AND place < ?2",
        {name, place, run, leg_name}));
  if (string_or(body, "queue", "") != "max") {
    TRY(transaction.execute(
        cat("UPDATE group_claims SET displaced = ?3, displaced_leg = ?4 WHERE", kWaiting),
        {name, place, run, leg_name}));
    return success();
  }
  const std::int64_t waiting = TRY(number_of(
      transaction, cat("SELECT count(*) FROM group_claims WHERE", kWaiting), {name, place}));
  if (waiting >= pipeline::ConcurrencyGroup::kMostWaiting)
    TRY(transaction.execute("UPDATE group_claims SET displaced = ?2 WHERE place = ?1",
                            {place, std::string(kFull)}));
  return success();
}

std::optional<RunName> run_name(const Row& row, int column) {
  if (row.text(column).empty() || row.text(column) == kFull) return std::nullopt;
  return RunName{std::string(row.text(column)), row.integer_or_null(column + 1).value_or(0),
                 std::string(row.text(column + 2))};
}

GroupClaim claim_of(const Row& row) {
  GroupClaim claim;
  claim.who = {std::string(row.text(0)), static_cast<int>(row.integer(1))};
  claim.group = row.text(2);
  claim.displaced_by = run_name(row, 3);
  claim.cancelled_by = run_name(row, 6);
  if (!row.is_null(9)) claim.holder = run_name(row, 9);
  const bool displaced = !row.text(3).empty();
  claim.standing = displaced              ? Standing::Displaced
                   : row.integer(12) != 0 ? Standing::Holds
                                          : Standing::Waits;
  return claim;
}

}  // namespace

Result<void> ConcurrencyGroups::migrate(store::Database& database) {
  return store::migrate(database, "concurrency", kMigrations);
}

Result<void> ConcurrencyGroups::project(Transaction& transaction, const std::string& run,
                                        const std::vector<store::StoredEvent>& events) {
  for (const store::StoredEvent& stored : events) {
    const auto* body = stored.event.body.if_object();
    if (body == nullptr) continue;
    if (stored.event.kind == event_kind::kGroupRequested) {
      TRY(requested(transaction, run, *body));
    } else if (stored.event.kind == event_kind::kGroupReleased) {
      const LegKey who = claimant(*body);
      TRY(transaction.execute("DELETE FROM group_claims WHERE run = ? AND job = ? AND leg = ?",
                              {run, who.job, std::int64_t{who.leg}}));
    } else if (stored.event.kind == event_kind::kRunFinished) {
      TRY(remove_run(transaction, run));
    }
  }
  return success();
}

Result<void> ConcurrencyGroups::remove_run(Transaction& transaction, const std::string& run) {
  TRY(transaction.execute("DELETE FROM group_claims WHERE run = ?", {run}));
  return success();
}

Result<std::vector<GroupClaim>> ConcurrencyGroups::claims_of(const std::string& run) const {
  std::vector<GroupClaim> claims;
  TRY(database_.read([&](store::Reader& reader) {
    return reader.query(
        "SELECT mine.job, mine.leg, mine.shown, mine.displaced, by_displaced.number, "
        "mine.displaced_leg, mine.cancelled_by, by_cancelled.number, mine.cancelled_leg, "
        "holder.run, of_holder.number, coalesce(nullif(holder.leg_name, ''), holder.job), "
        "coalesce(holder.place = mine.place, 0) FROM group_claims AS mine "
        "LEFT JOIN group_claims AS holder ON holder.place = (SELECT min(place) FROM group_claims "
        "AS other WHERE other.name = mine.name AND other.displaced = '') "
        "LEFT JOIN runs AS by_displaced ON by_displaced.id = mine.displaced "
        "LEFT JOIN runs AS by_cancelled ON by_cancelled.id = mine.cancelled_by "
        "LEFT JOIN runs AS of_holder ON of_holder.id = holder.run "
        "WHERE mine.run = ? ORDER BY mine.place",
        {run}, [&](const Row& row) {
          claims.push_back(claim_of(row));
          return success();
        });
  }));
  return claims;
}

std::string describe(const RunName& name, std::string_view here) {
  const std::string run = cat("run ", name.number > 0 ? std::to_string(name.number) : name.id);
  if (name.leg.empty()) return run;
  const std::string leg = cat("job '", name.leg, "'");
  return name.id == here ? leg : cat(run, " (", leg, ")");
}

JsonObject group_body(const LegKey& who, const std::string& group) {
  JsonObject body;
  if (!who.job.empty()) body = leg_body(who);
  body["group"] = group;
  return body;
}

LegKey claimant(const JsonObject& body) {
  const Result<LegKey> leg = leg_key(body);
  return leg.ok() ? *leg : LegKey{};
}

JsonObject waiting_body(const GroupClaim& claim, Driven holder_driven) {
  JsonObject body = group_body(claim.who, claim.group);
  if (!claim.holder) return body;
  body["holder"] = JsonObject{{"run", claim.holder->id},
                              {"number", claim.holder->number},
                              {"job", claim.holder->leg},
                              {"driven", holder_driven == Driven::Yes}};
  return body;
}

std::string describe_waiting(const JsonObject& body) {
  std::string text = cat("waiting for concurrency group '", string_or(body, "group", ""), "'");
  const Json* member = find(body, "holder");
  const auto* holder = member != nullptr ? member->if_object() : nullptr;
  if (holder == nullptr) return text;
  const Json* number = find(*holder, "number");
  const std::string id = string_or(*holder, "run", "");
  text += cat(" held by ",
              describe({id, number != nullptr && number->is_int64() ? number->get_int64() : 0,
                        string_or(*holder, "job", "")},
                       ""));
  const Json* driven = find(*holder, "driven");
  if (driven != nullptr && driven->is_bool() && !driven->get_bool())
    text += cat(", which nobody drives: `sluice runs resume ", id,
                "` lets it go on, `sluice runs cancel ", id, "` ends it");
  return text;
}

}  // namespace sluice::engine
