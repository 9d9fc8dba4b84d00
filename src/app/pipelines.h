// The pipeline files of a repository, and what they would do for an event.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/repository.h"
#include "engine/languages.h"
#include "pipeline/event.h"
#include "pipeline/plan.h"

namespace sluice::app {

// Paths of the pipeline files in the work tree at `root`, relative to it. NotFound, saying where
// they are looked for, when there is none.
Result<std::vector<std::string>> list_pipelines(const os::World& world,
                                                const engine::Languages& languages,
                                                const os::Path& root);

// The named files, or every pipeline file of the repository when none is named: from the work tree,
// or from HEAD with Edits::CommittedOnly. NotFound says where pipelines are looked for.
Result<std::vector<pipeline::SourceFile>> find_pipelines(const os::World& world,
                                                         const engine::Languages& languages,
                                                         const Repository& repository,
                                                         const std::vector<std::string>& files,
                                                         Edits edits);

// The text of one file with what it refers to, for reading it alone: `path` may be anywhere, `root`
// is the folder that references count from. The language is that of the path, or GitHub's.
Result<pipeline::SourceFile> source_of(const os::World& world, const engine::Languages& languages,
                                       const os::Path& root, std::string path, std::string text);
// The nearest folder at or above `folder` that holds `.git`; `folder` itself without one.
os::Path root_of(const os::World& world, const os::Path& folder);

// The text of one file. InvalidInput when it is larger than any pipeline.
Result<std::string> read_pipeline(const os::World& world, const os::Path& path);

// The text of a file of the repository; NotFound when it is not there.
using ReadText = std::function<Result<std::string>(const std::string& path)>;
// Fills SourceFile::others: what the file refers to, and what that refers to. Files that are not
// there are left to the language to report.
Result<void> load_references(const pipeline::Language& language, const ReadText& read,
                             pipeline::SourceFile& source);

// When a clock starts a pipeline; without times where the cron or the zone is not valid.
struct ScheduleTimes {
  pipeline::CronSchedule schedule;
  std::optional<Timestamp> previous;
  std::optional<Timestamp> next;
};

// By the zones that are installed on this machine.
std::vector<ScheduleTimes> schedule_times(const os::FileReader& files,
                                          const pipeline::ReadPipeline& read, Timestamp now);

// A `schedule` that does not say which of them fired: the one of this pipeline that fires next. Any
// other event is returned as it is.
pipeline::TriggerEvent choose_schedule(pipeline::TriggerEvent event,
                                       const std::vector<ScheduleTimes>& schedules);

struct PlannedPipeline {
  pipeline::SourceFile file;
  pipeline::TriggerEvent event;  // as it was asked for, and of a schedule which
  std::vector<ScheduleTimes> schedules;
  std::shared_ptr<const pipeline::ReadPipeline> read;
  std::shared_ptr<const pipeline::BoundPipeline> bound;  // null when the diagnostics hold an error
  std::optional<pipeline::Plan> plan;                    // of bound
  std::optional<Error> refused;  // why the event does not fit a file that is free of errors

  const std::vector<pipeline::Diagnostic>& diagnostics() const { return read->diagnostics(); }
};

Result<PlannedPipeline> plan_pipeline(const os::FileReader& files,
                                      const engine::Languages& languages,
                                      const pipeline::SourceFile& file,
                                      const pipeline::TriggerEvent& event,
                                      const pipeline::RunIdentity& identity,
                                      const pipeline::RunValues& values = {});

// The identity that a run would get now, but for number and id.
pipeline::RunIdentity identity_of(const Repository& repository, Timestamp now);

}  // namespace sluice::app
