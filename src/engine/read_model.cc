#include "engine/read_model.h"

#include <algorithm>

#include "base/strings.h"
#include "store/migrations.h"

namespace sluice::engine {
namespace {

using store::Row;
using store::StoredEvent;
using store::Transaction;
using store::Value;

constexpr store::Migration kMigrations[] = {{1, R"sql(
CREATE TABLE runs(
  id TEXT PRIMARY KEY, number INTEGER NOT NULL, attempt INTEGER NOT NULL, pipeline TEXT NOT NULL,
  file TEXT NOT NULL, event TEXT NOT NULL, ref TEXT NOT NULL, sha TEXT NOT NULL,
  status TEXT NOT NULL, result TEXT NOT NULL, created INTEGER NOT NULL, finished INTEGER
) STRICT;
CREATE TABLE jobs(
  run TEXT NOT NULL, job TEXT NOT NULL, leg INTEGER NOT NULL, attempt INTEGER NOT NULL,
  name TEXT NOT NULL, status TEXT NOT NULL, result TEXT NOT NULL, message TEXT NOT NULL,
  reason TEXT NOT NULL, outputs TEXT NOT NULL, started INTEGER, finished INTEGER, ord INTEGER NOT NULL,
  PRIMARY KEY(run, job, leg, attempt)
) STRICT, WITHOUT ROWID;
CREATE TABLE steps(
  run TEXT NOT NULL, job TEXT NOT NULL, leg INTEGER NOT NULL, attempt INTEGER NOT NULL,
  step INTEGER NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, outcome TEXT NOT NULL,
  conclusion TEXT NOT NULL, message TEXT NOT NULL, reason TEXT NOT NULL, pid INTEGER,
  started INTEGER, finished INTEGER,
  PRIMARY KEY(run, job, leg, attempt, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_numbers(file TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE run_requests(
  id INTEGER PRIMARY KEY, run TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
)sql"},
                                            // Steps inside of a step, in the order of their start.
                                            {2, R"sql(
CREATE TABLE steps2(
  run TEXT NOT NULL, job TEXT NOT NULL, leg INTEGER NOT NULL, attempt INTEGER NOT NULL,
  step INTEGER NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  outcome TEXT NOT NULL, conclusion TEXT NOT NULL, message TEXT NOT NULL, reason TEXT NOT NULL,
  pid INTEGER, started INTEGER, finished INTEGER, ord INTEGER NOT NULL,
  PRIMARY KEY(run, job, leg, attempt, step, part)
) STRICT, WITHOUT ROWID;
INSERT INTO steps2 SELECT run, job, leg, attempt, step, '', name, status, outcome, conclusion,
  message, reason, pid, started, finished, 0 FROM steps;
DROP TABLE steps;
ALTER TABLE steps2 RENAME TO steps;
)sql"},
                                            // Numbers of the home ('' in run_numbers). Events of
                                            // runs that were made before hold none of them.
                                            {3, R"sql(
ALTER TABLE runs RENAME COLUMN number TO run_number;
ALTER TABLE runs ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN title TEXT NOT NULL DEFAULT '';
CREATE TABLE early_numbers(run TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
INSERT INTO early_numbers SELECT id, row_number() OVER (ORDER BY created, id) FROM runs;
UPDATE runs SET number = (SELECT number FROM early_numbers WHERE run = id), title = pipeline;
INSERT INTO run_numbers SELECT '', count(*) FROM runs;
)sql"},
                                            // A leg that another attempt keeps has in it a row of
                                            // the status 'kept'.
                                            {4, R"sql(
ALTER TABLE jobs ADD COLUMN conclusion TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN environment TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN environment_url TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN annotations TEXT NOT NULL DEFAULT '{}';
UPDATE jobs SET conclusion = result;
)sql"}};

constexpr std::string_view kPausedText = "it failed and waits for an answer";

// What a projection of one event works with.
struct Projecting {
  Transaction& transaction;
  const std::string& run;
  const StoredEvent& event;
  const JsonObject& body;

  Value time() const { return to_micros(event.time); }
  Value text(std::string_view key) const { return string_or(body, key, ""); }
  Value json(std::string_view key) const {
    const Json* member = find(body, key);
    return to_text(member == nullptr ? Json(nullptr) : *member);
  }
  Value number(std::string_view key) const {
    const Json* member = find(body, key);
    return member != nullptr && member->is_int64() ? member->get_int64() : 0;
  }
  Result<void> execute(std::string_view sql, const std::vector<Value>& parameters) const {
    TRY(transaction.execute(sql, parameters));
    return success();
  }
};

constexpr std::string_view kUpsertLeg =
    "INSERT INTO jobs(run, job, leg, attempt, name, status, result, conclusion, message, reason, "
    "outputs, ord) SELECT ?1, ?2, ?3, attempt, ?4, ?5, ?6, ?6, '', ?7, '{}', ?8 FROM runs "
    "WHERE id = ?1 ON CONFLICT DO UPDATE SET name = excluded.name, status = excluded.status, "
    "result = excluded.result, conclusion = excluded.conclusion, reason = excluded.reason";

Result<std::int64_t> number_of_run(const Projecting& p) {
  if (find(p.body, "number") != nullptr) return get_int(p.body, "number");
  std::int64_t number = 0;
  TRY(p.transaction.query("SELECT number FROM early_numbers WHERE run = ?", {p.run},
                          [&](const Row& row) {
                            number = row.integer(0);
                            return success();
                          }));
  return number;
}

Result<void> run_created(const Projecting& p) {
  const JsonObject& identity = *TRY(get_object(p.body, "identity"));
  const JsonObject& event = *TRY(get_object(p.body, "event"));
  const JsonObject& plan = *TRY(get_object(p.body, "plan"));
  const JsonObject& file = *TRY(get_object(p.body, "file"));
  const std::int64_t number = TRY(number_of_run(p));
  const std::int64_t run_number = TRY(get_int(identity, "run_number"));
  const std::int64_t attempt = TRY(get_int(identity, "attempt"));
  return p.execute(
      "INSERT INTO runs(id, number, run_number, attempt, pipeline, title, file, event, ref, sha, "
      "status, result, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', '', ?)",
      {p.run, number, run_number, attempt, string_or(plan, "name", ""),
       string_or(plan, "title", ""), string_or(file, "path", ""), string_or(event, "name", ""),
       string_or(event, "ref", ""), string_or(event, "sha", ""), p.time()});
}

Result<void> job_not_run(const Projecting& p) {
  const bool failed = p.event.event.kind == event_kind::kJobFailed;
  return p.execute(kUpsertLeg,
                   {p.run, p.text("job"), std::int64_t{0},
                    string_or(p.body, "name", string_or(p.body, "job", "")),
                    std::string(failed ? "finished" : "skipped"),
                    std::string(failed ? "failed" : "skipped"), p.json("reason"), p.event.seq});
}

Result<void> job_started(const Projecting& p) {
  for (const Json& item : *TRY(get_array(p.body, "legs"))) {
    const JsonObject& leg = *TRY(as_object(item, "leg"));
    const std::int64_t index = TRY(get_int(leg, "index"));
    TRY(p.execute(kUpsertLeg, {p.run, p.text("job"), index, string_or(leg, "name", ""),
                               std::string(find(leg, "kept") != nullptr ? "kept" : "waiting"),
                               std::string(), p.json("reason"), p.event.seq}));
  }
  return success();
}

constexpr std::string_view kThisLeg =
    " WHERE run = ?1 AND job = ?2 AND leg = ?3 AND attempt = (SELECT attempt FROM runs WHERE id = "
    "?1)";
constexpr std::string_view kThisStep =
    " WHERE run = ?1 AND job = ?2 AND leg = ?3 AND step = ?4 AND part = ?5 AND attempt = (SELECT "
    "attempt FROM runs WHERE id = ?1)";

Result<void> leg_started(const Projecting& p) {
  return p.execute(cat("UPDATE jobs SET status = 'running', started = ?4, message = '', "
                       "environment = ?5",
                       kThisLeg),
                   {p.run, p.text("job"), p.number("leg"), p.time(), p.text("environment")});
}

// A leg that was killed ends without waiting for its steps.
Result<void> leg_finished(const Projecting& p) {
  const std::string result = string_or(p.body, "result", "");
  TRY(p.execute(cat("UPDATE steps SET status = 'finished', outcome = 'cancelled', conclusion = "
                    "'cancelled', finished = ?4",
                    kThisLeg, " AND status IN ('running', 'paused')"),
                {p.run, p.text("job"), p.number("leg"), p.time()}));
  return p.execute(
      cat("UPDATE jobs SET status = 'finished', finished = ?4, result = ?5, message = ?6, "
          "outputs = ?7, conclusion = ?8, environment_url = ?9",
          kThisLeg),
      {p.run, p.text("job"), p.number("leg"), p.time(), result, p.text("message"),
       p.json("outputs"), string_or(p.body, "conclusion", result), p.text("environment_url")});
}

constexpr std::string_view kInsertStep =
    "INSERT INTO steps(run, job, leg, attempt, step, part, name, status, outcome, conclusion, "
    "message, reason, started, ord) SELECT ?1, ?2, ?3, attempt, ?4, ?5, ?6, ?7, ?8, ?8, '', ?9, "
    "?10, ?11 FROM runs WHERE id = ?1 ON CONFLICT DO NOTHING";

Result<void> step_appears(const Projecting& p, std::string_view status, std::string_view outcome) {
  return p.execute(kInsertStep, {p.run, p.text("job"), p.number("leg"), p.number("step"),
                                 p.text("part"), p.text("name"), std::string(status),
                                 std::string(outcome), p.json("reason"), p.time(), p.event.seq});
}

Result<void> step_started(const Projecting& p) {
  if (find(p.body, "again") != nullptr)
    return p.execute(cat("UPDATE steps SET status = 'running', message = ''", kThisStep),
                     {p.run, p.text("job"), p.number("leg"), p.number("step"), p.text("part")});
  return step_appears(p, "running", "");
}
Result<void> step_skipped(const Projecting& p) {
  return step_appears(p, "skipped", "skipped");
}
Result<void> step_replayed(const Projecting& p) {
  return step_appears(p, "replayed", "");
}

Result<void> step_process(const Projecting& p) {
  return p.execute(
      cat("UPDATE steps SET pid = ?6", kThisStep),
      {p.run, p.text("job"), p.number("leg"), p.number("step"), p.text("part"), p.number("pid")});
}

Result<void> step_concluded(const Projecting& p) {
  return p.execute(
      cat("UPDATE steps SET status = CASE WHEN status IN ('running', 'paused') THEN 'finished' "
          "ELSE status END, "
          "outcome = ?6, conclusion = ?7, message = ?8, finished = ?9",
          kThisStep),
      {p.run, p.text("job"), p.number("leg"), p.number("step"), p.text("part"), p.text("outcome"),
       p.text("conclusion"), p.text("message"), p.time()});
}

Result<void> run_finished(const Projecting& p) {
  return p.execute("UPDATE runs SET status = 'finished', result = ?2, finished = ?3 WHERE id = ?1",
                   {p.run, p.text("result"), p.time()});
}

// Rows of earlier attempts stay; a job is listed with those of the last attempt that it ran in.
Result<void> rerun_requested(const Projecting& p) {
  return p.execute(
      "UPDATE runs SET status = 'running', result = '', finished = NULL, attempt = ?2 WHERE id = "
      "?1",
      {p.run, p.number("attempt")});
}

// A run that waits for its group has the status 'waiting'; a leg says so in its message.
Result<void> group_requested(const Projecting& p) {
  if (!claimant(p.body).job.empty()) return success();
  return p.execute("UPDATE runs SET status = 'waiting' WHERE id = ?1", {p.run});
}

Result<void> group_waiting(const Projecting& p) {
  if (claimant(p.body).job.empty()) return success();
  return p.execute(cat("UPDATE jobs SET message = ?4", kThisLeg),
                   {p.run, p.text("job"), p.number("leg"), describe_waiting(p.body)});
}

Result<void> group_claimed(const Projecting& p) {
  if (claimant(p.body).job.empty())
    return p.execute("UPDATE runs SET status = 'running' WHERE id = ?1", {p.run});
  return p.execute(cat("UPDATE jobs SET message = ''", kThisLeg),
                   {p.run, p.text("job"), p.number("leg")});
}

Result<void> step_annotated(const Projecting& p) {
  return p.execute(cat("UPDATE steps SET annotations = ?6", kThisStep),
                   {p.run, p.text("job"), p.number("leg"), p.number("step"), p.text("part"),
                    to_text(to_json(step_annotations_from(p.body)))});
}

Result<void> step_paused(const Projecting& p) {
  return p.execute(cat("UPDATE steps SET status = 'paused', message = ?6", kThisStep),
                   {p.run, p.text("job"), p.number("leg"), p.number("step"), p.text("part"),
                    std::string(kPausedText)});
}

using Projector = Result<void> (*)(const Projecting&);
struct ProjectorOf {
  std::string_view kind;
  Projector projector;
};
constexpr ProjectorOf kProjectors[] = {
    {event_kind::kRunCreated, run_created},         {event_kind::kJobSkipped, job_not_run},
    {event_kind::kJobFailed, job_not_run},          {event_kind::kJobStarted, job_started},
    {event_kind::kLegStarted, leg_started},         {event_kind::kLegFinished, leg_finished},
    {event_kind::kCallStarted, leg_started},        {event_kind::kCallFinished, leg_finished},
    {event_kind::kStepStarted, step_started},       {event_kind::kStepSkipped, step_skipped},
    {event_kind::kStepReplayed, step_replayed},     {event_kind::kStepProcess, step_process},
    {event_kind::kStepConcluded, step_concluded},   {event_kind::kRunFinished, run_finished},
    {event_kind::kStepPaused, step_paused},         {event_kind::kRerunRequested, rerun_requested},
    {event_kind::kGroupRequested, group_requested}, {event_kind::kGroupWaiting, group_waiting},
    {event_kind::kGroupClaimed, group_claimed},     {event_kind::kStepAnnotated, step_annotated},
};

std::optional<Timestamp> time_or_null(const Row& row, int column) {
  const auto micros = row.integer_or_null(column);
  return micros ? std::optional(from_micros(*micros)) : std::nullopt;
}

Result<Json> json_column(const Row& row, int column) {
  return parse_json(row.text(column));
}

constexpr std::string_view kRunColumns =
    "SELECT id, number, run_number, attempt, pipeline, title, file, event, ref, sha, status, "
    "result, created, finished FROM runs ";

// The legs of each job's newest attempt, as they stood when they ran last.
constexpr std::string_view kLegs =
    "SELECT shown.job, shown.leg, shown.attempt, shown.name, shown.status, shown.result, "
    "shown.conclusion, shown.message, shown.environment, shown.environment_url, shown.reason, "
    "shown.outputs, shown.started, shown.finished FROM jobs AS newest JOIN jobs AS shown "
    "ON shown.run = newest.run AND shown.job = newest.job AND shown.leg = newest.leg "
    "AND shown.attempt = (SELECT max(attempt) FROM jobs AS other WHERE other.run = newest.run "
    "AND other.job = newest.job AND other.leg = newest.leg AND other.status <> 'kept') "
    "WHERE newest.run = ?1 AND newest.attempt = (SELECT max(attempt) FROM jobs AS other "
    "WHERE other.run = newest.run AND other.job = newest.job) ORDER BY newest.ord, newest.leg";

RunRow run_row(const Row& row) {
  return {std::string(row.text(0)),
          row.integer(1),
          row.integer(2),
          row.integer(3),
          std::string(row.text(4)),
          std::string(row.text(5)),
          std::string(row.text(6)),
          std::string(row.text(7)),
          std::string(row.text(8)),
          std::string(row.text(9)),
          std::string(row.text(10)),
          std::string(row.text(11)),
          from_micros(row.integer(12)),
          time_or_null(row, 13)};
}

Result<std::vector<RunRow>> query_runs(store::Database& database, std::string_view tail,
                                       const std::vector<Value>& parameters) {
  std::vector<RunRow> rows;
  TRY(database.read([&](store::Reader& reader) {
    return reader.query(cat(kRunColumns, tail), parameters, [&](const Row& row) {
      rows.push_back(run_row(row));
      return success();
    });
  }));
  return rows;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr std::string_view kStreamPrefix = "run/";

Result<void> project_rows(Transaction& transaction, const std::string& run,
                          const std::vector<StoredEvent>& events) {
  for (const StoredEvent& event : events) {
    for (const ProjectorOf& candidate : kProjectors) {
      if (candidate.kind != event.event.kind) continue;
      const JsonObject& body = *TRY(as_object(event.event.body, event.event.kind));
      TRY(candidate.projector({transaction, run, event, body}));
      break;
    }
  }
  return success();
}

constexpr std::string_view kWholeHome = "";  // no file's path

Result<std::int64_t> next_number(Transaction& transaction, const std::string& of) {
  std::int64_t number = 0;
  TRY(
      transaction.execute("INSERT INTO run_numbers(file, last) VALUES (?, 1) ON CONFLICT DO "
                          "UPDATE SET last = last + 1",
                          {of}));
  TRY(transaction.query("SELECT last FROM run_numbers WHERE file = ?", {of}, [&](const Row& row) {
    number = row.integer(0);
    return success();
  }));
  return number;
}

Result<void> remove_rows(Transaction& transaction, const std::string& run) {
  for (const char* sql : {"DELETE FROM steps WHERE run = ?", "DELETE FROM jobs WHERE run = ?",
                          "DELETE FROM runs WHERE id = ?"})
    TRY(transaction.execute(sql, {run}));
  return success();
}

}  // namespace

Result<void> ReadModel::migrate(store::Database& database) {
  TRY(store::migrate(database, "runs", kMigrations));
  return ConcurrencyGroups::migrate(database);
}

Result<void> ReadModel::project(Transaction& transaction, const std::string& stream,
                                const std::vector<StoredEvent>& events) {
  if (!stream.starts_with(kStreamPrefix)) return success();
  const std::string run = stream.substr(kStreamPrefix.size());
  TRY(ConcurrencyGroups::project(transaction, run, events));
  return project_rows(transaction, run, events);
}

Result<std::size_t> ReadModel::rebuild(store::Journal& journal) {
  const std::vector<std::string> streams = TRY(journal.streams(kStreamPrefix));
  TRY(database_.write([&](Transaction& transaction) -> Result<void> {
    std::vector<std::string> unknown;
    TRY(transaction.query("SELECT id FROM runs", {}, [&](const Row& row) -> Result<void> {
      if (!std::ranges::binary_search(streams, cat(kStreamPrefix, row.text(0))))
        unknown.emplace_back(row.text(0));
      return success();
    }));
    for (const std::string& run : unknown) TRY(remove_rows(transaction, run));
    return success();
  }));
  for (const std::string& stream : streams)
    TRY(journal.project_again(stream,
                              [](Transaction& transaction, const std::string& name,
                                 const std::vector<StoredEvent>& events) -> Result<void> {
                                const std::string run = name.substr(kStreamPrefix.size());
                                TRY(remove_rows(transaction, run));
                                return project_rows(transaction, run, events);
                              }));
  return streams.size();
}

Result<std::vector<RunRow>> ReadModel::runs(std::size_t limit) const {
  return query_runs(database_, "ORDER BY created DESC, id DESC LIMIT ?",
                    {static_cast<std::int64_t>(limit)});
}

Result<std::vector<RunRow>> ReadModel::unfinished_runs() const {
  return query_runs(database_, "WHERE status <> 'finished' ORDER BY created DESC, id DESC", {});
}

Result<RunRow> ReadModel::find_run(std::string_view reference) const {
  std::vector<RunRow> rows;
  if (reference.starts_with('#')) reference.remove_prefix(1);
  if (reference == "latest" || reference.empty()) {
    rows = TRY(runs(1));
    if (rows.empty()) return not_found("there is no run yet; `sluice run` makes one");
  } else if (is_number(reference)) {
    rows = TRY(query_runs(database_, "WHERE number = ?",
                          {static_cast<std::int64_t>(std::stoll(std::string(reference)))}));
  } else {
    rows = TRY(query_runs(database_, "WHERE substr(id, 1, ?) = ? ORDER BY created DESC LIMIT 2",
                          {static_cast<std::int64_t>(reference.size()), to_lower(reference)}));
    if (rows.size() > 1)
      return invalid_input(cat("'", reference, "' fits several runs: ", rows[0].id, ", ",
                               rows[1].id, " …; write more of the id"));
  }
  if (rows.empty())
    return not_found(cat("there is no run '", reference, "'; `sluice runs list` shows them"));
  return rows.front();
}

Result<std::vector<LegRow>> ReadModel::legs(const std::string& run) const {
  std::vector<LegRow> rows;
  TRY(database_.read([&](store::Reader& reader) {
    return reader.query(kLegs, {run}, [&](const Row& row) -> Result<void> {
      Json reason = TRY(json_column(row, 10));
      Json outputs = TRY(json_column(row, 11));
      rows.push_back({std::string(row.text(0)), static_cast<int>(row.integer(1)), row.integer(2),
                      std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5)),
                      std::string(row.text(6)), std::string(row.text(7)), std::string(row.text(8)),
                      std::string(row.text(9)), std::move(reason), std::move(outputs),
                      time_or_null(row, 12), time_or_null(row, 13)});
      return success();
    });
  }));
  return rows;
}

Result<std::vector<StepRow>> ReadModel::steps(const std::string& run) const {
  std::vector<StepRow> rows;
  TRY(database_.read([&](store::Reader& reader) {
    return reader.query(
        "SELECT job, leg, attempt, step, name, status, outcome, conclusion, message, reason, pid, "
        "started, finished, part, annotations FROM steps WHERE run = ? ORDER BY attempt, job, leg, "
        "step, ord",
        {run}, [&](const Row& row) -> Result<void> {
          Json reason = TRY(json_column(row, 9));
          const Json annotations = TRY(json_column(row, 14));
          StepAnnotations said = step_annotations_from(*TRY(as_object(annotations, "annotations")));
          rows.push_back(
              {std::string(row.text(0)), static_cast<int>(row.integer(1)), row.integer(2),
               static_cast<int>(row.integer(3)), std::string(row.text(4)), std::string(row.text(5)),
               std::string(row.text(6)), std::string(row.text(7)), std::string(row.text(8)),
               std::move(reason), row.integer_or_null(10), time_or_null(row, 11),
               time_or_null(row, 12), std::string(row.text(13)), std::move(said)});
          return success();
        });
  }));
  return rows;
}

Result<void> ReadModel::remove_run(const std::string& run) {
  return database_.write([&](Transaction& transaction) -> Result<void> {
    TRY(remove_rows(transaction, run));
    TRY(transaction.execute("DELETE FROM run_requests WHERE run = ?", {run}));
    return ConcurrencyGroups::remove_run(transaction, run);
  });
}

Result<RunNumbers> ReadModel::take_run_numbers(const std::string& pipeline_file) {
  RunNumbers numbers;
  TRY(database_.write([&](Transaction& transaction) -> Result<void> {
    numbers.home = TRY(next_number(transaction, std::string(kWholeHome)));
    numbers.pipeline = TRY(next_number(transaction, pipeline_file));
    return success();
  }));
  return numbers;
}

Result<void> ReadModel::add_request(const std::string& run, const std::string& kind,
                                    const Json& body, Timestamp now) {
  return database_.write([&](Transaction& transaction) -> Result<void> {
    TRY(transaction.execute(
        "INSERT INTO run_requests(run, kind, body, created) VALUES (?, ?, ?, ?)",
        {run, kind, to_text(body), to_micros(now)}));
    return success();
  });
}

Result<std::vector<RunRequest>> ReadModel::requests(const std::string& run) const {
  std::vector<RunRequest> rows;
  TRY(database_.read([&](store::Reader& reader) {
    return reader.query(
        "SELECT id, kind, body FROM run_requests WHERE run = ? ORDER BY id", {run},
        [&](const Row& row) -> Result<void> {
          Json body = TRY(json_column(row, 2));
          rows.push_back({row.integer(0), std::string(row.text(1)), std::move(body)});
          return success();
        });
  }));
  return rows;
}

Result<void> ReadModel::remove_request(std::int64_t id) {
  return database_.write([&](Transaction& transaction) -> Result<void> {
    TRY(transaction.execute("DELETE FROM run_requests WHERE id = ?", {id}));
    return success();
  });
}

}  // namespace sluice::engine
