// The same work for many things, on all processors.
#pragma once

#include <cstddef>
#include <functional>

namespace sluice::os {

// Calls work(0) … work(count - 1), each once, in any order and several at a time: on the caller's
// thread and on as many more as there are processors, which end before this returns. `work` must
// not throw.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace sluice::os
