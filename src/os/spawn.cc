#include "os/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.h"

namespace sluice::os {

namespace {

constexpr std::size_t kLargestInput = 1u << 20;
constexpr int kFirstFree = 3;

class FileActions {
 public:
  FileActions() { CHECK(::posix_spawn_file_actions_init(&actions_) == 0); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  // Also of a descriptor to its own number, which then stays open in the child.
  void duplicate(int from, int to) {
    CHECK(::posix_spawn_file_actions_adddup2(&actions_, from, to) == 0);
  }
  void change_directory(const Path& path) {
    CHECK(::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str()) == 0);
  }
  // Everything from 3 on but `kept`: what we inherited from careless parents is not for our steps.
  void close_all_but(std::vector<int> kept) {
    std::ranges::sort(kept);
    int next = kFirstFree;
    for (const int number : kept) {
      for (; next < number; ++next) {
        CHECK(::posix_spawn_file_actions_addclose(&actions_, next) == 0);
      }
      next = number + 1;
    }
    CHECK(::posix_spawn_file_actions_addclosefrom_np(&actions_, next) == 0);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class SpawnAttributes {
 public:
  explicit SpawnAttributes(Session session) {
    CHECK(::posix_spawnattr_init(&attributes_) == 0);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (session == Session::NewGroup) flags |= POSIX_SPAWN_SETPGROUP;
    if (session == Session::NewSession) flags |= POSIX_SPAWN_SETSID;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    CHECK(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)) == 0);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

Result<void> check_spec(const ProcessSpec& spec) {
  if (spec.argv.empty() || spec.argv[0].empty()) return invalid_input("no program to start");
  if (spec.standard_input.size() > kLargestInput) {
    return invalid_input(cat("start ", spec.argv[0], ": standard input of ",
                             human_bytes(spec.standard_input.size()), " is over the limit of ",
                             human_bytes(kLargestInput)));
  }
  const auto holds_nul = [](const std::string& text) { return text.find('\0') != text.npos; };
  if (std::ranges::any_of(spec.argv, holds_nul)) {
    return invalid_input(cat("start ", spec.argv[0], ": an argument holds a NUL byte"));
  }
  for (const auto& [name, value] : spec.env) {
    if (name.empty() || name.find('=') != name.npos || holds_nul(name) || holds_nul(value)) {
      return invalid_input(
          cat("start ", spec.argv[0], ": '", name, "' is no valid environment variable"));
    }
  }
  for (const int number : spec.pass_descriptors) {
    if (number < kFirstFree || ::fcntl(number, F_GETFD) < 0) {
      return invalid_input(
          cat("start ", spec.argv[0], ": descriptor ", number, " cannot be passed on"));
    }
  }
  struct stat info {};
  const Path& folder = spec.working_directory;
  if (!folder.empty() && ::stat(folder.c_str(), &info) != 0) {
    return system_error(errno, cat("start ", spec.argv[0], " in ", folder.string()));
  }
  return success();
}

bool is_program(const Path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

// The file to execute, seen from the child's working directory.
Result<std::string> find_program(const ProcessSpec& spec) {
  const std::string& name = spec.argv[0];
  if (name.find('/') != name.npos) return name;
  const auto variable = spec.env.find("PATH");
  const std::string path =
      variable == spec.env.end() ? "/usr/local/bin:/usr/bin:/bin" : variable->second;
  for (const std::string_view folder : split(path, ':')) {
    const Path candidate = Path(folder.empty() ? "." : folder) / name;
    if (is_program(spec.working_directory / candidate)) return candidate.string();
  }
  return not_found(cat("program '", name, "' is not in PATH (", path, ")"));
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A number above the standard ones that means the same, so that no dup2 overwrites a later source.
Result<int> moved_up(int number, std::vector<Descriptor>& owned) {
  if (number >= kFirstFree) return number;
  const int higher = ::fcntl(number, F_DUPFD_CLOEXEC, kFirstFree);
  if (higher < 0) return system_error(errno, "pass on a descriptor");
  owned.emplace_back(higher);
  return higher;
}

Error spawn_error(int error_number, const ProcessSpec& spec) {
  std::string what = cat("start ", spec.argv[0]);
  if (!spec.working_directory.empty()) what += cat(" in ", spec.working_directory.string());
  if (error_number == ENOEXEC) {
    return invalid_input(cat(what, ": is no program of this machine and has no #! line"));
  }
  return system_error(error_number, what);
}

}  // namespace

Result<pid_t> spawn_child(const ProcessSpec& spec, int output, int error_output) {
  TRY(check_spec(spec));
  std::string program = TRY(find_program(spec));
  std::vector<std::string> arguments = spec.argv;
  std::vector<std::string> variables;
  for (const auto& [name, value] : spec.env) variables.push_back(cat(name, "=", value));

  const Descriptor input =
      TRY(spec.standard_input.empty() ? open_null_device() : make_input_file(spec.standard_input));
  std::vector<Descriptor> owned;
  FileActions actions;
  actions.duplicate(spec.input.value_or(input.get()), STDIN_FILENO);
  const int output_above = TRY(moved_up(output, owned));
  const int error_above = TRY(moved_up(error_output, owned));
  actions.duplicate(output_above, STDOUT_FILENO);
  actions.duplicate(error_above, STDERR_FILENO);
  for (const int number : spec.pass_descriptors) actions.duplicate(number, number);
  actions.close_all_but(spec.pass_descriptors);
  if (!spec.working_directory.empty()) actions.change_directory(spec.working_directory);

  const SpawnAttributes attributes(spec.session);
  const auto argv = pointers_to(arguments);
  const auto envp = pointers_to(variables);
  pid_t pid = 0;
  const int error_number = ::posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(),
                                         argv.data(), envp.data());
  if (error_number != 0) return spawn_error(error_number, spec);
  return pid;
}

}  // namespace sluice::os
