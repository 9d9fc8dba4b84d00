#include "ml/evaluate/slice_spec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kMaxBuckets = 1000;

// Upper ends of buckets of equal counts, ascending and different.
std::vector<double> bucket_ends(const std::vector<double>& values, std::size_t buckets) {
  std::vector<double> sorted;
  for (const double value : values)
    if (!std::isnan(value)) sorted.push_back(value);
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> ends;
  for (std::size_t i = 1; i <= buckets && !sorted.empty(); ++i)
    ends.push_back(sorted[std::max<std::size_t>(i * sorted.size() / buckets, 1) - 1]);
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  return ends;
}

Result<Groups> bucket_rows(const Table& table, std::string_view name, std::string_view count_text) {
  std::size_t count = 0;
  const auto [end, error] =
      std::from_chars(count_text.data(), count_text.data() + count_text.size(), count);
  if (error != std::errc() || end != count_text.data() + count_text.size() || count < 2 ||
      count > kMaxBuckets)
    return invalid_input(
        cat("'", count_text, "' is no number of buckets (2 to ", kMaxBuckets, "), as in price:5"));
  const Column* column = TRY(table.number_column(name));
  const std::vector<double> ends = bucket_ends(column->numbers, count);
  Groups groups{cat(name, ":", count), {}, {}};
  for (std::size_t i = 0; i < ends.size(); ++i)
    groups.names.push_back(i == 0 ? cat("up to ", short_number(ends[0]))
                                  : cat(short_number(ends[i - 1]), " to ", short_number(ends[i])));
  std::optional<std::uint32_t> missing;
  for (const double value : column->numbers) {
    if (std::isnan(value)) {
      if (!missing) {
        missing = static_cast<std::uint32_t>(groups.names.size());
        groups.names.emplace_back("(missing)");
      }
      groups.of_row.push_back(*missing);
    } else {
      const auto bucket = std::lower_bound(ends.begin(), ends.end(), value) - ends.begin();
      groups.of_row.push_back(static_cast<std::uint32_t>(bucket));
    }
  }
  return groups;
}

constexpr std::array<std::string_view, 6> kOperators{"<=", ">=", "!=", "<", ">", "="};

struct Condition {
  std::string_view column;
  std::string_view operation;
  std::string_view value;
};

std::optional<Condition> condition_of(std::string_view spec) {
  const auto at = spec.find_first_of("<>!=");
  if (at == std::string_view::npos) return std::nullopt;
  for (const std::string_view operation : kOperators)
    if (spec.substr(at).starts_with(operation))
      return Condition{trim(spec.substr(0, at)), operation,
                       trim(spec.substr(at + operation.size()))};
  return std::nullopt;
}

bool holds(std::string_view operation, double left, double right) {
  if (operation == "<=") return left <= right;
  if (operation == ">=") return left >= right;
  if (operation == "!=") return left != right;
  if (operation == "<") return left < right;
  if (operation == ">") return left > right;
  return left == right;
}

Result<Groups> rows_by_condition(const Table& table, std::string_view spec,
                                 const Condition& condition) {
  const Column* column = TRY(table.column(condition.column));
  const auto number = parse_number(condition.value);
  const bool text = column->kind == ColumnKind::Text;
  const bool compares_order = condition.operation != "=" && condition.operation != "!=";
  if (!text && !number)
    return invalid_input(cat("'", spec, "': the column '", condition.column,
                             "' holds numbers, and '", condition.value, "' is none"));
  if (text && compares_order)
    return invalid_input(cat("'", spec, "': the column '", condition.column,
                             "' holds text, which only = and != compare"));
  Groups groups{std::string(spec), {}, {"true", "false", "(missing)"}};
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    if (column->missing(row)) {
      groups.of_row.push_back(2);
      continue;
    }
    const bool same = text && column->text(row) == condition.value;
    const bool yes = text ? same == (condition.operation == "=")
                          : holds(condition.operation, column->numbers[row], *number);
    groups.of_row.push_back(yes ? 0 : 1);
  }
  return groups;
}

Result<Groups> simple_slice(const Table& table, std::string_view spec) {
  if (table.find(spec) != nullptr) return group_rows(table, spec);
  if (const auto condition = condition_of(spec)) return rows_by_condition(table, spec, *condition);
  const auto colon = spec.rfind(':');
  if (colon != std::string_view::npos)
    return bucket_rows(table, spec.substr(0, colon), spec.substr(colon + 1));
  return group_rows(table, spec);
}

Groups cross(const Groups& left, const Groups& right) {
  Groups crossed{cat(left.column, "×", right.column), {}, {}};
  crossed.of_row.reserve(left.of_row.size());
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> known;
  for (std::size_t row = 0; row < left.of_row.size(); ++row) {
    const std::pair key{left.of_row[row], right.of_row[row]};
    const auto [place, added] =
        known.try_emplace(key, static_cast<std::uint32_t>(crossed.names.size()));
    if (added) crossed.names.push_back(cat(left.names[key.first], " × ", right.names[key.second]));
    crossed.of_row.push_back(place->second);
  }
  return crossed;
}

std::string simple_title(std::string_view column, std::string_view value) {
  if (condition_of(column) && value == "true") return std::string(column);
  if (condition_of(column) && value == "false") return cat("not ", column);
  const auto colon = column.rfind(':');
  const bool buckets = colon != std::string_view::npos && colon + 1 < column.size() &&
                       column.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return cat(buckets ? column.substr(0, colon) : column, " ", value);
}

}  // namespace

Result<Groups> slice_rows(const Table& table, std::string_view spec) {
  if (table.find(spec) != nullptr) return group_rows(table, spec);
  const std::string plain = replace_all(std::string(spec), "×", "*");
  std::optional<Groups> groups;
  for (const std::string_view part : split(plain, '*')) {
    Groups one = TRY_CONTEXT(simple_slice(table, trim(part)), cat("slice '", spec, "'"));
    groups = groups ? cross(*groups, one) : std::move(one);
  }
  return std::move(*groups);
}

std::string slice_title(std::string_view column, std::string_view value) {
  const std::string columns_text = replace_all(std::string(column), "×", "\x1f");
  const std::string values_text = replace_all(std::string(value), " × ", "\x1f");
  const auto columns = split(columns_text, '\x1f');
  const auto values = split(values_text, '\x1f');
  if (columns.size() != values.size()) return cat(column, " ", value);
  std::string title;
  for (std::size_t i = 0; i < columns.size(); ++i)
    title += cat(i == 0 ? "" : ", ", simple_title(columns[i], values[i]));
  return title;
}

}  // namespace sluice::ml
