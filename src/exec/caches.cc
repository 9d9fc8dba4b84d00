#include "exec/caches.h"

#include <algorithm>

#include "base/json.h"
#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr std::uint64_t kEntryLimit = 1u << 20;

using Entries = std::vector<CacheEntry>;

Json to_json(const CacheEntry& entry) {
  return JsonObject{{"repository", entry.scope.repository},
                    {"ref", entry.scope.ref},
                    {"version", entry.scope.version},
                    {"key", entry.key},
                    {"archive", entry.archive.to_string()},
                    {"size", static_cast<std::int64_t>(entry.size)},
                    {"files", static_cast<std::int64_t>(entry.content.entries)},
                    {"unpacked", static_cast<std::int64_t>(entry.content.bytes)},
                    {"created", to_rfc3339(entry.created)},
                    {"used", to_rfc3339(entry.used)}};
}

Result<CacheEntry> entry_from_json(const Json& value) {
  const JsonObject& object = *TRY(as_object(value, "cache entry"));
  CacheEntry entry;
  entry.scope.repository = TRY(get_string(object, "repository"));
  entry.scope.ref = TRY(get_string(object, "ref"));
  entry.scope.version = TRY(get_string(object, "version"));
  entry.key = TRY(get_string(object, "key"));
  const std::string archive = TRY(get_string(object, "archive"));
  entry.archive = TRY(Digest::parse(archive));
  entry.size = static_cast<std::uint64_t>(TRY(get_int(object, "size")));
  entry.content.entries = static_cast<std::uint64_t>(TRY(get_int(object, "files")));
  entry.content.bytes = static_cast<std::uint64_t>(TRY(get_int(object, "unpacked")));
  entry.created = parse_rfc3339(string_or(object, "created", "")).value_or(Timestamp{});
  entry.used = parse_rfc3339(string_or(object, "used", "")).value_or(entry.created);
  return entry;
}

Result<CacheEntry> read_entry(const os::FileReader& files, const os::Path& path) {
  const std::string text = TRY(files.read(path, kEntryLimit));
  const Json json = TRY_CONTEXT(parse_json(text), path.string());
  return TRY_CONTEXT(entry_from_json(json), path.string());
}

Result<std::vector<os::DirectoryEntry>> list_if_there(const os::FileReader& files,
                                                      const os::Path& folder) {
  Result<std::vector<os::DirectoryEntry>> entries = files.list(folder);
  if (!entries.ok() && entries.error().code() == ErrorCode::NotFound)
    return std::vector<os::DirectoryEntry>{};
  return entries;
}

// The newest of those that lie in the scope under a key with this beginning.
const CacheEntry* newest_with_prefix(const Entries& entries, std::string_view prefix) {
  const CacheEntry* newest = nullptr;
  for (const CacheEntry& entry : entries)
    if (entry.key.starts_with(prefix) && (newest == nullptr || newest->created < entry.created))
      newest = &entry;
  return newest;
}

const CacheEntry* choose(const Entries& entries, const CacheQuery& query) {
  for (const CacheEntry& entry : entries)
    if (entry.key == query.key) return &entry;
  if (const CacheEntry* found = newest_with_prefix(entries, query.key)) return found;
  for (const std::string& key : query.restore_keys)
    if (const CacheEntry* found = newest_with_prefix(entries, key)) return found;
  return nullptr;
}

}  // namespace

os::Path Caches::place_of(const CacheScope& scope, const std::string& key) const {
  const Digest name = sha256(cat(scope.repository, "\n", scope.ref, "\n", key));
  return folder_ / sha256(scope.version).hex().substr(0, 16) / cat(name.hex(), ".json");
}

bool Caches::has_archive(const CacheEntry& entry) const {
  return blobs_.path_of(entry.archive).ok();
}

// A file that does not read (or is just being evicted) is as good as none.
Result<Entries> Caches::list_version(const os::Path& folder) const {
  Entries entries;
  for (const os::DirectoryEntry& file : TRY(list_if_there(world_.files, folder))) {
    if (!file.name.ends_with(".json")) continue;
    Result<CacheEntry> entry = read_entry(world_.files, folder / file.name);
    if (entry.ok()) entries.push_back(std::move(entry).value());
  }
  return entries;
}

