#include "store/sqlite_connection.h"

#include <cerrno>

#include "base/strings.h"

namespace sluice::store {

namespace {

constexpr std::size_t kMostKept = 256;  // prepared statements

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  bool is_null(int column) const override { return type(column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override {
    CHECK(type(column) == SQLITE_INTEGER);
    return sqlite3_column_int64(statement_, column);
  }
  double real(int column) const override {
    CHECK(type(column) == SQLITE_FLOAT || type(column) == SQLITE_INTEGER);
    return sqlite3_column_double(statement_, column);
  }
  std::string_view text(int column) const override {
    CHECK(type(column) == SQLITE_TEXT);
    return bytes(column, sqlite3_column_text(statement_, column));
  }
  std::string_view blob(int column) const override {
    CHECK(type(column) == SQLITE_BLOB);
    return bytes(column, sqlite3_column_blob(statement_, column));
  }

 private:
  int type(int column) const {
    CHECK(column >= 0 && column < sqlite3_column_count(statement_));
    return sqlite3_column_type(statement_, column);
  }
  std::string_view bytes(int column, const void* data) const {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string_view()
                           : std::string_view(static_cast<const char*>(data), size);
  }

  sqlite3_stmt* statement_;
};

struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t n) const { return sqlite3_bind_int64(statement, index, n); }
  int operator()(double x) const { return sqlite3_bind_double(statement, index, x); }
  int operator()(const std::string& text) const {
    return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int operator()(const Blob& blob) const {
    return sqlite3_bind_blob64(statement, index, blob.bytes.data(), blob.bytes.size(),
                               SQLITE_STATIC);
  }
};

ErrorCode code_of_constraint(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return ErrorCode::AlreadyExists;
    default:
      return ErrorCode::FailedPrecondition;
  }
}

ErrorCode code_of(int extended, int system_errno) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::Busy;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return ErrorCode::ResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::Corrupt;
    case SQLITE_CONSTRAINT:
      return code_of_constraint(extended);
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return ErrorCode::PermissionDenied;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return system_errno == 0 ? ErrorCode::Io : system_error(system_errno, "").code();
    default:
      return ErrorCode::Io;
  }
}

}  // namespace

// A statement while it runs; goes back to the connection reset and without bound values.
class SqliteConnection::Lease {
 public:
  Lease(SqliteConnection& connection, std::string key, StatementPtr statement)
      : connection_(&connection), key_(std::move(key)), statement_(std::move(statement)) {}
  Lease(Lease&&) = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    if (key_.empty() || connection_->idle_.size() >= kMostKept) return;
    connection_->idle_.emplace(std::move(key_), std::move(statement_));
  }

  sqlite3_stmt* get() const { return statement_.get(); }

 private:
  SqliteConnection* connection_;
  std::string key_;         // empty: not kept
  StatementPtr statement_;  // null: the text held no statement
};

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Role role,
                                                                 const SqliteOptions& options) {
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(path));
  // A reader writes too: the index of the log, and the recovery after a crash.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (role == Role::Write) flags |= SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(path.c_str(), &connection->handle_, flags, nullptr) != SQLITE_OK) {
    return connection->error("open");
  }
  TRY(connection->configure(role, options));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  idle_.clear();
  CHECK(sqlite3_close(handle_) == SQLITE_OK);
}

