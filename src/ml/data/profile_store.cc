#include "ml/data/profile_store.h"

#include <algorithm>
#include <functional>

#include "base/strings.h"
#include "ml/data/profile_reader.h"

namespace sluice::ml {

namespace {

constexpr std::string_view kPrefix = "sha256:";
constexpr std::string_view kEnding = ".json";

std::string_view digits_of(std::string_view word) {
  if (word.starts_with(kPrefix)) word.remove_prefix(kPrefix.size());
  return word;
}

std::string used_name(std::string_view name) {
  return cat(name.substr(0, name.size() - kEnding.size()), ".used");
}

Timestamp last_used(const os::FileReader& files, const os::Path& folder, const std::string& name) {
  Timestamp last{};
  for (const os::Path& path : {folder / name, folder / used_name(name)})
    if (const auto info = files.stat(path); info.ok()) last = std::max(last, info->modified);
  return last;
}

}  // namespace

Result<void> store_profile(os::Files& files, const os::Path& home, const Digest& digest,
                           std::string_view text) {
  const os::Path folder = home / "profiles";
  TRY(files.make_directories(folder));
  return files.write(folder / cat(digest.hex(), kEnding), text, os::Durability::Power);
}

bool looks_like_digest(std::string_view word) {
  const std::string_view digits = digits_of(word);
  const bool hex = digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return hex && (word.starts_with(kPrefix) ? !digits.empty() : digits.size() >= 8) &&
         digits.size() <= 64;
}

Result<DataProfile> load_stored_profile(os::Files& files, const os::Path& home,
                                        std::string_view digest) {
  const os::Path folder = home / "profiles";
  std::string found;
  const auto entries = files.list(folder);
  if (entries.ok()) {
    for (const os::DirectoryEntry& entry : *entries) {
      if (!entry.name.starts_with(digits_of(digest)) || !entry.name.ends_with(kEnding)) continue;
      if (!found.empty()) return invalid_input(cat("several stored profiles begin with ", digest));
      found = entry.name;
    }
  }
  if (found.empty())
    return not_found(cat("there is no stored profile ", digest, " in ", folder.string()));
  DataProfile profile = TRY(load_profile(files, folder / found));
  // Only how long it is kept depends on it: a home that cannot be written to is read all the same.
  (void)files.write(folder / used_name(found), "", os::Durability::Process);
  return profile;
}

Result<std::size_t> remove_unused_profiles(os::Files& files, const os::Path& home, Timestamp now,
                                           const ProfileRetention& retention) {
  const os::Path folder = home / "profiles";
  const auto entries = files.list(folder);
  if (!entries.ok()) return std::size_t{0};
  std::vector<std::pair<Timestamp, std::string>> profiles;
  for (const os::DirectoryEntry& entry : *entries)
    if (entry.name.ends_with(kEnding))
      profiles.emplace_back(last_used(files, folder, entry.name), entry.name);
  std::sort(profiles.begin(), profiles.end(), std::greater());
  std::size_t removed = 0;
  for (std::size_t i = retention.keep; i < profiles.size(); ++i) {
    const auto& [used, name] = profiles[i];
    if (now - used < retention.unused_for) continue;
    TRY(files.remove_all(folder / name));
    TRY(files.remove_all(folder / used_name(name)));
    ++removed;
  }
  return removed;
}

}  // namespace sluice::ml
