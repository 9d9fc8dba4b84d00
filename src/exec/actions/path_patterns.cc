#include "exec/actions/path_patterns.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::exec {
namespace {

using Paths = std::vector<std::string>;

std::string absolute_pattern(std::string_view line, const std::string& workspace,
                             const std::string& home) {
  if (line.starts_with('/')) return std::string(line);
  if (line == "~" || line.starts_with("~/")) return home + std::string(line.substr(1));
  while (line.starts_with("./")) line.remove_prefix(2);
  if (line == "." || line.empty()) return workspace;
  return cat(workspace, "/", line);
}

// Where the search begins: of each pattern the names before the first special one, relative to "/";
// what lies below another one is left out.
Paths search_paths(const std::string& patterns) {
  Paths all;
  for (const std::string_view line : split_lines(patterns)) {
    if (line.front() == '!') continue;
    std::string literal;
    for (const std::string_view name : split(line.substr(1), '/')) {
      if (name.find_first_of("*?[\\") != std::string_view::npos) break;
      if (!name.empty() && name != ".") literal += cat(literal.empty() ? "" : "/", name);
    }
    all.push_back(literal);
  }
  std::sort(all.begin(), all.end());
  Paths outermost;
  for (const std::string& path : all) {
    const bool covered = std::any_of(outermost.begin(), outermost.end(), [&](const auto& other) {
      return other.empty() || (path + "/").starts_with(other + "/");
    });
    if (!covered) outermost.push_back(path);
  }
  return outermost;
}

}  // namespace

os::Path home_of_steps(const Action& action) {
  const auto own = action.request().step.env.find("HOME");
  if (own != action.request().step.env.end()) return own->second;
  return action.world().environment.get("HOME").value_or("/root");
}

PathPatterns read_path_patterns(const Action& action, std::string_view input) {
  const std::string workspace = action.request().folder.workspace().string();
  const std::string home = home_of_steps(action).string();
  PathPatterns patterns;
  for (std::string_view line : split_lines(input)) {
    line = trim(line);
    if (line.empty() || line.front() == '#') continue;
    const bool excludes = line.front() == '!';
    if (excludes) line = trim(line.substr(1));
    patterns.absolute += cat(excludes ? "!" : "", absolute_pattern(line, workspace, home), "\n");
  }
  patterns.starts = search_paths(patterns.absolute);
  return patterns;
}

}  // namespace sluice::exec
