// What a step leaves on disk of its start and end (docs/formats/run_folder.md), and the facts about
// processes that go into it. The writing half of these files; the engine reads them as JSON.
#pragma once

#include <string>

#include "base/result.h"
#include "exec/step_messages.h"

namespace sluice::exec {

std::string read_boot_id();
// Field 22 of /proc/<pid>/stat; 0 when there is no such process.
std::uint64_t read_start_ticks(pid_t pid);

std::string to_json_text(const StartedMessage& started);
// Without the commands, which may hold secrets: only how many of those that matter were kept.
std::string to_json_text(const EndedMessage& ended);

// AlreadyExists when it is there (O_EXCL). A file that could not be written whole is removed.
Result<void> create_record(const std::string& path, std::string_view text, RecordSync sync);
// All of it or nothing.
Result<void> append_to_record(const std::string& path, std::string_view text, RecordSync sync);

}  // namespace sluice::exec
