// One profile for people, column by column: everything that it holds, and what of it is estimated.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "base/strings.h"
#include "ml/data/column_quantiles.h"
#include "ml/data/histogram.h"
#include "ml/data/number.h"
#include "ml/data/profile.h"
#include "ml/data/violation_tally.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kShown = 8;

std::string share_text(std::uint64_t count, std::uint64_t of) {
  return fmt::format("{:.3g} %",
                     of == 0 ? 0.0 : 100.0 * static_cast<double>(count) / static_cast<double>(of));
}

std::string numbers_text(const ColumnProfile& column) {
  const NumberSummary& numbers = column.numbers;
  if (numbers.count == 0) return {};
  std::string text = fmt::format("  numbers    {} .. {}, mean {:.6g}, sd {:.6g}  (exact)\n",
                                 number_text(numbers.min), number_text(numbers.max), numbers.mean,
                                 numbers.deviation());
  text += "  quantiles ";
  const ColumnQuantiles quantiles(column);
  for (const double q : {0.01, 0.25, 0.5, 0.75, 0.99})
    text += fmt::format(" {} % {:.4g}", q * 100, quantiles.at(q));
  text += quantiles.relative_error() == 0
              ? "  (exact)\n"
              : fmt::format("  (within {:.1f} %)\n", quantiles.relative_error() * 100);
  const Histogram histogram = histogram_of(column);
  return text + cat("  histogram  [", sparkline(histogram), "]  (",
                    histogram.origin == HistogramOrigin::Values ? "exact" : "from the sketch",
                    ")\n");
}

// "a (12.5 %), b (3 % to 3.2 %), …"
std::string shares_text(const ColumnProfile& column, const FrequentValues& frequent) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(kShown, frequent.values.size()); ++i) {
    const auto& [value, count] = frequent.values[i];
    const std::string least = share_text(count, column.present());
    const std::string most = share_text(count + frequent.error, column.present());
    shown.push_back(cat(one_line(shortened(value, 40)), " (", least,
                        least == most ? "" : cat(" to ", most), ")"));
  }
  return cat(join(shown, ", "), frequent.values.size() > kShown ? ", …" : "");
}

// What is known when not all values were kept.
std::string frequent_text(const ColumnProfile& column) {
  const std::string text =
      fmt::format("  distinct   ~{}  (within 1.6 %)\n", grouped(column.distinct));
  if (!column.frequent) return text;
  const std::string most = cat("at most ", grouped(column.frequent->error), " times (",
                               share_text(column.frequent->error, column.present()), ")");
  if (column.frequent->values.empty())
    return cat(text, "  frequent   none: each value is there ", most, "\n");
  return cat(text, "  frequent   ", shares_text(column, *column.frequent),
             "\n             (between bounds; a value that is not kept is there ", most, ")\n");
}

std::string values_text(const ColumnProfile& column) {
  if (!column.distinct_exact) return frequent_text(column);
  const std::string text = cat("  distinct   ", grouped(column.distinct), "\n");
  if (column.values.empty()) return text;
  return cat(text, "  frequent   ", shares_text(column, {column.values, 0}), "\n");
}

std::string patterns_text(const ColumnProfile& column) {
  if (!column.patterns.complete())
    return cat("  patterns   more than ", PatternCounts::kMaxPatterns, "\n");
  std::vector<std::pair<std::string, std::uint64_t>> patterns(column.patterns.counts().begin(),
                                                              column.patterns.counts().end());
  if (patterns.empty()) return {};
  std::stable_sort(patterns.begin(), patterns.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(kShown, patterns.size()); ++i)
    shown.push_back(cat(patterns[i].first, " (", patterns[i].second, ")"));
  return cat("  patterns   ", join(shown, ", "), patterns.size() > kShown ? ", …\n" : "\n");
}

std::string types_text(const ColumnProfile& column) {
  std::vector<std::string> types;
  for (std::size_t i = 0; i < kValueTypes; ++i)
    if (column.types[i] > 0)
      types.push_back(cat(grouped(column.types[i]), " ", to_string(static_cast<ValueType>(i))));
  return types.empty() ? "no value" : join(types, ", ");
}

}  // namespace

std::string column_details(const ColumnProfile& column, std::uint64_t rows) {
  std::string text = cat(column.name, ": ", types_text(column), "; ", grouped(column.missing),
                         " missing (", share_text(column.missing, rows), ")\n");
  text += numbers_text(column);
  if (column.dates)
    text += cat("  dates      ", date_text(column.dates->first), " .. ",
                date_text(column.dates->second), "\n");
  text += values_text(column);
  if (column.of_type(ValueType::Text) > 0) text += patterns_text(column);
  return text + cat("  length     ", column.shortest, " .. ", column.longest, " bytes\n");
}

std::string groups_text(const DataProfile& profile) {
  std::string text;
  for (const GroupProfile& group : profile.groups) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < group.key.size(); ++i)
      names.push_back(cat(profile.by[i], "=", group.key[i]));
    text += cat("\n", join(names, ", "), ": ", grouped(group.rows), " rows\n");
    for (const ColumnProfile& column : group.columns) {
      if (std::find(profile.by.begin(), profile.by.end(), column.name) != profile.by.end())
        continue;
      text += fmt::format("  {:<16} {} missing", column.name, grouped(column.missing));
      if (column.numbers.count > 0)
        text += fmt::format(", {:.4g} .. {:.4g}, mean {:.4g}, sd {:.4g}", column.numbers.min,
                            column.numbers.max, column.numbers.mean, column.numbers.deviation());
      else
        text += fmt::format(", {}{} distinct", column.distinct_exact ? "" : "~", column.distinct);
      text += "\n";
    }
  }
  return text;
}

}  // namespace sluice::ml
