// Finding an installed interpreter whose version fits: what setup-python and setup-node share.
#pragma once

#include <string>
#include <vector>

#include "exec/actions/action.h"
#include "exec/actions/version_file.h"
#include "exec/actions/version_range.h"

namespace sluice::exec {

struct InstalledTool {
  std::string version;  // as the program says it: "3.11.2"
  Version number{};
  os::Path program;
};

struct ToolSearch {
  std::string_view tool;                   // "python", for messages
  std::string_view version_input;          // "python-version"
  std::vector<std::string> program_names;  // looked up in every folder of PATH; a prefix with '*'
  std::vector<os::Path> more_folders;      // folders of version managers, whose bin/ is searched
  std::vector<std::string> probe;          // arguments that make it print version and path
};

// The version wanted: the input, else the file that the other input names; empty: any.
Result<std::string> wanted_version(const Action& action, std::string_view version_input,
                                   std::string_view file_input, VersionedTool tool);

// All that are installed, highest version first.
std::vector<InstalledTool> installed_tools(const Action& action, const ToolSearch& search);

// The highest installed version that fits; NotFound names what is there.
Result<InstalledTool> choose_tool(const Action& action, const ToolSearch& search,
                                  const std::string& wanted);

}  // namespace sluice::exec
