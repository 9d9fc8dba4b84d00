// A first schema for a data file, to be read and corrected by its team: what was seen, with slack
// for what the next deliveries may bring.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ml/data/profile.h"

namespace sluice::ml {

// The columns that no two rows agree in: the shortest run of key-like columns from the left
// (integers, dates, texts; at most four), found by reading the file once more. Empty: none.
Result<std::vector<std::string>> find_key(const os::FileReader& files, const Inputs& inputs,
                                          const DataProfile& profile,
                                          const ProfileOptions& options = {});

// The YAML text, with a comment beside each guess. The file that was profiled fits it. InvalidInput
// when there is no row to learn from.
Result<std::string> propose_schema(const DataProfile& profile, const std::vector<std::string>& key);

}  // namespace sluice::ml
