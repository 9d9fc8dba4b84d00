// One connection to SQLite with its prepared statements; used by sqlite.cc alone.
//
// One thread at a time. Errors carry the file and SQLite's own text, and a code by kind of trouble:
// Busy, ResourceExhausted (disk full), Corrupt, AlreadyExists (unique), FailedPrecondition (other
// constraints), PermissionDenied, Io.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/ports/database.h"
#include "store/sqlite.h"

namespace sluice::store {

class SqliteConnection final : public Transaction {
 public:
  enum class Role { Write, Read };

  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Role role,
                                                        const SqliteOptions& options);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Result<void> query(std::string_view sql, const std::vector<Value>& parameters,
                     const std::function<Result<void>(const Row&)>& on_row) override;
  // Several statements one after another are fine where there are no parameters.
  Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& parameters) override;
  std::int64_t last_insert_id() const override;

  // False once SQLite has given the open transaction up by itself, as it may on a full disk.
  enum class TransactionState { Open, None };
  TransactionState transaction_state() const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalizer>;
  class Lease;

  explicit SqliteConnection(std::string path) : path_(std::move(path)) {}

  Result<void> configure(Role role, const SqliteOptions& options);
  Result<void> enter_wal_mode();
  Result<Lease> prepare(std::string_view& sql);
  Result<StatementPtr> compile(std::string_view& sql);
  Error error(std::string_view what) const;

  std::string path_;
  sqlite3* handle_ = nullptr;
  // Texts of single statements. A statement in use (a query inside its own rows) is not in here.
  std::unordered_map<std::string, StatementPtr> idle_;
};

}  // namespace sluice::store
