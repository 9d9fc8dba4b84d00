#include "exec/supervisor/records.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr std::string_view kMeaningful[] = {"add-mask", "set-output", "save-state",
                                            "set-env",  "add-path",   "stop-commands"};

std::string read_small_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  char buffer[4096];
  const ssize_t size = ::read(file, buffer, sizeof buffer);
  ::close(file);
  return size > 0 ? std::string(buffer, static_cast<std::size_t>(size)) : std::string();
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::size_t count_meaningful(const EndedMessage& ended) {
  std::size_t count = 0;
  for (const auto& command : ended.commands)
    for (const std::string_view name : kMeaningful) count += command.name == name;
  return count;
}

// Writes all of `text`; the descriptor is closed in any case.
Result<void> write_and_close(int file, const std::string& path, std::string_view text,
                             RecordSync sync) {
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written > 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      error = errno;
  }
  if (error == 0 && sync == RecordSync::Yes && ::fsync(file) != 0) error = errno;
  if (::close(file) != 0 && error == 0) error = errno;
  if (error != 0) return system_error(error, cat("write ", path));
  return success();
}

Result<void> sync_folder_of(const std::string& path, RecordSync sync) {
  if (sync == RecordSync::No) return success();
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return system_error(errno, cat("open ", folder));
  const int status = ::fsync(directory);
  const int error = errno;
  ::close(directory);
  if (status != 0) return system_error(error, cat("sync ", folder));
  return success();
}

}  // namespace

std::string read_boot_id() {
  return std::string(trim(read_small_file("/proc/sys/kernel/random/boot_id")));
}

std::uint64_t read_start_ticks(pid_t pid) {
  const std::string stat = read_small_file(cat("/proc/", pid, "/stat"));
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string_view> fields =
      split(std::string_view(stat).substr(name_end + 2), ' ');
  constexpr std::size_t kStartTime = 19;  // counted after the name
  return fields.size() > kStartTime ? std::strtoull(fields[kStartTime].data(), nullptr, 10) : 0;
}

std::string to_json_text(const StartedMessage& started) {
  return cat("{\"boot_id\":", quoted(started.boot_id), ",\"pid\":", started.pid,
             ",\"start_ticks\":", started.start_ticks,
             ",\"started\":", quoted(to_rfc3339(started.time)), "}\n");
}

std::string to_json_text(const EndedMessage& ended) {
  return cat("{\"outcome\":", quoted(to_string(ended.end)), ",\"exit_code\":", ended.exit_code,
             ",\"signal\":", ended.signal, ",\"message\":", quoted(ended.message),
             ",\"started\":", quoted(to_rfc3339(ended.started)),
             ",\"ended\":", quoted(to_rfc3339(ended.ended)),
             ",\"kept_commands\":", count_meaningful(ended), "}\n");
}

Result<void> create_record(const std::string& path, std::string_view text, RecordSync sync) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return system_error(errno, cat("create ", path));
  Result<void> written = write_and_close(file, path, text, sync);
  if (!written.ok()) ::unlink(path.c_str());
  TRY(written);
  return sync_folder_of(path, sync);
}

Result<void> append_to_record(const std::string& path, std::string_view text, RecordSync sync) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return system_error(errno, cat("open ", path));
  const off_t before = ::lseek(file, 0, SEEK_END);
  const Result<void> written = write_and_close(file, path, text, sync);
  if (!written.ok() && before >= 0 && ::truncate(path.c_str(), before) != 0) {
    // A line without its end counts as none.
  }
  return written;
}

}  // namespace sluice::exec
