// What this machine offers, and what is missing for what.
#pragma once

#include <string>
#include <vector>

#include "os/world.h"

namespace sluice::app {

enum class Need { Required, Optional };

struct Finding {
  std::string name;  // "git"
  bool present = false;
  std::string detail;      // version and place, or why it is not there
  std::string needed_for;  // "checking out sources"
  std::string hint;        // what to do when it is missing
  Need need = Need::Optional;
};

std::vector<Finding> examine_machine(const os::World& world, const os::Path& home);

}  // namespace sluice::app
