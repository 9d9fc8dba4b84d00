#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "base/strings.h"
#include "os/real_files.h"
#include "os/testing/temporary_directory.h"
#include "store/migrations.h"
#include "store/sqlite.h"

namespace sluice::store {
namespace {

const auto kIgnoreRow = [](const Row&) { return success(); };

Result<std::int64_t> integer(Database& database, std::string_view sql) {
  std::int64_t value = -1;
  TRY(database.read([&](Reader& reader) {
    return reader.query(sql, {}, [&](const Row& row) {
      value = row.integer(0);
      return success();
    });
  }));
  return value;
}

Result<void> execute(Database& database, std::string_view sql,
                     const std::vector<Value>& parameters = {}) {
  return database.write([&](Transaction& transaction) -> Result<void> {
    TRY(transaction.execute(sql, parameters));
    return success();
  });
}

// Both versions behave alike.
class SqliteTest : public testing::TestWithParam<const char*> {
 protected:
  SqliteTest() {
    const bool memory = std::string_view(GetParam()) == "memory";
    database_ = open_sqlite(memory ? os::Path(":memory:") : directory_ / "test.db").value();
    EXPECT_TRUE(execute(*database_,
                        "CREATE TABLE t (n INTEGER PRIMARY KEY, x); CREATE TABLE child ("
                        "n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY IMMEDIATE, "
                        "late INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED);")
                    .ok());
  }

