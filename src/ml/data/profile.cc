#include "ml/data/profile.h"

#include <algorithm>
#include <thread>

#include "base/strings.h"
#include "ml/data/profile_workers.h"

namespace sluice::ml {

namespace {

unsigned threads_of(const ProfileOptions& options) {
  constexpr unsigned kMost = 64;
  const unsigned wanted =
      options.threads > 0 ? options.threads : std::thread::hardware_concurrency();
  return std::clamp(wanted, 1u, kMost);
}

std::string name_of(const std::vector<std::string>& files) {
  if (files.size() == 1) return files[0];
  return cat(files.size(), " files, ", files.front(), " to ", files.back());
}

}  // namespace

Result<DataProfile> profile_data(RowSource& rows, const ProfileOptions& options) {
  DataProfile profile;
  profile.file = name_of(rows.facts().files);
  profile.csv = rows.facts().csv;
  const ProfileShape shape = TRY_CONTEXT(profile_shape(rows.header(), options), profile.file);
  ProfileWorkers workers(shape, rows, threads_of(options));
  TRY(workers.run(profile));
  profile.bytes = rows.bytes_read();
  return profile;
}

Result<DataProfile> profile_data(const os::FileReader& files, const Inputs& inputs,
                                 const ProfileOptions& options) {
  const auto rows = TRY(open_rows(files, inputs, {options.csv}));
  return profile_data(*rows, options);
}

}  // namespace sluice::ml
