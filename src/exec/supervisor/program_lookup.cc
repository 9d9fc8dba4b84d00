#include "exec/supervisor/program_lookup.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"

namespace sluice::exec {
namespace {

bool is_executable_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::string_view path_of(const std::vector<std::string>& env) {
  for (const std::string& variable : env)
    if (variable.starts_with("PATH=")) return std::string_view(variable).substr(5);
  return "/usr/local/bin:/usr/bin:/bin";
}

}  // namespace

std::optional<std::string> find_program(const std::string& name,
                                        const std::vector<std::string>& env) {
  if (name.find('/') != std::string::npos) return name;
  for (const std::string_view folder : split(path_of(env), ':')) {
    std::string candidate = cat(folder.empty() ? "." : folder, "/", name);
    if (is_executable_file(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace sluice::exec
