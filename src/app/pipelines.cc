#include "app/pipelines.h"

#include <algorithm>

#include "base/strings.h"
#include "os/zone_files.h"
#include "pipeline/cron.h"

namespace sluice::app {
namespace {

using pipeline::SourceFile;

constexpr std::uint64_t kLargestPipeline = 4u << 20;
constexpr std::size_t kMostOthers = 200;  // GitHub takes 50 workflows; actions come on top
constexpr const char* kWorkflows = ".github/workflows";

const pipeline::Language* language_of(const engine::Languages& languages, const std::string& path) {
  if (const auto* language = languages.for_file(path)) return language;
  // A workflow that is kept elsewhere is read as one when it is named.
  return path.ends_with(".yml") || path.ends_with(".yaml") ? languages.find("github") : nullptr;
}

std::string inside_repository(const os::Path& root, const std::string& file) {
  const os::Path relative = os::Path(file).lexically_normal().lexically_relative(root);
  return relative.empty() || relative.string().starts_with("..") ? file : relative.string();
}

Result<std::vector<std::string>> only_pipelines(std::vector<std::string> paths,
                                                const engine::Languages& languages,
                                                const os::Path& root) {
  std::erase_if(paths,
                [&](const std::string& path) { return languages.for_file(path) == nullptr; });
  if (paths.empty())
    return not_found(cat("no pipeline in ", root.string(), ": looked for ", kWorkflows, "/*.yml"));
  return paths;
}

}  // namespace

Result<std::vector<std::string>> list_pipelines(const os::World& world,
                                                const engine::Languages& languages,
                                                const os::Path& root) {
  std::vector<std::string> paths;
  if (auto entries = world.files.list(root / kWorkflows); entries.ok())
    for (const os::DirectoryEntry& entry : *entries)
      paths.push_back(cat(kWorkflows, "/", entry.name));
  return only_pipelines(std::move(paths), languages, root);
}

Result<void> load_references(const pipeline::Language& language, const ReadText& read,
                             SourceFile& source) {
  std::vector<std::string> wanted = language.references(source.path, source.text);
  while (!wanted.empty()) {
    const std::string path = std::move(wanted.back());
    wanted.pop_back();
    if (path == source.path || source.others.count(path) > 0) continue;
    if (source.others.size() >= kMostOthers)
      return invalid_input(cat(source.path, ": refers to more than ", kMostOthers,
                               " other files, the last one ", path));
    Result<std::string> text = read(path);
    const bool is_pipeline = path.ends_with(".yml") || path.ends_with(".yaml");
    // Scripts are only looked into: one that cannot be read is as one that is not there.
    if (!text.ok() && is_pipeline && text.error().code() != ErrorCode::NotFound)
      return text.error();
    if (!text.ok()) {
      source.others[path] = std::nullopt;
      continue;
    }
    for (std::string& next : language.references(path, *text)) wanted.push_back(std::move(next));
    source.others[path] = std::move(text).value();
  }
  return success();
}

Result<std::string> read_pipeline(const os::World& world, const os::Path& path) {
  Result<std::string> text = world.files.read(path, kLargestPipeline);
  if (text.ok() || text.error().code() != ErrorCode::ResourceExhausted) return text;
  return invalid_input(text.error().message());
}

os::Path root_of(const os::World& world, const os::Path& folder) {
  for (os::Path at = folder;; at = at.parent_path()) {
    if (world.files.stat(at / ".git").ok()) return at;
    if (at == at.parent_path()) return folder;
  }
}

Result<SourceFile> source_of(const os::World& world, const engine::Languages& languages,
                             const os::Path& root, std::string path, std::string text) {
  SourceFile source{std::move(path), std::move(text)};
  const pipeline::Language* language = languages.for_file(source.path);
  if (language == nullptr) language = languages.find("github");
  const ReadText read = [&](const std::string& other) {
    return read_pipeline(world, root / other);
  };
  TRY(load_references(*language, read, source));
  return source;
}

Result<std::vector<SourceFile>> find_pipelines(const os::World& world,
                                               const engine::Languages& languages,
                                               const Repository& repository,
                                               const std::vector<std::string>& files, Edits edits) {
  const os::Path& root = repository.facts().root;
  std::vector<std::string> paths;
  for (const std::string& file : files) {
    const os::Path path = TRY_CONTEXT(world.files.resolve(file), "pipeline file");
    paths.push_back(inside_repository(root, path.string()));
  }
  if (files.empty() && edits == Edits::Include) paths = TRY(list_pipelines(world, languages, root));
  if (files.empty() && edits == Edits::CommittedOnly) {
    paths = TRY(repository.list_at(repository.facts().head, kWorkflows));
    paths = TRY(only_pipelines(std::move(paths), languages, root));
  }
  std::map<std::string, std::string> committed;
  if (edits == Edits::CommittedOnly && files.empty())
    committed = repository.read_all_at(repository.facts().head, paths);
  const ReadText read = [&](const std::string& path) -> Result<std::string> {
    if (const auto known = committed.find(path); known != committed.end()) return known->second;
    if (edits == Edits::CommittedOnly) return repository.read_at(repository.facts().head, path);
    return read_pipeline(world, root / path);
  };
  std::vector<SourceFile> sources;
  for (const std::string& path : paths) {
    SourceFile source;
    source.path = path;
    source.text = TRY(read(path));
    if (const auto* language = language_of(languages, path))
      TRY(load_references(*language, read, source));
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<ScheduleTimes> schedule_times(const os::FileReader& files,
                                          const pipeline::ReadPipeline& read, Timestamp now) {
  std::vector<ScheduleTimes> all;
  for (pipeline::CronSchedule& schedule : read.schedules()) {
    ScheduleTimes times{std::move(schedule), {}, {}};
    const auto cron = pipeline::parse_cron(times.schedule.cron).cron;
    const auto zone = os::load_time_zone(
        files, times.schedule.timezone.empty() ? "UTC" : times.schedule.timezone);
    if (cron && zone.ok()) {
      times.previous = cron->previous(now, *zone);
      times.next = cron->next(now, *zone);
    }
    all.push_back(std::move(times));
  }
  return all;
}

pipeline::TriggerEvent choose_schedule(pipeline::TriggerEvent event,
                                       const std::vector<ScheduleTimes>& schedules) {
  if (event.name != "schedule" || schedules.empty() || !event.payload.is_object()) return event;
  JsonObject& payload = event.payload.get_object();
  if (payload.contains("schedule")) return event;
  const auto first = std::min_element(
      schedules.begin(), schedules.end(), [](const ScheduleTimes& a, const ScheduleTimes& b) {
        return a.next.value_or(Timestamp::max()) < b.next.value_or(Timestamp::max());
      });
  payload["schedule"] = first->schedule.cron;
  return event;
}

Result<PlannedPipeline> plan_pipeline(const os::FileReader& files,
                                      const engine::Languages& languages, const SourceFile& file,
                                      const pipeline::TriggerEvent& event,
                                      const pipeline::RunIdentity& identity,
                                      const pipeline::RunValues& values) {
  const pipeline::Language* language = language_of(languages, file.path);
  if (language == nullptr)
    return invalid_input(cat(file.path,
                             ": not a pipeline file that sluice reads (GitHub Actions "
                             "workflows end in .yml or .yaml)"));
  PlannedPipeline planned;
  planned.file = file;
  planned.read = language->read(file);
  planned.event = event;
  if (pipeline::has_errors(planned.diagnostics())) return planned;
  planned.schedules = schedule_times(files, *planned.read, identity.created);
  planned.event = choose_schedule(event, planned.schedules);
  auto bound = planned.read->bind(planned.event, identity, values);
  if (!bound.ok()) {
    planned.refused = bound.error();
    return planned;
  }
  planned.bound = std::move(bound).value();
  planned.plan = planned.bound->plan();
  return planned;
}

pipeline::RunIdentity identity_of(const Repository& repository, Timestamp now) {
  pipeline::RunIdentity identity;
  identity.run_id = std::string(26, '0');
  identity.repository = repository.facts().name;
  identity.default_branch = repository.facts().default_branch;
  identity.actor = repository.facts().author;
  identity.created = now;
  return identity;
}

}  // namespace sluice::app
