// Profiles kept in a home, each under the digest of its content: PLACE/profiles/<64 hex
// digits>.json. A profile stored twice is there once. Thread-safe as the files are.
#pragma once

#include <string_view>

#include "base/hash.h"
#include "base/result.h"
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
Result<DataProfile> load_stored_profile(const os::FileReader& files, const os::Path& home,
                                        std::string_view digest);

}  // namespace sluice::ml
