#include "os/testing/temporary_directory.h"

#include <cstdlib>

#include "base/check.h"
#include "os/real_files.h"

namespace sluice::os {

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX").string();
  CHECK(::mkdtemp(name.data()) != nullptr);
  // Resolved, so that paths which programs report compare equal to it.
  path_ = std::filesystem::canonical(name);
}

TemporaryDirectory::~TemporaryDirectory() {
  (void)RealFiles().remove_all(path_);
}

}  // namespace sluice::os
