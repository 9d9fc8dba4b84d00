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

// Of several files the message names the one.
void take_problems(DataProfile& profile, const std::vector<std::string>& files, CsvBlock& block) {
  profile.unreadable += block.problem_count;
  for (CsvProblem& problem : block.problems) {
    if (profile.problems.size() == CsvBlock::kMaxProblems) return;
    if (problem.position.file > 0)
      problem.message = cat("in ", files[problem.position.file - 1], ": ", problem.message);
    problem.position.file = 0;
    profile.problems.push_back(std::move(problem));
  }
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
  ProfileWorkers workers(shape, threads_of(options));
  CsvBlock block = workers.take_block();
  while (TRY(rows.next(block))) {
    take_problems(profile, rows.facts().files, block);
    workers.count(std::move(block));
    block = workers.take_block();
  }
  TRY_CONTEXT(workers.finish(profile), profile.file);
  profile.bytes = rows.bytes_read();
  return profile;
}

Result<DataProfile> profile_data(const os::FileReader& files, const os::Path& path,
                                 const ProfileOptions& options) {
  const auto rows = TRY(open_rows(files, path, {options.csv}));
  return profile_data(*rows, options);
}

}  // namespace sluice::ml
