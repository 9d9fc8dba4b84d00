#include "exec/step_shell.h"

#include "base/strings.h"
#include "exec/leg_folder.h"
#include "exec/step_files.h"
#include "exec/temp_link.h"

namespace sluice::exec {
namespace {

// A working directory that is not there is often why the step failed.
os::Path standing_place(const os::World& world, const LegFolder& folder,
                        const pipeline::RunStep& step) {
  if (step.working_directory.empty()) return folder.workspace();
  const os::Path wanted = (folder.workspace() / step.working_directory).lexically_normal();
  return world.files.stat(wanted).ok() ? wanted : folder.workspace();
}

// As the step's shell starts it; empty where there is no script any more.
std::string command_of(const os::World& world, const LegFolder& folder,
                       const pipeline::RunStep& step) {
  const auto* action = std::get_if<pipeline::ScriptAction>(&step.action);
  if (action == nullptr) return "";
  const os::Path script = folder.step_file(step.id, cat("script", action->extension));
  if (!world.files.stat(script).ok()) return "";
  return replace_all(join(action->command, " "), "{0}", script.string());
}

}  // namespace

Result<StepShell> step_shell(const os::World& world, const os::Path& home, const LegAddress& leg,
                             const pipeline::RunStep& step) {
  const LegFolder folder = leg_folder(home, leg);
  if (!world.files.stat(folder.workspace()).ok())
    return failed_precondition(
        cat("job '", leg.job, "' has no workspace any more (", folder.workspace().string(), ")"));
  TRY(world.files.make_directories(folder.step_files(), 0700));
  const os::Path temporary = ensure_short_path(world, folder.temp());
  const StepSurroundings around{world, folder, home, temporary};
  StepShell shell;
  shell.working_directory = standing_place(world, folder, step);
  for (const std::string& variable : step_environment(around, step)) {
    const std::size_t equals = variable.find('=');
    shell.env[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  for (const auto& file : step.collected_files) {
    const std::unique_ptr<os::AppendFile> made =
        TRY(world.files.open_append(shell.env.at(file.variable), 0600));
    TRY(made->close());
  }
  shell.again = command_of(world, folder, step);
  return shell;
}

}  // namespace sluice::exec
