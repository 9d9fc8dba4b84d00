// Reading a suite's folder.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::app::conformance {

// Names of the files in `folder` itself that end in one of `endings`, sorted.
Result<std::vector<std::string>> files_in(const os::FileReader& files, const os::Path& folder,
                                          const std::vector<std::string>& endings);
// The same with all folders below, as paths from `folder`.
Result<std::vector<std::string>> files_below(const os::FileReader& files, const os::Path& folder,
                                             const std::vector<std::string>& endings);
Result<std::vector<std::string>> folders_in(const os::FileReader& files, const os::Path& folder);
bool is_folder(const os::FileReader& files, const os::Path& path);

const std::vector<std::string>& workflow_endings();  // .yml, .yaml

}  // namespace sluice::app::conformance
