#include "delivery/target_folder.h"

#include <algorithm>

#include "base/json.h"
#include "base/strings.h"

namespace sluice::delivery {
namespace {

constexpr std::int64_t kSchema = 1;

}  // namespace

Result<void> check_target_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const bool fits =
      !name.empty() && name.size() <= 63 && plain(name[0]) &&
      std::ranges::all_of(name, [&](char c) { return plain(c) || c == '-' || c == '_'; });
  if (fits) return success();
  return invalid_input(cat("'", name,
                           "' is no name for a target: 1 to 63 of a-z, 0-9, '-' and '_', starting "
                           "with a letter or digit"));
}

os::Path target_folder(const os::Path& home, std::string_view name) {
  return home / "targets" / name;
}

os::Path control_socket(const os::Path& folder) {
  return folder / "control.sock";
}

os::Path keeper_log(const os::Path& folder) {
  return folder / "keeper.log";
}

os::Path replica_log(const os::Path& folder, std::string_view replica) {
  return folder / "replicas" / replica / "log";
}

Result<std::vector<std::string>> list_targets(const os::FileReader& files, const os::Path& home) {
  std::vector<std::string> names;
  const auto entries = files.list(home / "targets");
  if (!entries.ok())
    return entries.error().code() == ErrorCode::NotFound
               ? Result<std::vector<std::string>>(std::move(names))
               : Result<std::vector<std::string>>(entries.error());
  for (const os::DirectoryEntry& entry : entries.value())
    if (entry.kind == os::FileKind::Directory &&
        files.stat(home / "targets" / entry.name / "target.json").ok())
      names.push_back(entry.name);
  return names;
}

Result<TargetSettings> read_target(const os::FileReader& files, const os::Path& folder) {
  const os::Path path = folder / "target.json";
  const auto text = files.read(path, 1u << 20);
  if (!text.ok()) {
    if (text.error().code() != ErrorCode::NotFound) return text.error();
    return not_found(cat("there is no target '", folder.filename().string(),
                         "' here; `sluice deploy` makes one"));
  }
  const Json json = TRY_CONTEXT(parse_json(text.value()), path.string());
  const JsonObject& object = *TRY_CONTEXT(as_object(json, "target"), path.string());
  const std::int64_t schema = TRY_CONTEXT(get_int(object, "schema"), path.string());
  if (schema > kSchema)
    return failed_precondition(cat(path.string(), ": its schema is ", schema,
                                   ", this program knows ", kSchema,
                                   ": a newer sluice wrote it, use that one"));
  TargetSettings settings;
  settings.name = TRY_CONTEXT(get_string(object, "name"), path.string());
  settings.host = TRY_CONTEXT(get_string(object, "host"), path.string());
  const std::int64_t port = TRY_CONTEXT(get_int(object, "port"), path.string());
  const std::int64_t replicas = TRY_CONTEXT(get_int(object, "replicas"), path.string());
  if (port < 0 || port > 65535)
    return invalid_input(cat(path.string(), ": 'port' is ", port, "; 0 to 65535 is possible"));
  if (replicas < 1 || replicas > 1000)
    return invalid_input(
        cat(path.string(), ": 'replicas' is ", replicas, "; 1 to 1000 is possible"));
  settings.port = static_cast<std::uint16_t>(port);
  settings.replicas = static_cast<int>(replicas);
  return settings;
}

Result<void> write_target(os::Files& files, const os::Path& folder,
                          const TargetSettings& settings) {
  TRY(files.make_directories(folder, 0700));
  const JsonObject object{{"schema", kSchema},
                          {"name", settings.name},
                          {"host", settings.host},
                          {"port", settings.port},
                          {"replicas", settings.replicas}};
  return files.write(folder / "target.json", to_pretty_text(object) + "\n", os::Durability::Power);
}

}  // namespace sluice::delivery
