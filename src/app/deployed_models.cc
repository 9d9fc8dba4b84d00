#include "app/deployed_models.h"

#include <set>

#include "base/strings.h"
#include "delivery/idle_target.h"
#include "delivery/target_folder.h"
#include "ml/model/model_folder.h"
#include "ml/registry/staged_model.h"

namespace sluice::app {
namespace {

os::Path deployed_folder(const os::Path& home) {
  return home / "deployed";
}

Result<std::set<std::string>> digests_in_use(const os::World& world, const os::Path& home) {
  std::set<std::string> used;
  for (const std::string& name : TRY(delivery::list_targets(world.files, home))) {
    const os::Path folder = delivery::target_folder(home, name);
    const delivery::TargetState state = TRY(delivery::read_target_state(world.files, folder, name));
    for (const int number : delivery::revisions_in_use(state)) {
      const auto& labels = state.revisions.at(number).revision.labels;
      const auto digest = labels.find("model_digest");
      if (digest != labels.end()) used.insert(digest->second);
    }
  }
  return used;
}

}  // namespace

Result<os::Path> keep_deployed_model(const os::World& world, const os::Path& home,
                                     const os::Path& folder, const Digest& digest) {
  const os::Path copy = deployed_folder(home) / digest.hex();
  const auto there = ml::model_digest(world.files, copy);
  if (there.ok() && *there == digest) return copy;
  const auto staged = TRY(ml::StagedModel::stage(world, deployed_folder(home), folder, digest));
  TRY(staged->place(copy));
  return copy;
}

Result<std::size_t> remove_unused_deployed_models(const os::World& world, const os::Path& home) {
  const auto entries = world.files.list(deployed_folder(home));
  if (!entries.ok()) return std::size_t{0};
  const std::set<std::string> used = TRY(digests_in_use(world, home));
  std::size_t removed = 0;
  for (const os::DirectoryEntry& entry : *entries) {
    const auto digest = Digest::parse(cat("sha256:", entry.name));
    if (!digest.ok() || used.contains(digest->to_string())) continue;
    TRY(world.files.remove_all(deployed_folder(home) / entry.name));
    ++removed;
  }
  return removed;
}

}  // namespace sluice::app
