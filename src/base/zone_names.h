// Names of time zones that can be judged without a disk: the list of one release of tzdata.
//
// Zones are added every few years, so an unknown name of the right form is a warning for a reader
// of files; whether this machine has the zone is for os/zone_files.h to say. Names are
// case-sensitive. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct ZoneName {
  enum class Kind { Known, Unknown, Malformed } kind = Kind::Known;
  std::string message;  // empty when known; proposes the nearest name
};

ZoneName check_zone_name(std::string_view name);
std::vector<std::string> zone_names();  // sorted

}  // namespace sluice
