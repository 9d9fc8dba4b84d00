#include "exec/supervisor/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"

namespace sluice::exec {
namespace {

struct ProcessLine {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  bool ended = false;  // all its threads, not only the first
};

std::string read_file(const std::string& path, std::size_t limit) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::string content(limit, '\0');
  std::size_t size = 0;
  while (size < limit) {
    const ssize_t got = ::read(file, content.data() + size, limit - size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  ::close(file);
  content.resize(size);
  return content;
}

pid_t to_pid(std::string_view digits) {
  return static_cast<pid_t>(std::strtol(std::string(digits).c_str(), nullptr, 10));
}

// "pid (name) state ppid pgrp session … threads …"; the name may hold anything.
ProcessLine parse_stat(pid_t pid, std::string_view stat) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 >= stat.size()) return {};
  const std::vector<std::string_view> fields = split(stat.substr(name_end + 2), ' ');
  constexpr std::size_t kThreads = 17;
  if (fields.size() <= kThreads) return {};
  const bool ended = fields[0] == "X" || (fields[0] == "Z" && to_pid(fields[kThreads]) <= 1);
  return {pid, to_pid(fields[1]), to_pid(fields[3]), ended};
}

std::vector<ProcessLine> all_processes() {
  std::vector<ProcessLine> lines;
  DIR* const proc = ::opendir("/proc");
  if (proc == nullptr) return lines;
  while (const dirent* entry = ::readdir(proc)) {
    const pid_t pid = to_pid(entry->d_name);
    if (pid <= 0) continue;
    const ProcessLine line = parse_stat(pid, read_file(cat("/proc/", pid, "/stat"), 1024));
    if (line.pid != 0) lines.push_back(line);
  }
  ::closedir(proc);
  return lines;
}

enum class Compare { Equal, Prefix };

bool carries_mark(pid_t pid, const std::string& mark, Compare compare) {
  const std::string environment = read_file(cat("/proc/", pid, "/environ"), 1u << 20);
  const std::string start = cat(kStepMark, "=");
  for (const std::string_view variable : split(environment, '\0')) {
    if (!variable.starts_with(start)) continue;
    const std::string_view value = variable.substr(start.size());
    return compare == Compare::Equal ? value == mark : value.starts_with(mark);
  }
  return false;
}

bool contains(const std::vector<pid_t>& pids, pid_t pid) {
  return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

// Adds, until nothing changes, every process whose parent is already in.
void add_descendants(const std::vector<ProcessLine>& all, std::vector<pid_t>& members) {
  for (std::size_t before = 0; before != members.size();) {
    before = members.size();
    for (const ProcessLine& line : all)
      if (contains(members, line.parent) && !contains(members, line.pid))
        members.push_back(line.pid);
  }
}

std::vector<pid_t> living(const std::vector<ProcessLine>& all, const std::vector<pid_t>& members) {
  std::vector<pid_t> pids;
  for (const ProcessLine& line : all)
    if (!line.ended && contains(members, line.pid)) pids.push_back(line.pid);
  return pids;
}

}  // namespace

std::vector<pid_t> processes_of(const TreeRoot& root) {
  const std::vector<ProcessLine> all = all_processes();
  const pid_t self = ::getpid();
  std::vector<pid_t> members;
  for (const ProcessLine& line : all) {
    if (line.pid == self) continue;
    const bool daemon = line.parent == self && line.session != root.main;
    if (line.pid == root.main || line.session == root.main ||
        (daemon && carries_mark(line.pid, root.mark, Compare::Equal)))
      members.push_back(line.pid);
  }
  add_descendants(all, members);
  return living(all, members);
}

void signal_tree(const TreeRoot& root, int signal) {
  for (const pid_t pid : processes_of(root)) ::kill(pid, signal);
}

namespace {

// The system ends a killed process when it next comes to it; one that hangs in the kernel is left.
void wait_until_gone(const std::vector<pid_t>& killed) {
  constexpr int kPatience = 500;
  constexpr timespec kPause{0, 1'000'000};
  for (int i = 0; i < kPatience && !living(all_processes(), killed).empty(); ++i)
    ::nanosleep(&kPause, nullptr);
}

}  // namespace

void kill_tree(const TreeRoot& root) {
  constexpr int kRounds = 20;
  std::vector<pid_t> killed;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<pid_t> fresh;
    for (const pid_t pid : processes_of(root))
      if (!contains(killed, pid)) fresh.push_back(pid);
    if (fresh.empty()) break;
    // Stopped first, so that none of them starts another one while the rest is being killed.
    for (const pid_t pid : fresh) ::kill(pid, SIGSTOP);
    for (const pid_t pid : fresh) ::kill(pid, SIGKILL);
    killed.insert(killed.end(), fresh.begin(), fresh.end());
  }
  wait_until_gone(killed);
}

std::vector<pid_t> everything(const std::string& mark_prefix) {
  const std::vector<ProcessLine> all = all_processes();
  const pid_t self = ::getpid();
  std::vector<pid_t> members{self};
  add_descendants(all, members);
  for (const ProcessLine& line : all)
    if (!contains(members, line.pid) && carries_mark(line.pid, mark_prefix, Compare::Prefix))
      members.push_back(line.pid);
  add_descendants(all, members);
  std::erase(members, self);
  return living(all, members);
}

}  // namespace sluice::exec
