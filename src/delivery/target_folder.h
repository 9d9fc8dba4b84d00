// Where a target keeps its things (docs/formats/target.md), and its settings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::delivery {

struct TargetSettings {
  std::string name;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system picks one at the first start, which then stays
  int replicas = 2;        // unless a deploy says otherwise
};

// InvalidInput unless 1 to 63 of a-z, 0-9, '-', '_', starting with a letter or digit.
Result<void> check_target_name(std::string_view name);

os::Path target_folder(const os::Path& home, std::string_view name);
os::Path control_socket(const os::Path& folder);
os::Path keeper_log(const os::Path& folder);
os::Path replica_log(const os::Path& folder, std::string_view replica);

// Names of the targets below `home`, sorted.
Result<std::vector<std::string>> list_targets(const os::FileReader& files, const os::Path& home);

// NotFound when the target was never made; FailedPrecondition when a newer sluice wrote it.
Result<TargetSettings> read_target(const os::FileReader& files, const os::Path& folder);
Result<void> write_target(os::Files& files, const os::Path& folder, const TargetSettings& settings);

}  // namespace sluice::delivery
