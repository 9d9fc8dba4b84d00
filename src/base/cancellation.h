// A request to stop, handed to everything that waits.
#pragma once

#include <functional>
#include <memory>

namespace sluice {

// Asked by the owner of a CancellationSource, seen by every token taken from it. Thread-safe. A
// default-made token is never cancelled.
class CancellationToken {
 public:
  CancellationToken() = default;
  bool cancelled() const;

  // Called once, on the thread that cancels, or at once when it is already cancelled. The returned
  // object takes the callback back when it goes; a callback that is running is waited for.
  class Registration;
  std::unique_ptr<Registration> on_cancel(std::function<void()> callback) const;

 private:
  friend class CancellationSource;
  struct State;
  // Shared by the source and its tokens.
  std::shared_ptr<State> state_;
};

class CancellationSource {
 public:
  CancellationSource();
  void cancel();
  CancellationToken token() const;

 private:
  std::shared_ptr<CancellationToken::State> state_;
};

class CancellationToken::Registration {
 public:
  ~Registration();
  Registration(std::shared_ptr<State> state, std::uint64_t id);
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::shared_ptr<State> state_;
  std::uint64_t id_;
};

}  // namespace sluice
