// What a data file holds, found in one streaming pass: counts, types, ranges, distribution. The
// reference that `data infer` proposes a schema from, and the form in which a run records what its
// data was like.
//
// Exact: rows, missing values, types, min, max, mean and deviation, text lengths; distinct values
// and the most frequent ones up to a budget of values for each column. Beyond the budget the number
// of distinct values is an estimate (distinct_sketch.h) and the frequent ones are left out.
// Quantiles always carry the error of quantile_sketch.h. Memory does not grow with the file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "ml/data/quantile_sketch.h"
#include "ml/data/row_source.h"
#include "ml/data/table.h"
#include "ml/data/value.h"
#include "os/ports/files.h"

namespace sluice::ml {

struct NumberSummary {
  std::uint64_t count = 0;
  double min = 0;
  double max = 0;
  double mean = 0;
  double squares = 0;  // sum of squared differences from the mean

  void add(const std::vector<double>& values);
  // Chan, Golub, LeVeque 1979: pairwise update of mean and squares.
  void merge(const NumberSummary& other);
  double deviation() const;  // of the population; 0 for no value
};

struct ColumnProfile {
  std::string name;
  std::uint64_t missing = 0;
  std::array<std::uint64_t, kValueTypes> types{};  // by ValueType, of what is not missing
  NumberSummary numbers;                           // of integers and numbers
  QuantileSketch quantiles;                        // of the same
  std::optional<std::pair<double, double>> dates;  // first and last, seconds since 1970
  std::size_t shortest = 0;                        // bytes, of all values
  std::size_t longest = 0;
  std::uint64_t distinct = 0;
  bool distinct_exact = true;
  // Most frequent first, ties by text; all of them while distinct_exact, else empty.
  std::vector<std::pair<std::string, std::uint64_t>> values;

  std::uint64_t present() const;
  std::uint64_t of_type(ValueType type) const { return types[static_cast<std::size_t>(type)]; }
};

struct DataProfile {
  std::string file;
  char delimiter = ',';
  std::uint64_t rows = 0;        // readable ones
  std::uint64_t unreadable = 0;  // rows with a CsvProblem
  std::uint64_t bytes = 0;
  std::vector<CsvProblem> problems;  // the first of them
  std::vector<ColumnProfile> columns;
  std::optional<Digest> stored_digest;  // of the file that it was read back from
};

struct ProfileOptions {
  CsvOptions csv = {};
  std::vector<std::string> nulls = default_null_spellings();
  std::size_t max_distinct = 4096;  // values kept for each column
};

Result<DataProfile> profile_data(const os::FileReader& files, const os::Path& path,
                                 const ProfileOptions& options = {});
Result<DataProfile> profile_data(RowSource& rows, const ProfileOptions& options = {});

inline constexpr std::string_view kProfileFormat = "sluice.data_profile";
inline constexpr int kProfileVersion = 2;

// {"format": kProfileFormat, "version": kProfileVersion, …}; docs/formats/profile.md.
JsonObject to_json(const DataProfile& profile);
// SHA-256 of the canonical text of that, without the name of the file and the digests; of a profile
// that was read back, that of what was stored.
Digest profile_digest(const DataProfile& profile);
Digest profile_digest(JsonObject json);
// A table for people.
std::string profile_text(const DataProfile& profile);

}  // namespace sluice::ml
