// Which processes belong to a step, found by walking /proc, and signals to all of them.
//
// A process belongs to the step when it descends from its main process, is in its session, or (a
// daemon that left both) has our parent and carries the step's mark in its environment.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace sluice::exec {

// Name of the environment variable that marks the processes of a step.
inline constexpr char kStepMark[] = "SLUICE_STEP";

struct TreeRoot {
  pid_t main = 0;    // also the session
  std::string mark;  // value of SLUICE_STEP
};

// Living ones (no zombies), in no order.
std::vector<pid_t> processes_of(const TreeRoot& root);
void signal_tree(const TreeRoot& root, int signal);
// SIGKILL to all, those that appear meanwhile too; returns when they are gone, or half a second
// later.
void kill_tree(const TreeRoot& root);

// Living ones of everything that descends from this process, and of what carries a mark that begins
// with `mark_prefix`, whoever its parent is now.
std::vector<pid_t> everything(const std::string& mark_prefix);

}  // namespace sluice::exec
