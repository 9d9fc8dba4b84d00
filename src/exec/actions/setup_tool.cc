#include "exec/actions/setup_tool.h"

#include <algorithm>
#include <set>

#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr std::uint64_t kFileLimit = 1u << 20;

bool fits_name(const std::string& file, const std::string& pattern) {
  if (!pattern.ends_with('*')) return file == pattern;
  const std::string_view prefix = std::string_view(pattern).substr(0, pattern.size() - 1);
  // Versions only: python3.11, not python3.11-config.
  return file.starts_with(prefix) && file.size() > prefix.size() &&
         file.find_first_not_of("0123456789.", prefix.size()) == std::string::npos;
}

std::vector<os::Path> folders_to_search(const Action& action, const ToolSearch& search) {
  std::vector<os::Path> folders;
  const auto own = action.request().step.env.find("PATH");
  const std::string path = own != action.request().step.env.end()
                               ? own->second
                               : action.world().environment.get("PATH").value_or("/usr/bin:/bin");
  for (const std::string_view folder : split(path, ':'))
    if (!folder.empty()) folders.emplace_back(folder);
  for (const os::Path& versions : search.more_folders) {
    const auto entries = action.world().files.list(versions);
    if (!entries.ok()) continue;
    for (const os::DirectoryEntry& entry : entries.value())
      folders.push_back(versions / entry.name / "bin");
  }
  return folders;
}

std::vector<os::Path> candidates(const Action& action, const ToolSearch& search) {
  std::vector<os::Path> programs;
  for (const os::Path& folder : folders_to_search(action, search)) {
    const auto entries = action.world().files.list(folder);
    if (!entries.ok()) continue;
    for (const os::DirectoryEntry& entry : entries.value())
      for (const std::string& name : search.program_names)
        if (fits_name(entry.name, name)) programs.push_back(folder / entry.name);
  }
  return programs;
}

std::optional<InstalledTool> probe(const Action& action, const ToolSearch& search,
                                   const os::Path& program) {
  os::ProcessSpec spec;
  spec.argv = {program.string()};
  spec.argv.insert(spec.argv.end(), search.probe.begin(), search.probe.end());
  spec.working_directory = "/";
  for (const char* name : {"PATH", "HOME"})
    if (auto value = action.world().environment.get(name)) spec.env[name] = *value;
  os::RunLimits limits;
  limits.timeout = std::chrono::seconds(20);
  const auto run = action.world().processes.run(spec, limits, action.request().cancel);
  if (!run.ok() || !run.value().status.ok()) return std::nullopt;
  const std::vector<std::string_view> lines = split_lines(run.value().output);
  if (lines.empty()) return std::nullopt;
  const std::optional<Version> number = parse_version(lines[0]);
  if (!number) return std::nullopt;
  std::string version(trim(lines[0]));
  if (version.starts_with('v')) version.erase(0, 1);
  const os::Path real = lines.size() > 1 && !lines[1].empty() ? os::Path(lines[1]) : program;
  return InstalledTool{version, *number, real};
}

}  // namespace

Result<std::string> wanted_version(const Action& action, std::string_view version_input,
                                   std::string_view file_input, VersionedTool tool) {
  const std::string wanted = action.input(version_input);
  const std::string file = action.input(file_input);
  if (wanted.empty() && !file.empty()) {
    const std::string text =
        TRY_CONTEXT(action.world().files.read(action.in_workspace(file), kFileLimit),
                    cat("input '", file_input, "'"));
    return TRY_CONTEXT(version_in_file(tool, file, text), cat("input '", file_input, "'"));
  }
  // Of several lines the last becomes the default, as with the action.
  const std::vector<std::string_view> lines = split_lines(trim(wanted));
  return lines.empty() ? std::string() : std::string(trim(lines.back()));
}

std::vector<InstalledTool> installed_tools(const Action& action, const ToolSearch& search) {
  std::vector<InstalledTool> tools;
  std::set<os::Path> known;
  for (const os::Path& program : candidates(action, search)) {
    std::optional<InstalledTool> tool = probe(action, search, program);
    if (tool && known.insert(tool->program).second) tools.push_back(std::move(*tool));
  }
  std::stable_sort(tools.begin(), tools.end(),
                   [](const auto& a, const auto& b) { return a.number > b.number; });
  return tools;
}

Result<InstalledTool> choose_tool(const Action& action, const ToolSearch& search,
                                  const std::string& wanted) {
  const VersionRange range =
      TRY_CONTEXT(VersionRange::parse(wanted), cat("input '", search.version_input, "'"));
  const std::vector<InstalledTool> tools = installed_tools(action, search);
  for (const InstalledTool& tool : tools)
    if (range.contains(tool.number)) return tool;
  std::string there;
  for (const InstalledTool& tool : tools)
    there += cat(there.empty() ? "" : ", ", tool.version, " (", tool.program.string(), ")");
  return not_found(cat("no installed ", search.tool, " fits '", wanted,
                       "'; installed: ", there.empty() ? "none" : there));
}

}  // namespace sluice::exec
