// Profiles kept in a home, each under the digest of its content: PLACE/profiles/<64 hex
// digits>.json, and beside it an empty file <64 hex digits>.used, as old as its last use. A profile
// stored twice is there once. Thread-safe as the files are.
#pragma once

#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "ml/data/profile.h"
#include "os/ports/files.h"

namespace sluice::ml {

// `text` is the JSON of the profile with its digest.
Result<void> store_profile(os::Files& files, const os::Path& home, const Digest& digest,
                           std::string_view text);

// Whether a word may name a stored profile: "sha256:" and hex digits, or at least 8 hex digits
// alone.
bool looks_like_digest(std::string_view word);

// By the digest or its first digits. NotFound when there is none, InvalidInput when several begin
// so.
Result<DataProfile> load_stored_profile(os::Files& files, const os::Path& home,
                                        std::string_view digest);

// Removes those that were neither stored nor used for so long, but for the `keep` that were last;
// returns how many.
struct ProfileRetention {
  std::size_t keep = 100;
  Duration unused_for = std::chrono::hours(24 * 90);
};
Result<std::size_t> remove_unused_profiles(os::Files& files, const os::Path& home, Timestamp now,
                                           const ProfileRetention& retention);

}  // namespace sluice::ml
