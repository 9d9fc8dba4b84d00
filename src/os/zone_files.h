// Time zones by name, from the files that tzdata installs in /usr/share/zoneinfo.
//
// "UTC" needs no file. NotFound when this machine has no zone of that name (it proposes the nearest
// one, or says which package is missing); InvalidInput when it is no name of a zone.
#pragma once

#include <string_view>

#include "base/time_zone.h"
#include "os/ports/files.h"

namespace sluice::os {

Result<TimeZone> load_time_zone(const FileReader& files, std::string_view name,
                                const Path& folder = "/usr/share/zoneinfo");

}  // namespace sluice::os
