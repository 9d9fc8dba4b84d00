// Expected trouble: what went wrong, where, and what to do about it.
//
// An Error is a value. It is told apart by its code, never by its text. The outcome of a user's
// own work (a failing test, a closed gate) is not an Error but data; a broken invariant is
// neither and goes through CHECK (check.h). Thread-safe as any value is.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sluice {

enum class ErrorCode {
  InvalidInput,        // bad usage, a bad file of the user's: exit status 2
  NotFound,            // a named thing does not exist
  AlreadyExists,       // a thing that must be new is there
  FailedPrecondition,  // the state does not allow it now
  PermissionDenied,
  Busy,               // somebody else holds it; trying later may help
  ResourceExhausted,  // disk full, limit reached
  Unavailable,        // network, peer or process not reachable
  Timeout,
  Cancelled,
  Corrupt,      // stored data does not read back
  Unsupported,  // known, and deliberately not done here
  Io,           // any other failure of the operating system
};

std::string_view to_string(ErrorCode code);

// Process exit status of a command that ends with this error: 2 for the caller's mistakes, 3 when
// our side could not do it.
int exit_status(ErrorCode code);

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const Error* cause() const { return cause_.get(); }

  // The same trouble seen from one level up: keeps the code, puts `context` before the old text.
  Error with_context(std::string_view context) &&;
  Error caused_by(Error cause) &&;

  // "message: cause: cause of the cause", one line, for people.
  std::string describe() const;

 private:
  ErrorCode code_;
  std::string message_;
  // Shared by copies of this error; never changed after construction.
  std::shared_ptr<const Error> cause_;
};

// An Error from errno, e.g. system_error(errno, "open /x/y"). ENOSPC and EDQUOT become
// ResourceExhausted, ENOENT NotFound, EEXIST AlreadyExists, EACCES and EPERM PermissionDenied.
Error system_error(int error_number, std::string_view what);

inline Error invalid_input(std::string message) {
  return Error(ErrorCode::InvalidInput, std::move(message));
}
inline Error not_found(std::string message) {
  return Error(ErrorCode::NotFound, std::move(message));
}
inline Error corrupt(std::string message) {
  return Error(ErrorCode::Corrupt, std::move(message));
}
inline Error unsupported(std::string message) {
  return Error(ErrorCode::Unsupported, std::move(message));
}
inline Error failed_precondition(std::string message) {
  return Error(ErrorCode::FailedPrecondition, std::move(message));
}

}  // namespace sluice
