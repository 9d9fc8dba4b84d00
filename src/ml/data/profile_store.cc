#include "ml/data/profile_store.h"

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

Result<DataProfile> load_stored_profile(const os::FileReader& files, const os::Path& home,
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
  return load_profile(files, folder / found);
}

}  // namespace sluice::ml
