// Logs of a target, kept from growing without end.
//
// Their writers append to a file that the shell opened for them and know nothing of this. So a log
// that has become too large is copied to NAME.1, over an older one, and emptied in place; a line
// written between the two is lost. Rejected: a pipe through the keeper, whose death would then take
// the replicas with it.
#pragma once

#include <string>

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::delivery {

inline constexpr std::uint64_t kLargestLog = 8u << 20;  // bytes

Result<void> rotate_log(os::Files& files, const os::Path& log, std::uint64_t largest = kLargestLog);
// The keeper's log and those of all replicas.
Result<void> rotate_target_logs(os::Files& files, const os::Path& target_folder,
                                std::uint64_t largest = kLargestLog);

// What there is of a log: the older part, then the newer one.
Result<std::string> read_log(const os::FileReader& files, const os::Path& log);

}  // namespace sluice::delivery
