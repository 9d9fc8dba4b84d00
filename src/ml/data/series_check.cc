#include "ml/data/series_check.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <tuple>

#include "base/strings.h"
#include "ml/data/hash64.h"
#include "ml/data/number.h"
#include "ml/data/value.h"
#include "ml/data/violation_tally.h"

namespace sluice::ml {
namespace {

constexpr double kDay = 86400;
// Two times are one step apart up to this share of a step.
constexpr double kSlack = 1e-6;

Result<std::size_t> field_of(const std::vector<std::string>& header, const std::string& name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end())
    return Error(ErrorCode::NotFound, cat("the file has no column '", name, "'"));
  return static_cast<std::size_t>(found - header.begin());
}

// Months since year 0, the day as a fraction.
double months_of(double seconds) {
  const std::chrono::sys_days day{std::chrono::days(static_cast<int>(std::floor(seconds / kDay)))};
  const std::chrono::year_month_day date{day};
  return 12.0 * static_cast<int>(date.year()) + static_cast<unsigned>(date.month()) - 1 +
         (static_cast<unsigned>(date.day()) - 1) / 32.0;
}

std::chrono::year_month_day date_of_months(double months) {
  const auto whole = static_cast<int>(std::floor(months));
  const auto day = static_cast<unsigned>(std::lround((months - whole) * 32)) + 1;
  return {std::chrono::year(whole / 12), std::chrono::month(static_cast<unsigned>(whole % 12) + 1),
          std::chrono::day(day)};
}

std::string month_text(double months) {
  const std::chrono::sys_days day = date_of_months(months);
  return date_text(static_cast<double>(day.time_since_epoch().count()) * kDay);
}

bool is_last_of_month(const std::chrono::year_month_day& date) {
  return date.day() == (date.year() / date.month() / std::chrono::last).day();
}

// From the day of one month to the same of a later one, or to its last where it is shorter.
double month_step(double from, double to) {
  const auto before = date_of_months(from);
  const auto after = date_of_months(to);
  const bool same_day = before.day() == after.day() ||
                        (is_last_of_month(before) && after.day() > before.day()) ||
                        (is_last_of_month(after) && before.day() > after.day());
  return same_day ? std::floor(to) - std::floor(from) : to - from;
}

}  // namespace

struct SeriesCheck::Findings {
  std::uint64_t missing_steps = 0;
  std::uint64_t series_with_gaps = 0;
  std::uint64_t repeats = 0;
  std::uint64_t off_step = 0;
  std::vector<ViolationSample> gap_samples = {};
  std::vector<ViolationSample> repeat_samples = {};
};

SeriesCheck::SeriesCheck(const SeriesRule& rule, std::vector<std::size_t> by, std::size_t time,
                         const NullSpellings& nulls, std::size_t max_samples, std::size_t most_rows)
    : rule_(rule),
      by_(std::move(by)),
      time_(time),
      nulls_(nulls),
      max_samples_(max_samples),
      most_rows_(most_rows) {}

Result<SeriesCheck> SeriesCheck::create(const SeriesRule& rule,
                                        const std::vector<std::string>& header,
                                        const NullSpellings& nulls, std::size_t max_samples,
                                        std::size_t most_rows) {
  std::vector<std::size_t> by;
  for (const std::string& name : rule.by) by.push_back(TRY(field_of(header, name)));
  const std::size_t time = TRY(field_of(header, rule.time));
  return SeriesCheck(rule, std::move(by), time, nulls, max_samples, most_rows);
}

// In steps; nothing for what is no time, which the column's own type complains about.
std::optional<double> SeriesCheck::place(std::string_view text) const {
  if (rule_.step.unit == SeriesStep::Unit::Number) {
    const auto number = parse_number(text);
    return number ? std::optional(*number / rule_.step.amount) : std::nullopt;
  }
  const bool of_calendar = rule_.step.unit != SeriesStep::Unit::Second;
  const auto date = of_calendar ? parse_wall_time(text) : parse_date(text);
  if (!date) return std::nullopt;
  if (rule_.step.unit == SeriesStep::Unit::Month) return months_of(*date);
  return *date / rule_.step.amount;
}

double SeriesCheck::steps_between(double from, double to) const {
  if (rule_.step.unit != SeriesStep::Unit::Month) return to - from;
  return month_step(from, to) / rule_.step.amount;
}

std::string SeriesCheck::time_text(double place) const {
  if (rule_.step.unit == SeriesStep::Unit::Month) return month_text(place);
  const double value = place * rule_.step.amount;
  if (rule_.step.unit == SeriesStep::Unit::Number) return number_text(value);
  return date_text(std::round(value));
}

