#include "os/in_parallel.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "os/machine.h"

namespace sluice::os {

void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto go = [&] {
    for (std::size_t at = next++; at < count; at = next++) work(at);
  };
  const auto processors = static_cast<std::size_t>(std::max(describe_machine().processors, 1));
  std::vector<std::jthread> threads;
  try {
    while (threads.size() + 1 < std::min(processors, count)) threads.emplace_back(go);
  } catch (const std::system_error&) {
    // No more threads to be had: those that are there do it all.
  }
  go();
}

}  // namespace sluice::os
