// Any Database whose n-th write fails at its commit, as on a full disk: the body runs, its changes
// are rolled back. Thread-safe.
#pragma once

#include <atomic>

#include "store/ports/database.h"

namespace sluice::store {

class FaultyDatabase final : public Database {
 public:
  explicit FaultyDatabase(Database& inner) : inner_(inner) {}

  // 1 is the next write.
  void fail_write(int n, ErrorCode code) {
    code_ = code;
    countdown_ = n;
  }

  Result<void> read(const std::function<Result<void>(Reader&)>& body) override {
    return inner_.read(body);
  }
  Result<void> write(const std::function<Result<void>(Transaction&)>& body) override;

 private:
  Database& inner_;
  std::atomic<ErrorCode> code_ = ErrorCode::Io;
  std::atomic<int> countdown_ = 0;
};

}  // namespace sluice::store
