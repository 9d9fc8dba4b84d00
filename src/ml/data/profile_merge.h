// The profile of a whole data set from those of its parts (days, stores, machines): exactly what
// one pass over all of them gives, but for the number of bytes, which counts each header.
#pragma once

#include <span>

#include "base/result.h"
#include "ml/data/profile.h"

namespace sluice::ml {

// At least one part. InvalidInput, naming the part, when the columns or the grouping differ.
Result<DataProfile> merge_profiles(std::span<const DataProfile> parts);

}  // namespace sluice::ml
