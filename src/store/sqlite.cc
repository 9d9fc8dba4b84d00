#include "store/sqlite.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "store/sqlite_connection.h"

namespace sluice::store {

namespace {

using WriteBody = std::function<Result<void>(Transaction&)>;
using ReadBody = std::function<Result<void>(Reader&)>;
using ConnectionPtr = std::unique_ptr<SqliteConnection>;

// A write that waits for its commit. Lives on the stack of the thread that waits.
struct Request {
  const WriteBody& body;
  Result<void> result;
  enum class State { Waiting, Done } state = State::Waiting;
};

// Rolls back where there is still something to roll back; what else can be done is nothing.
void roll_back(SqliteConnection& connection) {
  if (connection.transaction_state() == SqliteConnection::TransactionState::Open) {
    (void)connection.execute("ROLLBACK", {});
  }
}

Error lost_transaction(const Result<void>& cause) {
  if (!cause.ok()) return cause.error();
  return Error(ErrorCode::Io, "the database gave up the transaction that this write shared");
}

// One body inside the open transaction: its changes or, after an error, none of them. The outer
// result is an error when the whole transaction is lost.
Result<void> run_in_savepoint(SqliteConnection& connection, Request& request) {
  TRY(connection.execute("SAVEPOINT request", {}));
  request.result = request.body(connection);
  if (connection.transaction_state() == SqliteConnection::TransactionState::None) {
    return lost_transaction(request.result);
  }
  if (!request.result.ok()) TRY(connection.execute("ROLLBACK TO request", {}));
  TRY(connection.execute("RELEASE request", {}));
  return success();
}

Result<void> run_in_one_commit(SqliteConnection& connection, const std::deque<Request*>& batch) {
  TRY(connection.execute("BEGIN IMMEDIATE", {}));
  for (Request* request : batch) TRY(run_in_savepoint(connection, *request));
  TRY(connection.execute("COMMIT", {}));
  return success();
}

// Each request of the batch gets its result. A failed commit is everybody's error: each of them
// was promised durability, none has it.
void run_batch(SqliteConnection& connection, const std::deque<Request*>& batch) {
  const Result<void> committed = run_in_one_commit(connection, batch);
  if (committed.ok()) return;
  roll_back(connection);
  for (Request* request : batch) {
    if (request->result.ok()) request->result = committed.error();
  }
}

Result<void> run_read(SqliteConnection& connection, const ReadBody& body) {
  TRY(connection.execute("BEGIN", {}));
  Result<void> result = body(connection);
  roll_back(connection);
  return result;
}

// All writes go through it, one batch at a time. Whoever comes while nobody writes carries out what
// waits, its own and that of others, in one commit; handing it to a thread made for that would cost
// two switches of threads, which is more than a small commit takes.
class Writer {
 public:
  // `guard` is held while a batch runs.
  Writer(SqliteConnection& connection, std::mutex& guard)
      : connection_(connection), guard_(guard) {}
  ~Writer() { CHECK(waiting_.empty()); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Whether this thread is inside of a body.
  bool is_this_thread() const { return leader_ == std::this_thread::get_id(); }

  Result<void> write(const WriteBody& body) {
    Request request{body, {}};
    const auto done = [&] { return request.state == Request::State::Done; };
    std::unique_lock lock(mutex_);
    waiting_.push_back(&request);
    changed_.wait(lock, [&] { return done() || leader_ == std::thread::id(); });
    if (done()) return std::move(request.result);
    leader_ = std::this_thread::get_id();
    while (!done()) run_next_batch(lock);
    leader_ = std::thread::id();
    changed_.notify_all();
    return std::move(request.result);
  }

 private:
  void run_next_batch(std::unique_lock<std::mutex>& lock) {
    const std::deque<Request*> batch = take_batch();
    lock.unlock();
    {
      std::lock_guard guard(guard_);
      run_batch(connection_, batch);
    }
    lock.lock();
    for (Request* request : batch) request->state = Request::State::Done;
    changed_.notify_all();
  }

  std::deque<Request*> take_batch() {
    constexpr std::size_t kLargestBatch = 64;  // bounds how long the first of them waits
    const auto n = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kLargestBatch));
    std::deque<Request*> batch(waiting_.begin(), waiting_.begin() + n);
    waiting_.erase(waiting_.begin(), waiting_.begin() + n);
    return batch;
  }

  SqliteConnection& connection_;
  std::mutex& guard_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request*> waiting_;
  std::atomic<std::thread::id> leader_;  // who carries out a batch; written under mutex_
};

class FileDatabase final : public Database {
 public:
  FileDatabase(std::string path, const SqliteOptions& options, ConnectionPtr writing)
      : path_(std::move(path)), options_(options), writing_(std::move(writing)) {}

  Result<void> read(const ReadBody& body) override {
    CHECK(!writer_.is_this_thread());
    ConnectionPtr connection = TRY(borrow());
    Result<void> result = run_read(*connection, body);
    give_back(std::move(connection));
    return result;
  }
  Result<void> write(const WriteBody& body) override {
    CHECK(!writer_.is_this_thread());
    return writer_.write(body);
  }

 private:
  Result<ConnectionPtr> borrow() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        ConnectionPtr connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
      }
    }
    return SqliteConnection::open(path_, SqliteConnection::Role::Read, options_);
  }
  void give_back(ConnectionPtr connection) {
    constexpr std::size_t kMostIdle = 4;
    std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(connection));
  }

  const std::string path_;
  const SqliteOptions options_;
  std::mutex mutex_;  // of idle_
  std::vector<ConnectionPtr> idle_;
  std::mutex unshared_;  // nobody else uses the writing connection
  ConnectionPtr writing_;
  Writer writer_{*writing_, unshared_};
};

// A database in memory has one connection, which reads and writes take in turn.
class MemoryDatabase final : public Database {
 public:
  explicit MemoryDatabase(ConnectionPtr connection) : connection_(std::move(connection)) {}

  Result<void> read(const ReadBody& body) override {
    check_not_inside_a_body();
    std::lock_guard lock(mutex_);
    reader_ = std::this_thread::get_id();
    Result<void> result = run_read(*connection_, body);
    reader_ = std::thread::id();
    return result;
  }
  Result<void> write(const WriteBody& body) override {
    check_not_inside_a_body();
    return writer_.write(body);
  }

 private:
  void check_not_inside_a_body() const {
    CHECK(!writer_.is_this_thread());
    CHECK(reader_ != std::this_thread::get_id());
  }

  std::mutex mutex_;                     // of connection_
  std::atomic<std::thread::id> reader_;  // whose body runs now
  ConnectionPtr connection_;
  Writer writer_{*connection_, mutex_};
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const os::Path& path, const SqliteOptions& options) {
  ConnectionPtr connection =
      TRY(SqliteConnection::open(path.string(), SqliteConnection::Role::Write, options));
  if (path == ":memory:") return std::make_unique<MemoryDatabase>(std::move(connection));
  return std::make_unique<FileDatabase>(path.string(), options, std::move(connection));
}

}  // namespace sluice::store
