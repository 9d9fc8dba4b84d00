#include "os/in_parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace sluice::os {
namespace {

TEST(InParallel, does_each_once_and_all_before_it_returns) {
  for (const std::size_t count : {0u, 1u, 2u, 1000u}) {
    std::vector<std::atomic<int>> done(count);
    in_parallel(count, [&](std::size_t at) { ++done[at]; });
    for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
  }
}

}  // namespace
}  // namespace sluice::os
