#include "exec/step_record.h"

#include "base/json.h"

namespace sluice::exec {
namespace {

constexpr std::uint64_t kLargestRecord = 16u << 20;  // the result of a built-in action

std::optional<StepStart> read_start(std::string_view line) {
  const Result<Json> json = parse_json(line);
  const JsonObject* const object = json.ok() ? json.value().if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  const Result<std::int64_t> pid = get_int(*object, "pid");
  const Result<std::int64_t> ticks = get_int(*object, "start_ticks");
  const std::optional<Timestamp> started = parse_rfc3339(string_or(*object, "started", ""));
  if (!pid.ok() || !ticks.ok() || !started) return std::nullopt;
  return StepStart{{string_or(*object, "boot_id", ""), static_cast<pid_t>(pid.value()),
                    static_cast<std::uint64_t>(ticks.value())},
                   *started};
}

}  // namespace

StepRecord read_step_record(const os::FileReader& files, const os::Path& path) {
  StepRecord record;
  const Result<std::string> text = files.read(path, kLargestRecord);
  if (!text.ok()) return record;
  const std::size_t first = text->find('\n');
  if (first == std::string::npos) return record;
  record.start = read_start(std::string_view(*text).substr(0, first));
  const std::size_t second = text->find('\n', first + 1);
  if (second != std::string::npos) record.end = text->substr(first + 1, second - first - 1);
  return record;
}

}  // namespace sluice::exec
