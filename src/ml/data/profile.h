// What data files hold, found in one streaming pass: counts, types, ranges, distribution (what of
// it is exact: column_profile.h). The reference that `data infer` proposes a schema from, and the
// form in which a run records what its data was like.
//
// Memory does not grow with the file. Several threads read in turn and count; how many makes no
// difference to the result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "ml/data/column_profile.h"
#include "ml/data/row_source.h"
#include "ml/data/table.h"
#include "os/ports/files.h"

namespace sluice::ml {

// The part of the rows that agree in the columns of DataProfile::by.
struct GroupProfile {
  std::vector<std::string> key;  // a value for each of them, as it stands in the file
  std::uint64_t rows = 0;
  std::vector<ColumnProfile> columns;
};

struct DataProfile {
  std::string file;
  CsvOptions csv;                // how it was read; not stored
  std::uint64_t rows = 0;        // readable ones
  std::uint64_t unreadable = 0;  // rows with a CsvProblem
  std::uint64_t bytes = 0;
  std::vector<CsvProblem> problems;  // the first of them
  std::vector<ColumnProfile> columns;
  std::vector<std::string> by;          // columns that rows are grouped by
  std::vector<GroupProfile> groups;     // in order of their keys
  std::optional<Digest> stored_digest;  // of the file that it was read back from
};

// What is read at a time for profiles: so much with its fields stays in the cache of a processor.
// Of many columns more, so that going from one to the next is worth it.
inline constexpr CsvOptions for_profiles(CsvOptions csv) {
  csv.block_bytes = 64u << 10;
  csv.block_bytes_per_column = 6u << 10;
  return csv;
}

struct ProfileOptions {
  CsvOptions csv = for_profiles({});
  std::vector<std::string> nulls = default_null_spellings();
  std::size_t max_distinct = ColumnProfile::kMaxDistinct;  // values kept for each column
  std::vector<std::string> by = {};                        // also a profile for each group of these
  std::size_t max_groups = 200;
  unsigned threads = 0;  // that count; 0: one for each processor
};

// NotFound for a column of `by` that is not there, InvalidInput for more groups than allowed.
Result<DataProfile> profile_data(const os::FileReader& files, const Inputs& inputs,
                                 const ProfileOptions& options = {});
Result<DataProfile> profile_data(RowSource& rows, const ProfileOptions& options = {});

inline constexpr std::string_view kProfileFormat = "sluice.data_profile";
inline constexpr int kProfileVersion = 4;
// Read too: frequent values of columns of many are not known.
inline constexpr int kOldestProfileVersion = 3;

// {"format": kProfileFormat, "version": kProfileVersion, …}; docs/formats/profile.md.
JsonObject to_json(const DataProfile& profile);
// SHA-256 of the canonical text of that, without the name of the file and the digests; of a profile
// that was read back, that of what was stored.
Digest profile_digest(const DataProfile& profile);
Digest profile_digest(JsonObject json);
// For people: a table of the columns; everything about one of them; the groups, "" without any.
std::string profile_text(const DataProfile& profile);
std::string column_details(const ColumnProfile& column, std::uint64_t rows);
std::string groups_text(const DataProfile& profile);

}  // namespace sluice::ml
