#include "exec/git.h"

#include "base/strings.h"
#include "os/run_together.h"

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

os::RunLimits limits() {
  os::RunLimits limits;
  limits.max_output_bytes = kMostOutput;
  limits.timeout = kTimeout;
  return limits;
}

Result<std::string> output_of(GitRun run, const os::Path& folder,
                              const std::vector<std::string>& arguments) {
  if (run.status.ok()) return std::move(run.output);
  return failed_precondition(
      cat("git ", arguments.front(), " in ", folder.string(), ": ", trim(run.error_output)));
}

}  // namespace

os::ProcessSpec Git::spec_of(GitSettings settings, const os::Path& folder,
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
  return spec;
}

Result<GitRun> Git::try_run(GitSettings settings, const os::Path& folder,
                            const std::vector<std::string>& arguments) const {
  const os::ProcessSpec spec = spec_of(settings, folder, arguments);
  return TRY_CONTEXT(world_.processes.run(spec, limits(), cancel_), cat("git ", arguments.front()));
}

Result<std::string> Git::run(GitSettings settings, const os::Path& folder,
                             const std::vector<std::string>& arguments) const {
  return output_of(TRY(try_run(settings, folder, arguments)), folder, arguments);
}

Result<std::vector<std::string>> Git::run_together(
    GitSettings settings, const os::Path& folder,
    const std::vector<std::vector<std::string>>& calls) const {
  std::vector<os::ProcessSpec> specs;
  for (const auto& arguments : calls) specs.push_back(spec_of(settings, folder, arguments));
  auto runs = os::run_together(world_.processes, specs, limits(), cancel_);
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    GitRun run = TRY_CONTEXT(std::move(runs[i]), cat("git ", calls[i].front()));
    outputs.push_back(TRY(output_of(std::move(run), folder, calls[i])));
  }
  return outputs;
}

}  // namespace sluice::exec
