#include "base/cancellation.h"

#include <atomic>
#include <map>
#include <mutex>

namespace sluice {

struct CancellationToken::State {
  std::atomic<bool> cancelled{false};
  // Held while callbacks run, so that taking one back waits for it. Recursive: a callback may take
  // back its own registration.
  std::recursive_mutex mutex;
  std::map<std::uint64_t, std::function<void()>> callbacks;
  std::uint64_t next_id = 1;
};

bool CancellationToken::cancelled() const {
  return state_ != nullptr && state_->cancelled;
}

std::unique_ptr<CancellationToken::Registration> CancellationToken::on_cancel(
    std::function<void()> callback) const {
  if (state_ == nullptr) return nullptr;
  std::lock_guard lock(state_->mutex);
  if (state_->cancelled) {
    callback();
    return nullptr;
  }
  const std::uint64_t id = state_->next_id++;
  state_->callbacks.emplace(id, std::move(callback));
  return std::make_unique<Registration>(state_, id);
}

CancellationToken::Registration::Registration(std::shared_ptr<State> state, std::uint64_t id)
    : state_(std::move(state)), id_(id) {}

CancellationToken::Registration::~Registration() {
  std::lock_guard lock(state_->mutex);
  state_->callbacks.erase(id_);
}

CancellationSource::CancellationSource() : state_(std::make_shared<CancellationToken::State>()) {}

void CancellationSource::cancel() {
  std::lock_guard lock(state_->mutex);
  if (state_->cancelled.exchange(true)) return;
  while (!state_->callbacks.empty()) {
    auto node = state_->callbacks.extract(state_->callbacks.begin());
    node.mapped()();
  }
}

CancellationToken CancellationSource::token() const {
  CancellationToken token;
  token.state_ = state_;
  return token;
}

}  // namespace sluice