  os::TemporaryDirectory directory_;
  std::unique_ptr<Database> database_;
};

INSTANTIATE_TEST_SUITE_P(Versions, SqliteTest, testing::Values("file", "memory"),
                         [](const auto& suite) { return std::string(suite.param); });

TEST_P(SqliteTest, GivesBackEveryKindOfValue) {
  const std::string bytes("a\0b\xff", 4);
  const std::vector<Value> values = {
      std::monostate(), std::int64_t{1} << 62, 0.5, std::string("grün\0!", 7), Blob{bytes},
      Blob{""},         std::string()};
  int rows = 0;
  ASSERT_TRUE(database_
                  ->read([&](Reader& reader) {
                    return reader.query("SELECT ?, ?, ?, ?, ?, ?, ?", values, [&](const Row& row) {
                      ++rows;
                      EXPECT_TRUE(row.is_null(0));
                      EXPECT_EQ(row.integer(1), std::int64_t{1} << 62);
                      EXPECT_EQ(row.real(2), 0.5);
                      EXPECT_EQ(row.text(3), std::string("grün\0!", 7));
                      EXPECT_EQ(row.blob(4), bytes);
                      EXPECT_EQ(row.blob(5), "");
                      EXPECT_EQ(row.text(6), "");
                      EXPECT_EQ(row.text_or_null(0), std::nullopt);
                      return success();
                    });
                  })
                  .ok());
  EXPECT_EQ(rows, 1);
}

TEST_P(SqliteTest, AnErrorOfTheBodyRollsItBackAndComesOut) {
  const Result<void> result = database_->write([](Transaction& transaction) -> Result<void> {
    EXPECT_EQ(transaction.execute("INSERT INTO t VALUES (7, 'x'), (8, 'y')").value(), 2);
    EXPECT_EQ(transaction.last_insert_id(), 8);
    // It sees its own changes.
    int rows = 0;
    TRY(transaction.query("SELECT * FROM t", {}, [&](const Row&) {
      ++rows;
      return success();
    }));
    EXPECT_EQ(rows, 2);
    return failed_precondition("no");
  });
  EXPECT_EQ(result.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_EQ(integer(*database_, "SELECT count(*) FROM t").value(), 0);
}

TEST_P(SqliteTest, TellsConstraintsApart) {
  ASSERT_TRUE(execute(*database_, "INSERT INTO t VALUES (1, 1)").ok());
  EXPECT_EQ(execute(*database_, "INSERT INTO t VALUES (1, 2)").error().code(),
            ErrorCode::AlreadyExists);
  EXPECT_EQ(execute(*database_, "INSERT INTO child VALUES (99, 1)").error().code(),
            ErrorCode::FailedPrecondition);
  const Error wrong = execute(*database_, "INSERT INTO nowhere VALUES (1)").error();
  EXPECT_NE(wrong.message().find("nowhere"), std::string::npos);
}

TEST_P(SqliteTest, AFailedCommitStoresNothingAndHarmsNothing) {
  // Broken only when the transaction ends.
  EXPECT_EQ(execute(*database_, "INSERT INTO child VALUES (NULL, 99)").error().code(),
            ErrorCode::FailedPrecondition);
  EXPECT_EQ(integer(*database_, "SELECT count(*) FROM child").value(), 0);
  EXPECT_TRUE(execute(*database_, "INSERT INTO t VALUES (1, 1)").ok());
}

TEST_P(SqliteTest, AFullDiskIsResourceExhaustedAndRecoverable) {
  ASSERT_TRUE(execute(*database_, "PRAGMA max_page_count=20").ok());
  const Result<void> result = execute(*database_, "INSERT INTO t VALUES (1, zeroblob(200000))");
  EXPECT_EQ(result.error().code(), ErrorCode::ResourceExhausted);
  EXPECT_EQ(integer(*database_, "SELECT count(*) FROM t").value(), 0);
  EXPECT_TRUE(execute(*database_, "INSERT INTO t VALUES (2, 'small')").ok());
}

TEST_P(SqliteTest, AQueryMayRunInsideItsOwnRows) {
  ASSERT_TRUE(execute(*database_, "INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)").ok());
  constexpr std::string_view kSql = "SELECT n FROM t ORDER BY n";
  std::string order;
  ASSERT_TRUE(database_
                  ->read([&](Reader& reader) {
                    return reader.query(kSql, {}, [&](const Row& outer) {
                      order += cat(outer.integer(0), ":");
                      return reader.query(kSql, {}, [&](const Row& inner) {
                        order += cat(inner.integer(0));
                        return success();
                      });
                    });
                  })
                  .ok());
  EXPECT_EQ(order, "1:1232:1233:123");
}

TEST_P(SqliteTest, AnErrorOfARowEndsTheQuery) {
  int rows = 0;
  const auto result = database_->read([&](Reader& reader) {
    return reader.query("SELECT 1 UNION ALL SELECT 2", {}, [&](const Row&) -> Result<void> {
      ++rows;
      return not_found("enough");
    });
  });
  EXPECT_EQ(result.error().code(), ErrorCode::NotFound);
  EXPECT_EQ(rows, 1);
}

TEST_P(SqliteTest, WritesOfManyThreadsShareCommitsAndEachHasItsOwnFate) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  std::latch start(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      for (int k = 0; k < kEach; ++k) {
        const std::int64_t n = i * kEach + k;
        const bool fails = n % 3 == 0;
        const auto result = database_->write([&](Transaction& transaction) -> Result<void> {
          TRY(transaction.execute("INSERT INTO t VALUES (?, 0)", {n}));
          if (fails) return not_found("on purpose");
          return success();
        });
        if (result.ok() == fails) ++wrong;
        // What was committed is seen by the next read.
        const auto seen = integer(*database_, cat("SELECT count(*) FROM t WHERE n = ", n));
        if (!seen.ok() || seen.value() != (fails ? 0 : 1)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const int total = kThreads * kEach;
  EXPECT_EQ(integer(*database_, "SELECT count(*) FROM t").value(), total - (total + 2) / 3);
}

TEST_P(SqliteTest, CallingTheDatabaseFromInsideAWriteAborts) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(
      (void)database_->write([&](Transaction&) { return execute(*database_, "SELECT 1"); }), "");
  EXPECT_DEATH((void)database_->write([&](Transaction&) -> Result<void> {
    TRY(integer(*database_, "SELECT 1"));
    return success();
  }),
               "");
}

TEST(SqliteFileTest, AReaderKeepsItsSnapshotWhileOthersWrite) {
  const os::TemporaryDirectory directory;
  const auto database = open_sqlite(directory / "test.db").value();
  ASSERT_TRUE(execute(*database, "CREATE TABLE t (n)").ok());
  const auto count = [](Reader& reader) {
    std::int64_t n = -1;
    EXPECT_TRUE(reader
                    .query("SELECT count(*) FROM t", {},
                           [&](const Row& row) {
                             n = row.integer(0);
                             return success();
                           })
                    .ok());
    return n;
  };
  ASSERT_TRUE(database
                  ->read([&](Reader& reader) -> Result<void> {
                    EXPECT_EQ(count(reader), 0);
                    std::thread([&] {
                      EXPECT_TRUE(execute(*database, "INSERT INTO t VALUES (1)").ok());
                    }).join();
                    EXPECT_EQ(count(reader), 0);
                    return success();
                  })
                  .ok());
  EXPECT_EQ(integer(*database, "SELECT count(*) FROM t").value(), 1);
}

TEST(SqliteFileTest, AReaderCannotWrite) {
  const os::TemporaryDirectory directory;
  const auto database = open_sqlite(directory / "test.db").value();
  ASSERT_TRUE(execute(*database, "CREATE TABLE t (n)").ok());
  const auto result = database->read(
      [&](Reader& reader) { return reader.query("INSERT INTO t VALUES (1)", {}, kIgnoreRow); });
  EXPECT_EQ(result.error().code(), ErrorCode::PermissionDenied);
}

TEST(SqliteFileTest, AnotherWriterThatDoesNotEndMakesUsBusy) {
  const os::TemporaryDirectory directory;
  SqliteOptions impatient;
  impatient.busy_timeout = std::chrono::milliseconds(1);
  const auto one = open_sqlite(directory / "test.db", impatient).value();
  const auto other = open_sqlite(directory / "test.db", impatient).value();
  ASSERT_TRUE(execute(*one, "CREATE TABLE t (n)").ok());
  const auto result = one->write([&](Transaction&) -> Result<void> {
    EXPECT_EQ(execute(*other, "INSERT INTO t VALUES (1)").error().code(), ErrorCode::Busy);
    return success();
  });
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(execute(*other, "INSERT INTO t VALUES (1)").ok());
}

TEST(SqliteFileTest, ManyMayOpenANewFileAtOnce) {
  const os::TemporaryDirectory directory;
  constexpr int kThreads = 6;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  std::atomic<int> written = 0;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      const auto database = open_sqlite(directory / "test.db");
      if (!database.ok()) {
        ADD_FAILURE() << database.error().message();
        return;
      }
      const auto done = execute(**database,
                                "CREATE TABLE IF NOT EXISTS t (n); "
                                "INSERT INTO t VALUES (1)");
      if (done.ok()) ++written;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(written, kThreads);
}

TEST(SqliteFileTest, RefusesWhatIsNoDatabase) {
  const os::TemporaryDirectory directory;
  os::RealFiles files;
  ASSERT_TRUE(files.write(directory / "text.db", std::string(5000, 'x'), {}, 0644).ok());
  const auto text = open_sqlite(directory / "text.db");
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code(), ErrorCode::Corrupt);
  EXPECT_NE(text.error().message().find("text.db"), std::string::npos);
  EXPECT_EQ(open_sqlite(directory / "no" / "such.db").error().code(), ErrorCode::NotFound);
}

TEST(SqliteFileTest, ADamagedPageIsCorrupt) {
  const os::TemporaryDirectory directory;
  os::RealFiles files;
  {
    const auto database = open_sqlite(directory / "test.db").value();
    ASSERT_TRUE(execute(*database,
                        "CREATE TABLE t (n); INSERT INTO t SELECT value FROM "
                        "json_each('[1,2,3]')")
                    .ok());
  }
  std::string bytes = files.read(directory / "test.db", 1u << 20).value();
  std::fill(bytes.begin() + 4096, bytes.end(), '\xee');
  ASSERT_TRUE(files.write(directory / "test.db", bytes, {}, 0644).ok());
  const auto database = open_sqlite(directory / "test.db").value();
  EXPECT_EQ(integer(*database, "SELECT sum(n) FROM t").error().code(), ErrorCode::Corrupt);
}

constexpr Migration kFirst[] = {{1, "CREATE TABLE a (n); -- one\nCREATE TABLE b (n);"}};
constexpr Migration kSecond[] = {kFirst[0], {2, "ALTER TABLE a ADD COLUMN m;"}};
constexpr Migration kBroken[] = {kFirst[0], {2, "CREATE TABLE c (n); CREATE TABLE c (n);"}};

TEST(MigrationsTest, GoForwardOnceAndByComponent) {
  const auto database = open_sqlite(":memory:").value();
  ASSERT_TRUE(migrate(*database, "x", kFirst).ok());
  ASSERT_TRUE(execute(*database, "INSERT INTO a VALUES (5)").ok());
  ASSERT_TRUE(migrate(*database, "x", kSecond).ok());
  ASSERT_TRUE(migrate(*database, "x", kSecond).ok());
  EXPECT_EQ(integer(*database, "SELECT n FROM a WHERE m IS NULL").value(), 5);
  constexpr Migration other[] = {{1, "CREATE TABLE other (n)"}};
  EXPECT_TRUE(migrate(*database, "y", other).ok());
}

TEST(MigrationsTest, RefuseANewerSchema) {
  const auto database = open_sqlite(":memory:").value();
  ASSERT_TRUE(migrate(*database, "x", kSecond).ok());
  const auto result = migrate(*database, "x", kFirst);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_NE(result.error().message().find("version 2"), std::string::npos);
  EXPECT_NE(result.error().message().find("newer sluice"), std::string::npos);
}

TEST(MigrationsTest, ABrokenOneChangesNothing) {
  const auto database = open_sqlite(":memory:").value();
  ASSERT_TRUE(migrate(*database, "x", kFirst).ok());
  EXPECT_FALSE(migrate(*database, "x", kBroken).ok());
  EXPECT_EQ(integer(*database, "SELECT count(*) FROM sqlite_master WHERE name = 'c'").value(), 0);
  EXPECT_TRUE(migrate(*database, "x", kSecond).ok());
}

}  // namespace
}  // namespace sluice::store
