// A relational database seen through the few verbs sluice needs. SQLite behind it today.
//
// Writes run one after another, several waiting ones sharing one commit on the thread of one of
// them; reads run beside them on the calling thread and see a snapshot. All methods are
// thread-safe. SQL texts are prepared once and kept; pass constants and bind values.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace sluice::store {

struct Blob {
  std::string bytes;
};
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

// A row of a result, valid inside the callback. Asking a column for another type than it has is a
// bug in the caller's SQL and aborts; NULL is asked for with is_null or the _or_null forms.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;  // also of an integer column
  virtual std::string_view text(int column) const = 0;
  virtual std::string_view blob(int column) const = 0;

  std::optional<std::string> text_or_null(int column) const {
    if (is_null(column)) return std::nullopt;
    return std::string(text(column));
  }
  std::optional<std::int64_t> integer_or_null(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
  }
};

class Reader {
 public:
  virtual ~Reader() = default;
  // Calls `on_row` for each row; an error from it ends the query and is passed on.
  virtual Result<void> query(std::string_view sql, const std::vector<Value>& parameters,
                             const std::function<Result<void>(const Row&)>& on_row) = 0;
};

class Transaction : public Reader {
 public:
  // Number of rows changed. A broken UNIQUE or FOREIGN KEY constraint is AlreadyExists or
  // FailedPrecondition.
  virtual Result<std::int64_t> execute(std::string_view sql,
                                       const std::vector<Value>& parameters = {}) = 0;
  virtual std::int64_t last_insert_id() const = 0;
};

class Database {
 public:
  virtual ~Database() = default;
  virtual Result<void> read(const std::function<Result<void>(Reader&)>& body) = 0;
  // BEGIN IMMEDIATE … COMMIT around `body`; an error from it rolls back its changes alone. Returns
  // after the commit is as durable as the database was opened to be. Keep it short (5 ms): `body`
  // may run on the thread of another writer, and all of them wait. Calling read() or write() from
  // inside a body is a bug and aborts; `body` reads through its transaction.
  virtual Result<void> write(const std::function<Result<void>(Transaction&)>& body) = 0;
};

}  // namespace sluice::store
