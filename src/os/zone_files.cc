#include "os/zone_files.h"

#include "base/strings.h"
#include "base/tzif.h"
#include "base/zone_names.h"

namespace sluice::os {
namespace {

constexpr std::uint64_t kMaxBytes = 256u << 10;

Error no_such_zone(const FileReader& files, std::string_view name, const Path& folder) {
  if (!files.stat(folder).ok())
    return not_found(cat("time zone '", name, "': there is no ", folder.string(),
                         " on this machine; install the package tzdata"));
  const std::vector<std::string> names = zone_names();
  return not_found(
      cat("there is no time zone '", name, "' in ", folder.string(), did_you_mean(name, names)));
}

}  // namespace

Result<TimeZone> load_time_zone(const FileReader& files, std::string_view name,
                                const Path& folder) {
  if (name == "UTC") return TimeZone::utc();
  const ZoneName checked = check_zone_name(name);
  if (checked.kind == ZoneName::Kind::Malformed)
    return invalid_input(cat("'", name, "': ", checked.message));
  const Path path = folder / Path(name);
  auto info = files.stat(path);
  if (!info.ok() && info.error().code() != ErrorCode::NotFound) return std::move(info).error();
  if (!info.ok() || info->kind == FileKind::Directory) return no_such_zone(files, name, folder);
  return read_tzif(name, TRY_CONTEXT(files.read(path, kMaxBytes), cat("time zone '", name, "'")));
}

}  // namespace sluice::os
