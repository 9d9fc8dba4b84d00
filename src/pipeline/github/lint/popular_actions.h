// What widely used actions take and give, by major version, so that their use can be checked
// without loading them. Constant data, from the actions' own action.yml.
#pragma once

#include <string_view>

namespace sluice::pipeline::github {

// Lists are separated by spaces; "*" is "anything".
struct PopularAction {
  std::string_view name;
  int first_major = 0;
  int last_major = 0;  // 0: and all later ones
  std::string_view inputs;
  std::string_view required = "";
  std::string_view outputs = "";
  std::string_view deprecated = "";
};

// The action at a version such as "v4" or "v4.1.2"; null when nothing is known of it.
const PopularAction* find_popular_action(std::string_view name, std::string_view version);

// The first major version that runs on a Node.js which GitHub still has; 0 when nothing is known.
int first_runnable_major(std::string_view name);

// The number of "v4", "v4.1.2", "4"; -1 of anything else (a branch, a commit).
int major_version(std::string_view version);

}  // namespace sluice::pipeline::github
