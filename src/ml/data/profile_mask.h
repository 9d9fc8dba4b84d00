// A profile without the values of some columns: what may be stored and sent on where they are
// personal. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ml/data/profile.h"

namespace sluice::ml {

// Of these columns, in groups too, there remain how many values are there and missing, their
// lengths in bytes, and an estimate of how many are different; they count as texts. Profiles of
// parts that were masked alike merge to the masked profile of the whole. NotFound for a column that
// there is not, InvalidInput for one that rows are grouped by.
Result<void> mask_columns(DataProfile& profile, const std::vector<std::string>& names);

}  // namespace sluice::ml
