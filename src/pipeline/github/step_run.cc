#include "pipeline/github/step_run.h"

#include <algorithm>

namespace sluice::pipeline::github {

NamedTexts merged(NamedTexts base, const NamedTexts& over) {
  for (const auto& [name, value] : over) {
    const auto same = std::find_if(base.begin(), base.end(), [&name = name](const auto& entry) {
      return entry.first == name;
    });
    if (same != base.end())
      same->second = value;
    else
      base.emplace_back(name, value);
  }
  return base;
}

bool is_composite(const Step& step) {
  return step.action != nullptr && step.action->kind == ActionKind::Composite;
}

// The latest folder comes first; a folder is there once.
void Carried::take(const NamedTexts& environment, const std::vector<std::string>& paths) {
  for (const auto& [name, value] : environment) env[name] = value;
  for (const std::string& folder : paths) {
    path.erase(std::remove(path.begin(), path.end(), folder), path.end());
    path.insert(path.begin(), folder);
  }
  taken_env.insert(taken_env.end(), environment.begin(), environment.end());
  taken_paths.insert(taken_paths.end(), paths.begin(), paths.end());
}

}  // namespace sluice::pipeline::github
