// A stored profile read back (docs/formats/profile.md): what `sluice data drift` compares without
// the data. Counts, values and sketches come back as they were; moments within rounding.
#pragma once

#include <string_view>

#include "base/result.h"
#include "ml/data/profile.h"

namespace sluice::ml {

// Whether a file that begins so is a profile (JSON) rather than rows.
bool looks_like_profile(std::string_view beginning);

// InvalidInput, naming the file and the key, for what is no profile; Unsupported for a profile of
// another version; InvalidInput too for one that was changed after it was written.
Result<DataProfile> read_profile(std::string_view text, std::string_view file);

// The profile that a file holds, or that of the rows that it holds.
Result<DataProfile> load_profile(const os::FileReader& files, const os::Path& path,
                                 const ProfileOptions& options = {});

}  // namespace sluice::ml
