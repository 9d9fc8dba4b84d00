// What most commands begin with: where am I, which home, which workbench.
#pragma once

#include <memory>

#include "app/workbench.h"
#include "cli/command.h"

namespace sluice::cli {

// The working directory of the command, absolute.
Result<os::Path> working_directory(const Context& context);
Result<std::unique_ptr<app::Workbench>> open_workbench(const Context& context);

}  // namespace sluice::cli