std::string SeriesCheck::name_of(const CsvBlock& block, std::size_t row) const {
  std::string name;
  for (std::size_t i = 0; i < by_.size(); ++i)
    name += cat(i == 0 ? "" : ", ", rule_.by[i], " = ", block.fields[row * block.columns + by_[i]]);
  return name;
}

void SeriesCheck::check(const CsvBlock& block) {
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    const std::string_view text = block.fields[row * block.columns + time_];
    if (nulls_.contains(text)) continue;
    const auto at = place(text);
    if (!at) continue;
    std::uint64_t key = 0;
    for (const std::size_t field : by_)
      key = hash64(block.fields[row * block.columns + field], key);
    if ((key & mask_) != 0) continue;
    Series& series = series_[key];
    if (series.points.empty()) series.name = name_of(block, row);
    const CsvPosition& position = block.rows[row];
    series.points.push_back({*at, position.file, position.row, position.line, position.byte});
    if (++rows_ > most_rows_) make_room();
  }
}

// Half of the series go.
void SeriesCheck::make_room() {
  mask_ = mask_ * 2 + 1;
  rows_ = 0;
  std::erase_if(series_, [this](const auto& entry) { return (entry.first & mask_) != 0; });
  for (const auto& [key, series] : series_) rows_ += series.points.size();
}

void SeriesCheck::judge(Series& series, Findings& findings) const {
  auto& points = series.points;
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.time < b.time; });
  const std::string prefix = series.name.empty() ? "" : cat(series.name, ": ");
  const auto sample = [&](const Point& point, std::string text) {
    const CsvPosition position{point.row, point.line, point.byte, point.file};
    return ViolationSample{position, cat(prefix, text), std::nullopt};
  };
  bool gaps = false;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double step = steps_between(points[i - 1].time, points[i].time);
    const double whole = std::round(step);
    if (step < kSlack) {
      ++findings.repeats;
      if (findings.repeat_samples.size() < max_samples_)
        findings.repeat_samples.push_back(sample(points[i], time_text(points[i].time)));
    } else if (std::abs(step - whole) > kSlack * std::max(1.0, std::abs(points[i].time))) {
      ++findings.off_step;
      if (findings.gap_samples.size() < max_samples_)
        findings.gap_samples.push_back(
            sample(points[i], cat(time_text(points[i].time), " is no whole step of ",
                                  rule_.step.text, " after ", time_text(points[i - 1].time))));
    } else if (whole > 1) {
      gaps = true;
      findings.missing_steps += static_cast<std::uint64_t>(whole) - 1;
      if (findings.gap_samples.size() < max_samples_)
        findings.gap_samples.push_back(
            sample(points[i], cat("nothing between ", time_text(points[i - 1].time), " and ",
                                  time_text(points[i].time))));
    }
  }
  if (gaps) ++findings.series_with_gaps;
}

void SeriesCheck::report(std::vector<Violation>& violations, std::vector<std::string>& notes) {
  Findings findings;
  std::vector<Series*> order;
  for (auto& [key, series] : series_) order.push_back(&series);
  std::sort(order.begin(), order.end(), [](const Series* a, const Series* b) {
    const Point& first = a->points.front();
    const Point& second = b->points.front();
    return std::tie(first.file, first.row) < std::tie(second.file, second.row);
  });
  for (Series* series : order) judge(*series, findings);
  std::vector<std::string> columns = rule_.by;
  columns.push_back(rule_.time);
  if (findings.missing_steps > 0 || findings.off_step > 0) {
    Violation gap{.rule = Rule::SeriesGap, .columns = columns};
    gap.severity = rule_.severity;
    gap.message =
        cat("'", rule_.time, "' does not follow step by step (", rule_.step.text,
            "): ", plural(findings.missing_steps, "step"), " missing in ",
            grouped(findings.series_with_gaps), " of ", grouped(series_.size()), " series",
            findings.off_step == 0 ? "" : cat(", ", grouped(findings.off_step), " between steps"));
    gap.samples = std::move(findings.gap_samples);
    if (mask_ != 0) gap.exactness = Exactness::Estimate;
    violations.push_back(std::move(gap));
  }
  if (findings.repeats > 0) {
    Violation repeat{.rule = Rule::SeriesRepeat, .columns = columns};
    repeat.severity = rule_.severity;
    repeat.count = findings.repeats;
    repeat.message = cat("a series has one row for each '", rule_.time, "', but ",
                         rows_text(findings.repeats), " come again");
    repeat.samples = std::move(findings.repeat_samples);
    if (mask_ != 0) repeat.exactness = Exactness::Estimate;
    violations.push_back(std::move(repeat));
  }
  if (mask_ != 0)
    notes.push_back(cat("series of '", rule_.time, "': one in ", mask_ + 1,
                        " was looked at; all of them do not fit into the memory set aside"));
}

}  // namespace sluice::ml
