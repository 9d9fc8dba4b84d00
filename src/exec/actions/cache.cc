// actions/cache/restore, actions/cache/save, and actions/cache, which restores in its place and
// saves when the job's steps are over; versions 3 to 5, over the caches of this home.
#include "base/json.h"
#include "base/strings.h"
#include "exec/actions/action.h"
#include "exec/actions/cache_layout.h"
#include "exec/caches.h"
#include "exec/file_walk.h"
#include "exec/git.h"

namespace sluice::exec {
namespace {

// What the post step has to know of the main part.
constexpr char kPrimaryKey[] = "primary-key";
constexpr char kMatchedKey[] = "matched-key";
constexpr std::size_t kKeyLimit = 512;
constexpr std::size_t kKeysLimit = 10;
// What the real action mixes into the version beside the paths.
constexpr std::string_view kCompression = "zstd-without-long";
constexpr std::string_view kVersionSalt = "1.0";

std::vector<std::string> lines_of(std::string_view input) {
  std::vector<std::string> lines;
  for (std::string_view line : split_lines(input)) {
    line = trim(line);
    const bool excludes = line.starts_with('!');
    if (excludes) line = trim(line.substr(1));
    if (!line.empty()) lines.push_back(cat(excludes ? "!" : "", line));
  }
  return lines;
}

Result<void> check_keys(const std::string& key, const std::vector<std::string>& restore_keys) {
  if (key.empty()) return invalid_input("input 'key' is required");
  if (restore_keys.size() >= kKeysLimit)
    return invalid_input(cat("inputs 'key' and 'restore-keys': at most ", kKeysLimit,
                             " keys, found ", restore_keys.size() + 1));
  std::vector<std::string> all = restore_keys;
  all.push_back(key);
  for (const std::string& one : all) {
    if (one.size() > kKeyLimit)
      return invalid_input(
          cat("a cache key of ", one.size(), " characters is longer than ", kKeyLimit));
    if (one.find(',') != std::string::npos)
      return invalid_input(cat("the cache key '", one, "' must not hold a comma"));
  }
  return success();
}

std::string variable(const Action& action, const std::string& name) {
  const auto& env = action.request().step.env;
  const auto found = env.find(name);
  return found == env.end() ? "" : found->second;
}

// As the event says, else as the clone that the run began in knows it.
std::string default_branch(const Action& action) {
  const ActionRequest& request = action.request();
  const auto text = action.world().files.read(request.folder.base / "event.json", 64u << 20);
  const auto event = text.ok() ? parse_json(text.value()) : Result<Json>(text.error());
  if (event.ok() && event.value().is_object()) {
    const Json* const repository = find(event.value().as_object(), "repository");
    if (repository != nullptr && repository->is_object())
      if (std::string name = string_or(repository->as_object(), "default_branch", "");
          !name.empty())
        return name;
  }
  const Git git(action.world(), request.cancel);
  const auto head = git.run(GitSettings::None, request.source.repository,
                            {"symbolic-ref", "--short", "refs/remotes/origin/HEAD"});
  std::string_view name = head.ok() ? trim(head.value()) : "";
  if (name.starts_with("origin/")) name.remove_prefix(7);
  return name.empty() ? "main" : std::string(name);
}

// The paths as written, since the same files lie elsewhere in each run.
std::string version_of(const Action& action) {
  std::string text;
  for (const std::string& line : lines_of(action.input("path"))) text += line + "|";
  text += cat(kCompression, "|", kVersionSalt);
  const LegFolder& folder = action.request().folder;
  text = replace_all(std::move(text), folder.workspace().string(), "${workspace}");
  text = replace_all(std::move(text), folder.base.string(), "${leg}");
  return sha256(text).hex();
}

CacheScope scope_of(const Action& action) {
  std::string ref = variable(action, "GITHUB_REF");
  if (ref.empty()) ref = action.request().source.ref;
  return {variable(action, "GITHUB_REPOSITORY"), std::move(ref), version_of(action)};
}

Caches caches_of(const Action& action) {
  return Caches(action.world(), action.request().blobs, action.request().home);
}

Result<CacheQuery> query_of(const Action& action) {
  CacheQuery query;
  query.key = action.input("key");
  query.restore_keys = lines_of(action.input("restore-keys"));
  TRY(check_keys(query.key, query.restore_keys));
  if (action.input("path").empty()) return invalid_input("input 'path' is required");
  query.scope = scope_of(action);
  const std::string base = variable(action, "GITHUB_BASE_REF");
  if (!base.empty()) query.other_refs.push_back(cat("refs/heads/", base));
  query.other_refs.push_back(cat("refs/heads/", default_branch(action)));
  return query;
}

Result<void> missed(Action& action, const CacheQuery& query) {
  if (TRY(action.flag("fail-on-cache-miss", false)))
    return failed_precondition(
        cat("no cache for the key '", query.key, "', and fail-on-cache-miss is set"));
  std::vector<std::string> keys{query.key};
  keys.insert(keys.end(), query.restore_keys.begin(), query.restore_keys.end());
  action.line(cat("Cache not found for input keys: ", join(keys, ", ")));
  return success();
}

// Whether it could be done; an archive that does not unpack is as good as none.
Result<bool> unpack(Action& action, Caches& caches, const CacheEntry& entry) {
  const ActionRequest& request = action.request();
  const CacheLayout layout = TRY(CacheLayout::read(action));
  const auto place_of = [&](std::string_view name) { return layout.place_of(name); };
  const os::Path archive = TRY(request.blobs.path_of(entry.archive));
  const auto done =
      unpack_archive(action.world().files, archive, place_of, entry.content, request.cancel);
  if (done.ok()) {
    TRY(caches.touch(entry));
    return true;
  }
  if (done.error().code() == ErrorCode::Cancelled) return done.error();
  action.warn(cat("the cache '", entry.key, "' cannot be restored: ", done.error().describe()));
  if (done.error().code() == ErrorCode::Corrupt) TRY(caches.remove(entry));
  return false;
}

// Key that was asked for, key that was found.
struct Restored {
  std::string key;
  std::string matched;  // empty: none
};

Result<Restored> restore(Action& action) {
  action.warn_without_effect();
  TRY(action.flag("enableCrossOsArchive", false));
  const bool lookup_only = TRY(action.flag("lookup-only", false));
  const CacheQuery query = TRY(query_of(action));
  Caches caches = caches_of(action);
  const std::optional<CacheEntry> found = TRY(caches.find(query));
  const bool there = found && (lookup_only || TRY(unpack(action, caches, *found)));
  if (!there) {
    TRY(missed(action, query));
    return Restored{query.key, ""};
  }
  action.output("cache-hit", found->key == query.key ? "true" : "false");
  action.line(
      cat(lookup_only ? "Cache found and can be restored from key: " : "Cache restored from key: ",
          found->key, " (", plural(found->content.entries, "file"), ", ",
          human_bytes(found->content.bytes), ")"));
  return Restored{query.key, found->key};
}

Result<std::vector<ArchiveMember>> members_of(const Action& action, const CacheLayout& layout) {
  const auto glob = TRY(pipeline::FileGlob::parse(layout.patterns().absolute, "/"));
  WalkOptions options;
  options.links = Links::Take;
  options.folders = Folders::Take;
  options.starts = layout.patterns().starts;
  std::vector<ArchiveMember> members;
  for (const std::string& path :
       TRY(find_files(action.world().files, "/", glob, options, action.request().cancel)))
    if (std::string name = layout.name_of(path); !name.empty())
      members.push_back({std::move(name), "/" + path});
  return members;
}

Result<void> save(Action& action, const std::string& key) {
  const ActionRequest& request = action.request();
  TRY(check_keys(key, {}));
  Caches caches = caches_of(action);
  CacheEntry entry;
  entry.scope = scope_of(action);
  entry.key = key;
  if (TRY(caches.get(entry.scope, key)))
    return Error(ErrorCode::AlreadyExists, cat("there is a cache with the key '", key, "'"));
  const CacheLayout layout = TRY(CacheLayout::read(action));
  const std::vector<ArchiveMember> members = TRY(members_of(action, layout));
  if (members.empty())
    return not_found("none of the paths of the cache exists, so no cache is saved");
  os::Files& files = action.world().files;
  TRY(files.make_directories(request.folder.step_files(), 0700));
  const os::Path archive = request.folder.step_file(request.step.id, "cache.tar.zst");
  entry.content = TRY(pack_archive(files, members, archive, request.cancel));
  const Result<CacheEntry> saved = caches.save(entry, archive, request.cache_limit);
  TRY(files.remove_all(archive));
  TRY(saved);
  action.line(cat("Cache saved with key: ", key, " (", plural(entry.content.entries, "file"), ", ",
                  human_bytes(entry.content.bytes), ", packed ", human_bytes(saved->size), ")"));
  return success();
}

// A cache that could not be saved costs time later and fails nobody.
Result<void> save_or_say_why(Action& action, const std::string& key) {
  const Result<void> saved = save(action, key);
  if (saved.ok() || saved.error().code() == ErrorCode::Cancelled) return saved;
  if (saved.error().code() == ErrorCode::AlreadyExists)
    action.notice(cat("Cache not saved: ", saved.error().describe(), "; caches are never changed"));
  else
    action.warn(cat("Cache not saved: ", saved.error().describe()));
  return success();
}

}  // namespace

Result<void> cache_restore(Action& action) {
  const Restored restored = TRY(restore(action));
  action.output("cache-primary-key", restored.key);
  if (!restored.matched.empty()) action.output("cache-matched-key", restored.matched);
  return success();
}

Result<void> cache_save(Action& action) {
  action.warn_without_effect();
  return save_or_say_why(action, action.input("key"));
}

Result<void> cache(Action& action) {
  if (action.built_in().stage == pipeline::ActionStage::Main) {
    const Restored restored = TRY(restore(action));
    action.result().state = {{kPrimaryKey, restored.key}, {kMatchedKey, restored.matched}};
    return success();
  }
  const auto& state = action.built_in().state;
  const auto key = state.find(kPrimaryKey);
  if (key == state.end()) {
    action.line("The restore ended before it knew its key, so no cache is saved");
    return success();
  }
  if (const auto matched = state.find(kMatchedKey);
      matched != state.end() && equal_ignoring_case(matched->second, key->second)) {
    action.line(cat("Cache hit occurred on the primary key ", key->second, ", not saving cache"));
    return success();
  }
  return save_or_say_why(action, key->second);
}

}  // namespace sluice::exec
