// Checking a data file against its schema, in one streaming pass (two where keys repeat). A broken
// rule is data in the report, not an Error; a file that cannot be read at all is.
//
// Memory does not grow with the file, but for keys: 8 bytes a slot, up to `key_slots` slots for
// each key or unique column (half as much again for a moment while the table grows), beyond which
// keys are sampled and the report says so.
#pragma once

#include "base/result.h"
#include "ml/data/bad_rows.h"
#include "ml/data/schema.h"
#include "ml/data/validation_report.h"
#include "os/ports/files.h"

namespace sluice::ml {

struct ValidateOptions {
  std::size_t max_samples = 5;                   // rows shown for each rule
  std::size_t key_slots = std::size_t{1} << 23;  // a power of two; 64 MiB
  std::string schema_name = "the schema";        // in the report
  os::Path folder = {};                          // that files of foreign keys are found from
  BadRows bad_rows = BadRows::Fail;
  double now = 0;  // seconds since 1970 UTC, for freshness
  // Beside those of the schema; NotFound for one that neither the file nor the schema has.
  std::vector<std::string> masked = {};
};

Result<ValidationReport> validate_data(const os::FileReader& files, const Inputs& inputs,
                                       const Schema& schema, const ValidateOptions& options = {});

}  // namespace sluice::ml
