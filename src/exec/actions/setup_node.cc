// actions/setup-node, approximated: an installed Node that fits, put first on PATH.
#include "base/strings.h"
#include "exec/actions/path_patterns.h"
#include "exec/actions/setup_tool.h"

namespace sluice::exec {
namespace {

ToolSearch node_search(const Action& action) {
  const os::Path home = home_of_steps(action);
  ToolSearch search;
  search.tool = "node";
  search.version_input = "node-version";
  search.program_names = {"node"};
  search.more_folders = {home / ".nvm/versions/node", "/opt/hostedtoolcache/node"};
  search.probe = {"-e", "console.log(process.version); console.log(process.execPath)"};
  return search;
}

// Names that stand for ranges; of the long-term releases only that their numbers are even is known
// without the network.
std::string as_range(std::string wanted) {
  if (wanted == "latest" || wanted == "node" || wanted == "current" || wanted == "*") return "";
  if (wanted.starts_with("lts/")) return "18 || 20 || 22 || 24 || 26";
  return wanted;
}

}  // namespace

Result<void> setup_node(Action& action) {
  action.warn_without_effect();
  const std::string wanted =
      TRY(wanted_version(action, "node-version", "node-version-file", VersionedTool::Node));
  const InstalledTool node = TRY(choose_tool(action, node_search(action), as_range(wanted)));
  os::Files& files = action.world().files;
  const os::Path bin = action.request().folder.tools() / cat("node-", node.version) / "bin";
  TRY(files.remove_all(bin));
  TRY(files.make_directories(bin));
  TRY(files.symlink(node.program, bin / "node"));
  for (const char* name : {"npm", "npx", "corepack"}) {
    const os::Path sibling = node.program.parent_path() / name;
    if (files.stat(sibling).ok()) TRY(files.symlink(sibling, bin / name));
  }
  action.line(cat("Node ", node.version, " (", node.program.string(), ")"));
  action.result().path_additions = {bin.string()};
  action.output("node-version", "v" + node.version);
  action.output("cache-hit", "false");
  return success();
}

}  // namespace sluice::exec
