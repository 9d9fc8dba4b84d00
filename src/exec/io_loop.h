// One thread that waits for descriptors and runs what is posted to it.
//
// post() from any thread; everything else on the loop's own thread. Handlers must not block for
// long. The destructor stops it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "os/descriptor.h"

namespace sluice::exec {

class IoLoop {
 public:
  using Handler = std::function<void(unsigned events)>;  // EPOLLIN …

  static Result<std::unique_ptr<IoLoop>> start();
  ~IoLoop();
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  void post(std::function<void()> work);
  // Runs what was posted before, then ends the thread; what is posted later does not run.
  void stop();

  // Calling watch() again changes the events and the handler.
  Result<void> watch(int descriptor, unsigned events, Handler handler);
  void forget(int descriptor);  // before it is closed; also from inside its own handler

 private:
  IoLoop(os::Descriptor queue, os::Descriptor wake);
  void loop();
  void run_posted();
  void dispatch(int descriptor, unsigned events);

  const os::Descriptor queue_;  // epoll
  const os::Descriptor wake_;
  std::map<int, std::shared_ptr<Handler>> handlers_;  // shared with the call that runs now
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::exec
