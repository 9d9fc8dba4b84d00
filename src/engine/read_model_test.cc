#include "engine/read_model.h"

#include <gtest/gtest.h>

#include "store/migrations.h"
#include "store/sqlite.h"

namespace sluice::engine {
namespace {

// The tables as they were when numbers counted the runs of one file.
constexpr store::Migration kEarly[] = {{1, R"sql(
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
CREATE TABLE run_numbers(file TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE run_requests(
  id INTEGER PRIMARY KEY, run TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
)sql"},
                                       {2, R"sql(
CREATE TABLE steps(
  run TEXT NOT NULL, job TEXT NOT NULL, leg INTEGER NOT NULL, attempt INTEGER NOT NULL,
  step INTEGER NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  outcome TEXT NOT NULL, conclusion TEXT NOT NULL, message TEXT NOT NULL, reason TEXT NOT NULL,
  pid INTEGER, started INTEGER, finished INTEGER, ord INTEGER NOT NULL,
  PRIMARY KEY(run, job, leg, attempt, step, part)
) STRICT, WITHOUT ROWID;
INSERT INTO runs VALUES ('b1', 1, 1, 'B', 'b.yml', 'push', 'r', 's', 'finished', 'failed', 7, 8);
INSERT INTO runs VALUES ('a1', 1, 1, 'A', 'a.yml', 'push', 'r', 's', 'finished', 'failed', 5, 6);
INSERT INTO runs VALUES ('a2', 2, 1, 'A', 'a.yml', 'push', 'r', 's', 'finished', 'failed', 9, 9);
INSERT INTO run_numbers VALUES ('a.yml', 2), ('b.yml', 1);
)sql"}};

store::StoredEvent created(const std::string& numbers) {
  store::StoredEvent event;
  event.event.kind = event_kind::kRunCreated;
  event.event.body =
      parse_json(
          "{" + numbers +
          R"("attempt": 1}, "event": {}, "plan": {"name": "CI", "title": "of ana"}, "file": {}})")
          .value();
  return event;
}

Result<void> project(store::Database& database, const std::string& run,
                     const std::string& numbers) {
  return database.write([&](store::Transaction& transaction) {
    return ReadModel::project(transaction, stream_of(run), {created(numbers)});
  });
}

TEST(ReadModel, ANumberNamesOneRunOfTheHome) {
  const auto database = store::open_sqlite(":memory:").value();
  ASSERT_TRUE(ReadModel::migrate(*database).ok());
  ReadModel model(*database);
  const auto take = [&](const std::string& file) {
    const RunNumbers numbers = model.take_run_numbers(file).value();
    return std::pair(numbers.home, numbers.pipeline);
  };
  using Numbers = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(take("a.yml"), Numbers(1, 1));
  EXPECT_EQ(take("b.yml"), Numbers(2, 1));
  EXPECT_EQ(take("a.yml"), Numbers(3, 2));
  ASSERT_TRUE(project(*database, "x", R"("number": 1, "identity": {"run_number": 1, )").ok());
  ASSERT_TRUE(project(*database, "y", R"("number": 2, "identity": {"run_number": 1, )").ok());
  EXPECT_EQ(model.find_run("1")->id, "x");
  EXPECT_EQ(model.find_run("#2")->id, "y");
  EXPECT_EQ(model.find_run("2")->run_number, 1);
  EXPECT_EQ(model.find_run("2")->title, "of ana");
  EXPECT_EQ(model.find_run("3").error().code(), ErrorCode::NotFound);
}

TEST(ReadModel, RunsFromBeforeNumbersOfTheHomeAreNumberedInTheirOrder) {
  const auto database = store::open_sqlite(":memory:").value();
  ASSERT_TRUE(store::migrate(*database, "runs", kEarly).ok());
  const auto migrated = ReadModel::migrate(*database);
  ASSERT_TRUE(migrated.ok()) << migrated.error().describe();
  ReadModel model(*database);
  EXPECT_EQ(model.find_run("1")->id, "a1");
  EXPECT_EQ(model.find_run("2")->id, "b1");
  EXPECT_EQ(model.find_run("3")->id, "a2");
  EXPECT_EQ(model.find_run("3")->run_number, 2);
  const RunNumbers next = model.take_run_numbers("b.yml").value();
  EXPECT_EQ(next.home, 4);
  EXPECT_EQ(next.pipeline, 2);
  // Its event knows no number of the home: made anew the row has the same one.
  ASSERT_TRUE(database
                  ->write([](store::Transaction& transaction) -> Result<void> {
                    TRY(transaction.execute("DELETE FROM runs WHERE id = 'b1'", {}));
                    return success();
                  })
                  .ok());
  ASSERT_TRUE(project(*database, "b1", R"("identity": {"run_number": 1, )").ok());
  EXPECT_EQ(model.find_run("2")->id, "b1");
}

}  // namespace
}  // namespace sluice::engine
