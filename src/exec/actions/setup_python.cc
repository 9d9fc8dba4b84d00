// actions/setup-python, approximated: an installed Python that fits, in a virtual environment of
// the job's own, so that pip changes nothing of the machine's.
#include "base/strings.h"
#include "exec/actions/path_patterns.h"
#include "exec/actions/setup_tool.h"

namespace sluice::exec {
namespace {

ToolSearch python_search(const Action& action) {
  const os::Path home = home_of_steps(action);
  ToolSearch search;
  search.tool = "python";
  search.version_input = "python-version";
  search.program_names = {"python3.*", "python3", "python"};
  search.more_folders = {home / ".pyenv/versions", "/opt/hostedtoolcache/Python"};
  search.probe = {"-c",
                  "import sys; v = sys.version_info; "
                  "print('%d.%d.%d' % (v[0], v[1], v[2])); print(sys.executable)"};
  return search;
}

Result<void> make_environment(const Action& action, const InstalledTool& python,
                              const os::Path& folder) {
  TRY(action.world().files.remove_all(folder));
  os::ProcessSpec spec;
  spec.argv = {python.program.string(),  "-m",           "venv", "--without-pip",
               "--system-site-packages", folder.string()};
  spec.working_directory = "/";
  for (const char* name : {"PATH", "HOME"})
    if (auto value = action.world().environment.get(name)) spec.env[name] = *value;
  const os::CapturedRun run = TRY(action.world().processes.run(spec, {}, action.request().cancel));
  if (!run.status.ok())
    return failed_precondition(cat("python -m venv: ", trim(run.error_output), trim(run.output)));
  const std::string pip =
      cat("#!/bin/sh\nexec '", (folder / "bin/python").string(), "' -m pip \"$@\"\n");
  for (const char* name : {"pip", "pip3"})
    TRY(action.world().files.write(folder / "bin" / name, pip, os::Durability::Process, 0755));
  return success();
}

// Nothing said: what .python-version of the workspace says, else any.
Result<std::string> default_version(Action& action) {
  constexpr std::string_view kFile = ".python-version";
  const auto text = action.world().files.read(action.in_workspace(kFile), 64 * 1024);
  if (text.ok()) return version_in_file(VersionedTool::Python, kFile, text.value());
  action.warn("neither python-version nor python-version-file is given: taking any Python");
  return std::string();
}

}  // namespace

Result<void> setup_python(Action& action) {
  action.warn_without_effect();
  const bool update = TRY(action.flag("update-environment", true));
  std::string wanted =
      TRY(wanted_version(action, "python-version", "python-version-file", VersionedTool::Python));
  if (wanted.empty()) wanted = TRY(default_version(action));
  const InstalledTool python = TRY(choose_tool(action, python_search(action), wanted));
  const os::Path folder = action.request().folder.tools() / cat("python-", python.version);
  TRY(make_environment(action, python, folder));
  action.line(
      cat("Python ", python.version, " (", python.program.string(), "), in ", folder.string()));
  if (update) {
    pipeline::StepResult& result = action.result();
    result.path_additions = {(folder / "bin").string()};
    for (const char* name :
         {"pythonLocation", "Python_ROOT_DIR", "Python2_ROOT_DIR", "Python3_ROOT_DIR"})
      result.environment[name] = folder;
    result.environment["PKG_CONFIG_PATH"] = folder / "lib/pkgconfig";
  }
  action.output("python-version", python.version);
  action.output("python-path", (folder / "bin/python").string());
  action.output("cache-hit", "false");
  return success();
}

}  // namespace sluice::exec
