#include "cli/session.h"

#include "store/home.h"

namespace sluice::cli {

Result<os::Path> working_directory(const Context& context) {
  return context.world.files.resolve(".");
}

Result<std::unique_ptr<app::Workbench>> open_workbench(const Context& context) {
  const os::Path folder = TRY(working_directory(context));
  const os::Path home = TRY(store::find_home(context.world, folder));
  return app::Workbench::open(context.world, home, context.executable);
}

}  // namespace sluice::cli
