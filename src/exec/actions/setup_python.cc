// actions/setup-python, approximated: an installed Python that fits, in a virtual environment of
// the job's own, so that pip changes nothing of the machine's.
#include "base/strings.h"
#include "exec/actions/setup_tool.h"

namespace sluice::exec {
namespace {

constexpr std::string_view kNoEffect[] = {"cache", "pip-version", "pip-install", "freethreaded"};

ToolSearch python_search(const Action& action) {
  const std::string home = action.world().environment.get("HOME").value_or("/root");
  ToolSearch search;
  search.tool = "python";
  search.version_input = "python-version";
  search.program_names = {"python3.*", "python3", "python"};
  search.more_folders = {os::Path(home) / ".pyenv/versions", "/opt/hostedtoolcache/Python"};
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

}  // namespace

Result<void> setup_python(Action& action) {
  action.warn_without_effect(kNoEffect);
  const std::string wanted = TRY(wanted_version(action, "python-version", "python-version-file"));
  const InstalledTool python = TRY(choose_tool(action, python_search(action), wanted));
  const os::Path folder = action.request().folder.tools() / cat("python-", python.version);
  TRY(make_environment(action, python, folder));
  action.line(
      cat("Python ", python.version, " (", python.program.string(), "), in ", folder.string()));
  pipeline::StepResult& result = action.result();
  result.path_additions = {(folder / "bin").string()};
  result.environment["pythonLocation"] = folder;
  result.environment["Python_ROOT_DIR"] = folder;
  result.environment["Python3_ROOT_DIR"] = folder;
  action.output("python-version", python.version);
  action.output("python-path", (folder / "bin/python").string());
  action.output("cache-hit", "false");
  return success();
}

}  // namespace sluice::exec
