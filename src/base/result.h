// Result<T>: a value or an Error, and TRY to pass the error on.
//
//   Result<Config> load(const os::FileReader& files, const Path& path) {
//     std::string text = TRY(files.read(path));
//     return TRY_CONTEXT(parse(text), path.string());
//   }
//
// Fallible construction is a static `open()` or `create()` that returns a Result.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace sluice {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  template <class U>
  requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, T> &&
           !std::is_same_v<std::remove_cvref_t<U>, Error>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Asking for the side that is not there is a bug and aborts.
  T& value() & {
    CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    CHECK(ok());
    return std::get<0>(state_);
  }
  // By value: `for (auto& x : load().value())` keeps what it walks through.
  T value() && {
    CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  const Error& error() const& {
    CHECK(!ok());
    return std::get<1>(state_);
  }
  Error&& error() && {
    CHECK(!ok());
    return std::get<1>(std::move(state_));
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T value_or(T fallback) && { return ok() ? std::get<0>(std::move(state_)) : std::move(fallback); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const { CHECK(ok()); }
  const Error& error() const& {
    CHECK(!ok());
    return *error_;
  }
  Error&& error() && {
    CHECK(!ok());
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

inline Result<void> success() {
  return {};
}

// Names made unique, so that one TRY may stand inside another.
#define SLUICE_TRY_IMPL(name, expression, on_error)          \
  __extension__({                                            \
    auto name = (expression);                                \
    if (!name.ok()) return std::move(name).error() on_error; \
    std::move(name).value();                                 \
  })
#define SLUICE_CONCAT_IMPL(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_IMPL(a, b)

// Value of `expression`, or return its error from the enclosing function.
#define TRY(expression) SLUICE_TRY_IMPL(SLUICE_CONCAT(try_result_, __COUNTER__), expression, )

// As TRY, with `context` put before the message.
#define TRY_CONTEXT(expression, context) \
  SLUICE_TRY_IMPL(SLUICE_CONCAT(try_result_, __COUNTER__), expression, .with_context(context))

}  // namespace sluice