Result<void> SqliteConnection::configure(Role role, const SqliteOptions& options) {
  sqlite3_busy_timeout(handle_, static_cast<int>(options.busy_timeout.count()));
  if (role == Role::Write && path_ != ":memory:") TRY(enter_wal_mode());
  const bool power = options.durability == os::Durability::Power;
  TRY(execute(power ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", {}));
  TRY(execute("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF", {}));
  // Keeps a log that one large write has blown up from staying large.
  TRY(execute("PRAGMA journal_size_limit=16777216", {}));
  if (role == Role::Read) TRY(execute("PRAGMA query_only=ON", {}));
  return success();
}

Result<void> SqliteConnection::enter_wal_mode() {
  std::string mode;
  const auto note = [&](const Row& row) {
    mode = row.text(0);
    return success();
  };
  // Of several processes that open a new file at once, SQLite tells some at once that it is busy.
  constexpr int kMostTries = 1000;
  Result<void> done;
  for (int i = 0; i < kMostTries; ++i) {
    done = query("PRAGMA journal_mode=WAL", {}, note);
    if (done.ok() || done.error().code() != ErrorCode::Busy) break;
    sqlite3_sleep(1);
  }
  TRY(std::move(done));
  if (mode == "wal") return success();
  return unsupported(cat("database ", path_, ": the file system cannot hold a write-ahead log"));
}

Error SqliteConnection::error(std::string_view what) const {
  if (handle_ == nullptr) return Error(ErrorCode::ResourceExhausted, "no memory for a database");
  const int extended = sqlite3_extended_errcode(handle_);
  const int primary = extended & 0xff;
  const bool system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  const int system_errno = system ? sqlite3_system_errno(handle_) : 0;
  std::string text = cat("database ", path_, ": ", what, ": ", sqlite3_errmsg(handle_));
  if (system_errno != 0) return system_error(system_errno, text);
  if (primary == SQLITE_BUSY) text += " by another process";
  return Error(code_of(extended, system_errno), std::move(text));
}

// Takes the first statement off the front of `sql`.
Result<SqliteConnection::StatementPtr> SqliteConnection::compile(std::string_view& sql) {
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &raw, &rest) != SQLITE_OK) {
    return error(cat("in \"", sql.substr(0, 80), "\""));
  }
  sql.remove_prefix(static_cast<std::size_t>(rest - sql.data()));
  return StatementPtr(raw);
}

Result<SqliteConnection::Lease> SqliteConnection::prepare(std::string_view& sql) {
  std::string text(sql);
  if (auto found = idle_.extract(text); !found.empty()) {
    sql = {};
    return Lease(*this, std::move(text), std::move(found.mapped()));
  }
  StatementPtr statement = TRY(compile(sql));
  const bool single = trim(sql).empty();
  return Lease(*this, single ? std::move(text) : std::string(), std::move(statement));
}

Result<void> SqliteConnection::query(std::string_view sql, const std::vector<Value>& parameters,
                                     const std::function<Result<void>(const Row&)>& on_row) {
  const Lease statement = TRY(prepare(sql));
  CHECK(statement.get() != nullptr && trim(sql).empty());
  CHECK(sqlite3_bind_parameter_count(statement.get()) == static_cast<int>(parameters.size()));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Binder bind{statement.get(), static_cast<int>(i) + 1};
    if (std::visit(bind, parameters[i]) != SQLITE_OK) return error("bind a value");
  }
  const SqliteRow row(statement.get());
  while (true) {
    const int result = sqlite3_step(statement.get());
    if (result == SQLITE_DONE) return success();
    if (result != SQLITE_ROW) {
      return error(
          cat("in \"", std::string_view(sqlite3_sql(statement.get())).substr(0, 80), "\""));
    }
    TRY(on_row(row));
  }
}

Result<std::int64_t> SqliteConnection::execute(std::string_view sql,
                                               const std::vector<Value>& parameters) {
  const auto ignore_row = [](const Row&) { return success(); };
  if (!parameters.empty()) {
    TRY(query(sql, parameters, ignore_row));
    return sqlite3_changes64(handle_);
  }
  const std::int64_t before = sqlite3_total_changes64(handle_);
  while (!trim(sql).empty()) {
    const Lease statement = TRY(prepare(sql));
    if (statement.get() == nullptr) continue;  // a comment
    CHECK(sqlite3_bind_parameter_count(statement.get()) == 0);
    int result = SQLITE_ROW;
    while (result == SQLITE_ROW) result = sqlite3_step(statement.get());
    if (result != SQLITE_DONE) {
      return error(
          cat("in \"", std::string_view(sqlite3_sql(statement.get())).substr(0, 80), "\""));
    }
  }
  // A statement that defines a table leaves the count of the one before it standing.
  return sqlite3_total_changes64(handle_) == before ? 0 : sqlite3_changes64(handle_);
}

std::int64_t SqliteConnection::last_insert_id() const {
  return sqlite3_last_insert_rowid(handle_);
}

SqliteConnection::TransactionState SqliteConnection::transaction_state() const {
  return sqlite3_get_autocommit(handle_) == 0 ? TransactionState::Open : TransactionState::None;
}

}  // namespace sluice::store