Result<std::optional<CacheEntry>> Caches::get(const CacheScope& scope,
                                              const std::string& key) const {
  Result<CacheEntry> entry = read_entry(world_.files, place_of(scope, key));
  if (!entry.ok() || entry->scope != scope || entry->key != key || !has_archive(*entry))
    return std::optional<CacheEntry>();
  return std::optional<CacheEntry>(std::move(entry).value());
}

Result<std::optional<CacheEntry>> Caches::find(const CacheQuery& query) const {
  const Entries all = TRY(list_version(place_of(query.scope, query.key).parent_path()));
  std::vector<std::string> refs{query.scope.ref};
  refs.insert(refs.end(), query.other_refs.begin(), query.other_refs.end());
  for (const std::string& ref : refs) {
    CacheScope scope = query.scope;
    scope.ref = ref;
    Entries mine;
    for (const CacheEntry& entry : all)
      if (entry.scope == scope && has_archive(entry)) mine.push_back(entry);
    if (const CacheEntry* found = choose(mine, query)) return std::optional<CacheEntry>(*found);
  }
  return std::optional<CacheEntry>();
}

Result<CacheEntry> Caches::save(CacheEntry entry, const os::Path& archive, std::uint64_t limit) {
  const os::Path place = place_of(entry.scope, entry.key);
  const auto taken = [&] {
    return Error(ErrorCode::AlreadyExists, cat("there is a cache with the key '", entry.key, "'"));
  };
  const bool stands = world_.files.stat(place).ok();
  if (TRY(get(entry.scope, entry.key))) return taken();
  if (stands) TRY(world_.files.remove_all(place));  // without its archive, or unreadable
  entry.size = TRY(world_.files.stat(archive)).size;
  if (entry.size > limit)
    return Error(ErrorCode::ResourceExhausted,
                 cat("the archive of ", human_bytes(entry.size),
                     " is larger than all caches may be (", human_bytes(limit), ")"));
  entry.archive = TRY(blobs_.put_file(archive)).digest;
  entry.created = world_.clock.now();
  entry.used = entry.created;
  const std::string text = to_pretty_text(to_json(entry)) + "\n";
  TRY(world_.files.make_directories(place.parent_path()));
  const Result<void> made = world_.files.create_exclusive(place, text);
  if (!made.ok() && made.error().code() == ErrorCode::AlreadyExists) return taken();
  TRY(made);
  TRY(evict(limit));
  return entry;
}

Result<void> Caches::touch(CacheEntry entry) {
  entry.used = std::max(entry.used, world_.clock.now());
  return world_.files.write(place_of(entry.scope, entry.key),
                            to_pretty_text(to_json(entry)) + "\n");
}

// The entry goes first: one without its archive would be there and could not be restored.
Result<void> Caches::remove(const CacheEntry& entry) {
  TRY(world_.files.remove_all(place_of(entry.scope, entry.key)));
  for (const CacheEntry& other : TRY(list()))
    if (other.archive == entry.archive) return success();
  const Result<void> removed = blobs_.remove(entry.archive);
  if (!removed.ok() && removed.error().code() == ErrorCode::NotFound) return success();
  return removed;
}

Result<Entries> Caches::list() const {
  Entries all;
  for (const os::DirectoryEntry& version : TRY(list_if_there(world_.files, folder_))) {
    if (version.kind != os::FileKind::Directory) continue;
    for (CacheEntry& entry : TRY(list_version(folder_ / version.name)))
      all.push_back(std::move(entry));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.used < b.used; });
  return all;
}

Result<Evicted> Caches::evict(std::uint64_t limit) {
  const Entries all = TRY(list());
  std::uint64_t total = 0;
  for (const CacheEntry& entry : all) total += entry.size;
  Evicted evicted;
  for (const CacheEntry& entry : all) {
    const bool lacks_archive = !has_archive(entry);
    if (total <= limit && !lacks_archive) continue;
    TRY(remove(entry));
    total -= entry.size;
    ++evicted.entries;
    evicted.bytes += lacks_archive ? 0 : entry.size;
  }
  return evicted;
}

}  // namespace sluice::exec
