#include "app/doctor.h"

#include "base/strings.h"
#include "ml/data/parquet_rows.h"
#include "os/disk.h"
#include "os/machine.h"

namespace sluice::app {
namespace {

struct Tool {
  const char* name;
  std::vector<std::string> version;
  const char* needed_for;
  const char* hint;
  Need need;
};

std::vector<Tool> tools() {
  return {
      {"git",
       {"git", "--version"},
       "reading the repository and checking out sources",
       "apt install git",
       Need::Required},
      {"bash",
       {"bash", "--version"},
       "steps without `shell:` (sh is used instead)",
       "apt install bash",
       Need::Optional},
      {"python3",
       {"python3", "--version"},
       "actions/setup-python and `shell: python`",
       "apt install python3",
       Need::Optional},
      {"node", {"node", "--version"}, "actions/setup-node", "apt install nodejs", Need::Optional},
      {"podman",
       {"podman", "--version"},
       "container engines of your own steps; jobs run on the host",
       "apt install podman",
       Need::Optional},
  };
}

Finding examine_tool(const os::World& world, const Tool& tool) {
  Finding finding{tool.name, false, "not found on PATH", tool.needed_for, tool.hint, tool.need};
  os::ProcessSpec spec;
  spec.argv = tool.version;
  spec.env = world.environment.all();
  os::RunLimits limits;
  limits.timeout = std::chrono::seconds(10);
  const auto run = world.processes.run(spec, limits);
  if (!run.ok() || !run->status.ok()) return finding;
  finding.present = true;
  finding.detail = trim(run->output.substr(0, run->output.find('\n')));
  return finding;
}

Finding examine_xgboost(const os::World& world) {
  Finding finding{"xgboost",
                  false,
                  "libxgboost.so not found",
                  "`sluice train` with xgboost",
                  "apt install libxgboost-dev",
                  Need::Optional};
  for (const char* folder :
       {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib"}) {
    const os::Path library = os::Path(folder) / "libxgboost.so";
    for (const char* suffix : {"", ".0"}) {
      if (finding.present || !world.files.stat(library.string() + suffix).ok()) continue;
      finding.present = true;
      finding.detail = library.string() + suffix;
    }
  }
  return finding;
}

Finding examine_parquet() {
  const auto version = ml::arrow_version();
  return {"parquet",
          version.ok(),
          version.ok() ? "Apache Arrow " + *version : version.error().message(),
          "reading Parquet files",
          "./dev arrow and build again, or export them as CSV or JSON Lines",
          Need::Optional};
}

Finding examine_disk(const os::Path& home) {
  constexpr std::uint64_t kEnough = 1'000'000'000;
  Finding finding{"disk",
                  false,
                  "",
                  "workspaces, logs and models",
                  "free some space, or set SLUICE_HOME to a larger disk",
                  Need::Required};
  const auto space = os::disk_space(home);
  if (!space.ok()) {
    finding.detail = space.error().describe();
    return finding;
  }
  finding.present = space->available >= kEnough;
  finding.detail = cat(human_bytes(space->available), " free of ", human_bytes(space->total),
                       " at ", home.string());
  return finding;
}

}  // namespace

std::vector<Finding> examine_machine(const os::World& world, const os::Path& home) {
  constexpr std::uint64_t kEnoughFiles = 1024;
  constexpr std::uint64_t kEnoughMemory = 500'000'000;
  std::vector<Finding> findings;
  for (const Tool& tool : tools()) findings.push_back(examine_tool(world, tool));
  findings.push_back(examine_xgboost(world));
  findings.push_back(examine_parquet());
  findings.push_back(examine_disk(home));
  const os::Machine machine = os::describe_machine();
  findings.push_back({"processors", true, std::to_string(machine.processors),
                      "jobs that run at the same time", "", Need::Required});
  findings.push_back(
      {"memory", machine.available_memory >= kEnoughMemory,
       cat(human_bytes(machine.available_memory), " available of ", human_bytes(machine.memory)),
       "training", "close other programs", Need::Optional});
  findings.push_back({"open files", machine.open_file_limit >= kEnoughFiles,
                      cat("at most ", machine.open_file_limit, " per process"), "serving",
                      "ulimit -n 4096", Need::Optional});
  return findings;
}

}  // namespace sluice::app
