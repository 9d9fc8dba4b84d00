#include "ml/data/profile_workers.h"

#include <thread>

#include "base/strings.h"

namespace sluice::ml {

namespace {

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

}  // namespace

ProfileWorkers::ProfileWorkers(const ProfileShape& shape, RowSource& rows, unsigned threads)
    : shape_(shape), ordered_(shape.header.size()), rows_(rows) {
  for (unsigned i = 0; i < threads; ++i)
    profilers_.push_back(std::make_unique<GroupedProfiler>(shape, ordered_));
}

std::optional<std::uint64_t> ProfileWorkers::read(CsvBlock& block, DataProfile& profile) {
  std::lock_guard lock(reading_);
  if (at_end_) return std::nullopt;
  const Result<bool> more = rows_.next(block);
  if (!more.ok()) error_ = more.error();
  at_end_ = !more.ok() || !*more;
  if (at_end_) return std::nullopt;
  take_problems(profile, rows_.facts().files, block);
  return blocks_++;
}

void ProfileWorkers::wait_until_in_order(std::uint64_t blocks) {
  std::unique_lock lock(ordering_);
  ordered_more_.wait(lock, [&] { return blocks_in_order_ >= blocks; });
}

void ProfileWorkers::set_in_order(std::uint64_t block) {
  {
    std::lock_guard lock(ordering_);
    done_.insert(block);
    while (done_.erase(blocks_in_order_) > 0) ++blocks_in_order_;
  }
  ordered_more_.notify_all();
}

void ProfileWorkers::work(GroupedProfiler& profiler, DataProfile& profile) {
  CsvBlock block;
  while (const auto number = read(block, profile)) {
    if (*number >= OrderedColumn::kLag) wait_until_in_order(*number - OrderedColumn::kLag + 1);
    profiler.add(block, *number);
    if (profiler.has_news()) {
      wait_until_in_order(*number);
      profiler.put_in_order(*number);
    }
    set_in_order(*number);
  }
}

Result<void> ProfileWorkers::run(DataProfile& profile) {
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < profilers_.size(); ++i)
    threads.emplace_back([&, i] { work(*profilers_[i], profile); });
  work(*profilers_[0], profile);
  for (std::thread& thread : threads) thread.join();
  if (error_) return *error_;
  GroupedProfile whole;
  for (const auto& profiler : profilers_)
    TRY_CONTEXT(whole.merge(profiler->finish(), shape_), profile.file);
  whole.end_parts(ordered_);
  whole.move_into(profile, shape_);
  return success();
}

}  // namespace sluice::ml
