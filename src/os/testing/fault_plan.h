// Which of the coming calls fails, and how. Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::os {

class FaultPlan {
 public:
  // The n-th call from now (1 is the next one) fails with `code`; Once or with all later ones.
  enum class Repeat { Once, ForEver };
  void fail_call(int n, ErrorCode code, Repeat repeat = Repeat::Once);
  void clear();

  // Counts and records one call, and says whether it fails.
  Result<void> check(std::string_view call);

  int calls() const;
  std::vector<std::string> record() const;  // "write /a/b", in order

 private:
  mutable std::mutex mutex_;
  int fail_at_ = 0;  // number of the call; 0: none
  ErrorCode code_ = ErrorCode::Io;
  Repeat repeat_ = Repeat::Once;
  std::vector<std::string> record_;
};

}  // namespace sluice::os
