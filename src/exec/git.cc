#include "exec/git.h"

#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr std::size_t kMostOutput = 256u << 20;  // names of changed files
constexpr auto kTimeout = std::chrono::hours(6);

std::map<std::string, std::string> git_environment(const os::Environment& environment,
                                                   GitSettings settings) {
  std::map<std::string, std::string> env{{"GIT_CONFIG_NOSYSTEM", "1"},
                                         {"GIT_TERMINAL_PROMPT", "0"},
                                         {"GIT_OPTIONAL_LOCKS", "0"},
                                         {"LC_ALL", "C"}};
  for (const char* name : {"PATH", "HOME", "XDG_CONFIG_HOME", "USER"})
    if (auto value = environment.get(name)) env[name] = *value;
  if (settings == GitSettings::None) env["GIT_CONFIG_GLOBAL"] = "/dev/null";
  return env;
}

}  // namespace

Result<GitRun> Git::try_run(GitSettings settings, const os::Path& folder,
                            const std::vector<std::string>& arguments) const {
  os::ProcessSpec spec;
  spec.argv = {"git",
               "-c",
               "core.hooksPath=/dev/null",
               "-c",
               "core.fsmonitor=false",
               "-c",
               "safe.directory=*",
               "-c",
               "gc.auto=0",
               "-c",
               "advice.detachedHead=false",
               "-C",
               folder.string()};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.env = git_environment(world_.environment, settings);
  os::RunLimits limits;
  limits.max_output_bytes = kMostOutput;
  limits.timeout = kTimeout;
  const os::CapturedRun run =
      TRY_CONTEXT(world_.processes.run(spec, limits, cancel_), cat("git ", arguments.front()));
  return GitRun{run.status, run.output, run.error_output};
}

Result<std::string> Git::run(GitSettings settings, const os::Path& folder,
                             const std::vector<std::string>& arguments) const {
  GitRun done = TRY(try_run(settings, folder, arguments));
  if (done.status.ok()) return std::move(done.output);
  return failed_precondition(
      cat("git ", arguments.front(), " in ", folder.string(), ": ", trim(done.error_output)));
}

}  // namespace sluice::exec
