#include "exec/leg_folder.h"

#include "base/strings.h"
#include "exec/safe_name.h"

namespace sluice::exec {

os::Path LegFolder::record(const std::string& step_id) const {
  return attempt / "steps" / cat(safe_name(step_id), ".record");
}

os::Path LegFolder::summary(const std::string& step_id) const {
  return attempt / "summaries" / cat(safe_name(step_id), ".md");
}

os::Path LegFolder::step_file(const std::string& step_id, const std::string& name) const {
  return step_files() / cat(safe_name(step_id), ".", name);
}

os::Path run_folder(const os::Path& home, const std::string& run) {
  return home / "runs" / safe_name(run);
}

LegFolder leg_folder(const os::Path& home, const LegAddress& leg) {
  LegAddress first = leg;
  first.attempt = 1;
  const os::Path jobs = run_folder(home, leg.run) / "jobs";
  return {jobs / first.folder_name(), jobs / leg.folder_name()};
}

}  // namespace sluice::exec
