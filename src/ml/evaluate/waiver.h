// Exceptions that a person answers for: `waivers.yml` beside the gate file (docs/formats/gate.md).
// A waiver lets a gate open although one check of it fails, until a day, and the verdict says so.
// Pure; errors name file, line and column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "ml/evaluate/check_result.h"

namespace sluice::ml {

struct Waivers {
  Digest digest;  // of the text
  std::vector<Waiver> waivers;
};

Result<Waivers> parse_waivers(std::string_view text, std::string_view file_name);

// Failed checks with a waiver that holds become Waived; of one that has expired, or that reaches
// more than a year ahead, the sentence says so. `gate` is the file's name as waivers may give it:
// its path or the last part of it.
void apply_waivers(std::vector<CheckResult>& results, const Waivers& waivers, std::string_view gate,
                   Timestamp now);

}  // namespace sluice::ml
