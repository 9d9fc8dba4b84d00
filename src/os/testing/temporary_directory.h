// A real, empty folder that goes, with everything in it, when the object goes.
#pragma once

#include <string_view>

#include "os/ports/files.h"

namespace sluice::os {

class TemporaryDirectory {
 public:
  TemporaryDirectory();  // aborts where none can be made
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const Path& path() const { return path_; }
  Path operator/(std::string_view name) const { return path_ / name; }

 private:
  Path path_;
};

}  // namespace sluice::os
