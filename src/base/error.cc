#include "base/error.h"

#include <cerrno>
#include <cstring>

namespace sluice {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput:
      return "invalid_input";
    case ErrorCode::NotFound:
      return "not_found";
    case ErrorCode::AlreadyExists:
      return "already_exists";
    case ErrorCode::FailedPrecondition:
      return "failed_precondition";
    case ErrorCode::PermissionDenied:
      return "permission_denied";
    case ErrorCode::Busy:
      return "busy";
    case ErrorCode::ResourceExhausted:
      return "resource_exhausted";
    case ErrorCode::Unavailable:
      return "unavailable";
    case ErrorCode::Timeout:
      return "timeout";
    case ErrorCode::Cancelled:
      return "cancelled";
    case ErrorCode::Corrupt:
      return "corrupt";
    case ErrorCode::Unsupported:
      return "unsupported";
    case ErrorCode::Io:
      return "io";
  }
  return "io";
}

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::FailedPrecondition:
    case ErrorCode::Unsupported:
      return 2;
    default:
      return 3;
  }
}

Error Error::with_context(std::string_view context) && {
  message_.insert(0, std::string(context) + ": ");
  return std::move(*this);
}

Error Error::caused_by(Error cause) && {
  cause_ = std::make_shared<const Error>(std::move(cause));
  return std::move(*this);
}

std::string Error::describe() const {
  std::string text = message_;
  for (const Error* e = cause(); e != nullptr; e = e->cause()) text += ": " + e->message();
  return text;
}

Error system_error(int error_number, std::string_view what) {
  ErrorCode code = ErrorCode::Io;
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      code = ErrorCode::ResourceExhausted;
      break;
    case ENOENT:
      code = ErrorCode::NotFound;
      break;
    case EISDIR:  // a folder where a file is meant, and the other way round
    case ENOTDIR:
      code = ErrorCode::InvalidInput;
      break;
    case EEXIST:
      code = ErrorCode::AlreadyExists;
      break;
    case EACCES:
    case EROFS:
    case EPERM:
      code = ErrorCode::PermissionDenied;
      break;
    case EWOULDBLOCK:
    case EBUSY:
      code = ErrorCode::Busy;
      break;
    case ETIMEDOUT:
      code = ErrorCode::Timeout;
      break;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case EHOSTUNREACH:
      code = ErrorCode::Unavailable;
      break;
    default:
      break;
  }
  return Error(code, std::string(what) + ": " + std::strerror(error_number));
}

}  // namespace sluice
