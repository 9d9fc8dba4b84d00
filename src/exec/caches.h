// The cache entries of a home: archives kept under a key (docs/formats/caches.md).
//
// An entry is one file below caches/, which names its archive in the blob store; it is made in one
// step and never changed but for the time of its last use. Several processes may save, find and
// evict at once: of two that save one key one gets AlreadyExists, and an entry whose archive was
// evicted meanwhile counts as absent. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "exec/archive.h"
#include "os/world.h"
#include "store/ports/blob_store.h"

namespace sluice::exec {

constexpr std::uint64_t kDefaultCacheLimit = 10'000'000'000;  // bytes of all archives

// Whose entry it is. The version stands for the paths in it: entries of other paths never match.
struct CacheScope {
  std::string repository;  // "owner/name"
  std::string ref;         // "refs/heads/main"
  std::string version;

  bool operator==(const CacheScope&) const = default;
};

struct CacheEntry {
  CacheScope scope;
  std::string key;
  Digest archive;
  std::uint64_t size = 0;  // bytes of the archive
  ArchiveContent content;
  Timestamp created{};
  Timestamp used{};
};

struct CacheQuery {
  CacheScope scope;  // its ref is searched first
  std::vector<std::string> other_refs;
  std::string key;
  std::vector<std::string> restore_keys;
};

struct Evicted {
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
};

class Caches {
 public:
  Caches(const os::World& world, store::BlobStore& blobs, os::Path home)
      : world_(world), blobs_(blobs), folder_(std::move(home) / "caches") {}

  // Of each ref in turn: the entry with this very key; else the newest whose key begins with it;
  // else the newest that begins with the first of the restore keys for which there is one.
  Result<std::optional<CacheEntry>> find(const CacheQuery& query) const;
  // The entry with this very key.
  Result<std::optional<CacheEntry>> get(const CacheScope& scope, const std::string& key) const;

  // Takes the archive into the blob store and then the entry into the list, filling in its digest,
  // size and times. AlreadyExists when the key is taken, ResourceExhausted when the archive alone
  // is larger than `limit`. Others are evicted, least recently used first, until all fit.
  Result<CacheEntry> save(CacheEntry entry, const os::Path& archive, std::uint64_t limit);

  // To be called when an entry was restored.
  Result<void> touch(CacheEntry entry);
  Result<void> remove(const CacheEntry& entry);
  Result<std::vector<CacheEntry>> list() const;  // by last use; entries that do not read are absent
  Result<Evicted> evict(std::uint64_t limit);

 private:
  os::Path place_of(const CacheScope& scope, const std::string& key) const;
  Result<std::vector<CacheEntry>> list_version(const os::Path& folder) const;
  bool has_archive(const CacheEntry& entry) const;

  const os::World world_;
  store::BlobStore& blobs_;
  const os::Path folder_;
};

}  // namespace sluice::exec
