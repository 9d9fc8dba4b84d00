// What this machine has, for `sluice doctor` and for choosing how much to do at once.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::os {

struct Machine {
  int processors = 1;                  // that this process may use
  std::uint64_t memory = 0;            // bytes
  std::uint64_t available_memory = 0;  // bytes, before anything must be swapped out
  std::uint64_t open_file_limit = 0;   // descriptors of one process
  std::string system;                  // "Linux 6.1.0-18-amd64 x86_64"
  std::string host_name;
};

Machine describe_machine();

}  // namespace sluice::os
