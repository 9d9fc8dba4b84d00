#include "os/machine.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <charconv>

#include "base/strings.h"
#include "os/real_files.h"

namespace sluice::os {

namespace {

int usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return ::get_nprocs();
  return CPU_COUNT(&set);
}

// "MemAvailable:   1234 kB" of /proc/meminfo in bytes; 0 where the line is missing.
std::uint64_t available_memory(std::string_view meminfo) {
  constexpr std::string_view kName = "MemAvailable:";
  const auto at = meminfo.find(kName);
  if (at == std::string_view::npos) return 0;
  meminfo.remove_prefix(at + kName.size());
  meminfo.remove_prefix(std::min(meminfo.find_first_not_of(' '), meminfo.size()));
  std::uint64_t kilobytes = 0;
  std::from_chars(meminfo.data(), meminfo.data() + meminfo.size(), kilobytes);
  return kilobytes * 1024;
}

}  // namespace

Machine describe_machine() {
  Machine machine;
  machine.processors = usable_processors();
  struct sysinfo memory {};
  if (::sysinfo(&memory) == 0) machine.memory = std::uint64_t{memory.totalram} * memory.mem_unit;
  if (const auto text = RealFiles().read("/proc/meminfo", 1u << 20); text.ok()) {
    machine.available_memory = available_memory(text.value());
  }
  struct rlimit files {};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) machine.open_file_limit = files.rlim_cur;
  struct utsname system {};
  if (::uname(&system) == 0) {
    machine.system = cat(system.sysname, " ", system.release, " ", system.machine);
    machine.host_name = system.nodename;
  }
  return machine;
}

}  // namespace sluice::os
