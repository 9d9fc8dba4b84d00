// Ctrl-C and SIGTERM as cancellation: the first one asks politely, the second one insists, a third
// ends the process on the spot (exit status 128 + signal).
//
// Install it on the main thread before any other thread starts, since it blocks both signals for
// threads to come. While it lives SIGHUP and SIGPIPE are ignored: a closed terminal or pipe is an
// error of a write, not the end of the program. Callbacks of the tokens run on its thread. The
// destructor puts everything back.
#pragma once

#include <signal.h>

#include <memory>
#include <thread>

#include "base/cancellation.h"
#include "base/result.h"
#include "os/descriptor.h"

namespace sluice::os {

class Interrupts {
 public:
  static Result<std::unique_ptr<Interrupts>> install();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  CancellationToken first() const { return first_.token(); }
  CancellationToken second() const { return second_.token(); }

 private:
  Interrupts(Descriptor signals, Descriptor stop);
  void loop();

  Descriptor signals_;
  Descriptor stop_;
  CancellationSource first_;
  CancellationSource second_;
  sigset_t old_mask_{};
  struct sigaction old_hang_up_ {};
  struct sigaction old_pipe_ {};
  std::thread thread_;
};

}  // namespace sluice::os
