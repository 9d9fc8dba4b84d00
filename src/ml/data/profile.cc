#include "ml/data/profile.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/strings.h"
#include "ml/data/distinct_sketch.h"
#include "ml/data/hash64.h"
#include "ml/data/nulls.h"

namespace sluice::ml {

namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const { return hash64(s); }
};

// Different values and how often each: exact up to a budget, then an estimate of their number.
class ValueCounts {
 public:
  explicit ValueCounts(std::size_t budget) : budget_(budget) {}

  void add(std::string_view text) {
    if (!exact_) {
      sketch_.add(hash64(text));
      return;
    }
    // Files are often sorted: the value of the row before is the likeliest.
    if (last_ != nullptr && last_->first == text) {
      ++last_->second;
      return;
    }
    auto known = counts_.find(text);
    if (known == counts_.end()) known = counts_.emplace(text, 0).first;
    ++known->second;
    last_ = &*known;
    if (counts_.size() > budget_ || text.size() > kLongest) overflow();
  }

  void finish(ColumnProfile& profile) {
    profile.distinct_exact = exact_;
    profile.distinct = exact_ ? counts_.size() : sketch_.estimate();
    profile.values.assign(counts_.begin(), counts_.end());
    std::sort(profile.values.begin(), profile.values.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
  }

 private:
  static constexpr std::size_t kLongest = 1024;  // bytes; long texts are not kept

  void overflow() {
    for (const auto& [text, count] : counts_) sketch_.add(hash64(text));
    counts_ = {};
    last_ = nullptr;
    exact_ = false;
  }

  using Counts = std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>;
  std::size_t budget_;
  bool exact_ = true;
  Counts counts_;
  Counts::value_type* last_ = nullptr;
  DistinctSketch sketch_;
};

class ColumnProfiler {
 public:
  ColumnProfiler(std::string name, std::size_t field, const ProfileOptions& options)
      : field_(field), counts_(options.max_distinct) {
    profile_.name = std::move(name);
  }

  void add(const CsvBlock& block, const NullSpellings& nulls) {
    numbers_.clear();
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      const std::string_view text = block.fields[i * block.columns + field_];
      if (nulls.contains(text))
        ++profile_.missing;
      else
        add_value(text);
    }
    profile_.numbers.add(numbers_);
    for (const double number : numbers_) profile_.quantiles.add(number);
  }

  ColumnProfile finish() {
    counts_.finish(profile_);
    return std::move(profile_);
  }

 private:
  void add_value(std::string_view text) {
    const Value value = classify(text);
    ++profile_.types[static_cast<std::size_t>(value.type)];
    if (value.type == ValueType::Integer || value.type == ValueType::Number)
      numbers_.push_back(value.number);
    else if (value.type == ValueType::Date)
      add_date(value.number);
    if (profile_.longest == 0) profile_.shortest = text.size();
    profile_.shortest = std::min(profile_.shortest, text.size());
    profile_.longest = std::max(profile_.longest, text.size());
    counts_.add(text);
  }

  void add_date(double seconds) {
    if (!profile_.dates) profile_.dates.emplace(seconds, seconds);
    profile_.dates->first = std::min(profile_.dates->first, seconds);
    profile_.dates->second = std::max(profile_.dates->second, seconds);
  }

  ColumnProfile profile_;
  std::size_t field_;
  std::vector<double> numbers_;  // of the block
  ValueCounts counts_;
};

}  // namespace

// Two passes over the block keep the sum of squares exact where values lie close together.
void NumberSummary::add(const std::vector<double>& values) {
  if (values.empty()) return;
  NumberSummary block;
  block.count = values.size();
  block.min = block.max = values[0];
  double sum = 0;
  for (const double value : values) {
    sum += value;
    block.min = std::min(block.min, value);
    block.max = std::max(block.max, value);
  }
  block.mean = sum / static_cast<double>(values.size());
  for (const double value : values) block.squares += (value - block.mean) * (value - block.mean);
  merge(block);
}

void NumberSummary::merge(const NumberSummary& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  const auto own = static_cast<double>(count);
  const auto others = static_cast<double>(other.count);
  const double difference = other.mean - mean;
  mean += difference * others / (own + others);
  squares += other.squares + difference * difference * own * others / (own + others);
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  count += other.count;
}

double NumberSummary::deviation() const {
  return count == 0 ? 0 : std::sqrt(squares / static_cast<double>(count));
}

std::uint64_t ColumnProfile::present() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t n : types) sum += n;
  return sum;
}

Result<DataProfile> profile_data(RowSource& rows, const ProfileOptions& options) {
  DataProfile profile;
  profile.file = join(rows.facts().files, ", ");
  profile.delimiter = rows.facts().csv.delimiter;
  const NullSpellings nulls(options.nulls);
  std::vector<ColumnProfiler> columns;
  for (std::size_t i = 0; i < rows.header().size(); ++i)
    columns.emplace_back(rows.header()[i], i, options);
  CsvBlock block;
  while (TRY(rows.next(block))) {
    profile.rows += block.rows.size();
    profile.unreadable += block.problem_count;
    for (CsvProblem& problem : block.problems)
      if (profile.problems.size() < CsvBlock::kMaxProblems)
        profile.problems.push_back(std::move(problem));
    for (ColumnProfiler& column : columns) column.add(block, nulls);
  }
  profile.bytes = rows.bytes_read();
  for (ColumnProfiler& column : columns) profile.columns.push_back(column.finish());
  return profile;
}

Result<DataProfile> profile_data(const os::FileReader& files, const os::Path& path,
                                 const ProfileOptions& options) {
  const auto rows = TRY(open_rows(files, path, {options.csv}));
  return profile_data(*rows, options);
}

}  // namespace sluice::ml
