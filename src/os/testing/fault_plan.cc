#include "os/testing/fault_plan.h"

#include "base/strings.h"

namespace sluice::os {

void FaultPlan::fail_call(int n, ErrorCode code, Repeat repeat) {
  std::lock_guard lock(mutex_);
  fail_at_ = static_cast<int>(record_.size()) + n;
  code_ = code;
  repeat_ = repeat;
}

void FaultPlan::clear() {
  std::lock_guard lock(mutex_);
  fail_at_ = 0;
}

Result<void> FaultPlan::check(std::string_view call) {
  std::lock_guard lock(mutex_);
  record_.emplace_back(call);
  const int number = static_cast<int>(record_.size());
  const bool fails =
      fail_at_ != 0 && (repeat_ == Repeat::ForEver ? number >= fail_at_ : number == fail_at_);
  if (fails) return Error(code_, cat("injected fault: ", call));
  return success();
}

int FaultPlan::calls() const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(record_.size());
}

std::vector<std::string> FaultPlan::record() const {
  std::lock_guard lock(mutex_);
  return record_;
}

}  // namespace sluice::os
