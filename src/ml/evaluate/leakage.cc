#include "ml/evaluate/leakage.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/strings.h"
#include "ml/data/hash64.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr double kExactly = 1e-12;  // how far the squared correlation may lie from 1
constexpr std::size_t kLeastRows = 10;

// Squared correlation over the rows that have both; 0 where one of them never changes.
double squared_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  double n = 0, mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    n += 1;
    const double dx = x[i] - mean_x;
    const double dy = y[i] - mean_y;
    mean_x += dx / n;
    mean_y += dy / n;
    xx += dx * (x[i] - mean_x);
    yy += dy * (y[i] - mean_y);
    xy += dx * (y[i] - mean_y);
  }
  return n >= static_cast<double>(kLeastRows) && xx > 0 && yy > 0 ? xy * xy / (xx * yy) : 0;
}

void look_at_features(const LeakageQuestion& question, std::vector<Leak>& leaks) {
  const Column* target = question.judged.find(question.target);
  for (const std::string& name : question.features) {
    if (name == question.target) {
      leaks.push_back({"target", question.judged.row_count(),
                       cat("the target '", name, "' is among the features of the model")});
      continue;
    }
    const Column* feature = question.judged.find(name);
    if (feature == nullptr || target == nullptr || feature->kind != ColumnKind::Number ||
        target->kind != ColumnKind::Number)
      continue;
    if (squared_correlation(feature->numbers, target->numbers) > 1 - kExactly)
      leaks.push_back({"target", question.judged.row_count(),
                       cat("the feature '", name, "' tells the target '", question.target,
                           "' exactly: it can hardly be known before it")});
  }
}

Result<std::vector<std::uint64_t>> key_hashes(const Table& table,
                                              const std::vector<std::string>& keys) {
  std::vector<const Column*> columns;
  for (const std::string& key : keys) columns.push_back(TRY_CONTEXT(table.column(key), "key"));
  std::vector<std::uint64_t> hashes;
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    std::uint64_t hash = 0;
    for (const Column* column : columns) hash = hash64(column->text(row), hash + 1);
    hashes.push_back(hash);
  }
  return hashes;
}

// What is compared must be of one kind: "007" as a text and 7 as a number are never the same.
Result<void> check_kinds(const LeakageQuestion& question, std::string_view name) {
  const Column* judged = TRY(question.judged.column(name));
  const Column* learnt = TRY_CONTEXT(question.learnt->column(name), "what was learnt from");
  if (judged->kind == learnt->kind) return success();
  const auto kind = [](const Column* column) {
    return column->kind == ColumnKind::Number ? "numbers" : "text";
  };
  return invalid_input(cat("the column '", name, "' holds ", kind(judged),
                           " in what is judged and ", kind(learnt),
                           " in what was learnt from, so they cannot be compared"));
}

Result<void> look_at_keys(const LeakageQuestion& question, std::vector<Leak>& leaks) {
  if (question.keys.empty()) return success();
  for (const std::string& key : question.keys) TRY_CONTEXT(check_kinds(question, key), "key");
  const auto learnt = TRY(key_hashes(*question.learnt, question.keys));
  const auto judged = TRY(key_hashes(question.judged, question.keys));
  const std::unordered_set<std::uint64_t> known(learnt.begin(), learnt.end());
  std::size_t both = 0;
  std::size_t first = judged.size();
  for (std::size_t row = 0; row < judged.size(); ++row) {
    if (!known.contains(judged[row])) continue;
    if (both++ == 0) first = row;
  }
  if (both > 0)
    leaks.push_back(
        {"keys", both,
         cat(grouped(both), " of ", row_count(judged.size()), " were learnt from, too: the same ",
             join(question.keys, ", "), " (first in row ", first + 1, ")")});
  return success();
}

bool comes_before(const Column& a, std::size_t i, const Column& b, std::size_t j) {
  if (a.kind == ColumnKind::Number && b.kind == ColumnKind::Number)
    return a.numbers[i] < b.numbers[j];
  return a.text(i) < b.text(j);
}

Result<void> look_at_time(const LeakageQuestion& question, std::vector<Leak>& leaks) {
  if (question.time.empty() || question.judged.row_count() == 0) return success();
  const Column* judged = TRY_CONTEXT(question.judged.column(question.time), "time");
  const Column* learnt = TRY_CONTEXT(question.learnt->column(question.time), "time");
  TRY_CONTEXT(check_kinds(question, question.time), "time");
  std::size_t first = 0;
  for (std::size_t row = 1; row < judged->size(); ++row)
    if (comes_before(*judged, row, *judged, first)) first = row;
  std::size_t late = 0;
  for (std::size_t row = 0; row < learnt->size(); ++row)
    if (!learnt->missing(row) && !comes_before(*learnt, row, *judged, first)) ++late;
  if (late > 0)
    leaks.push_back({"time", late,
                     cat(grouped(late), " of ", row_count(learnt->size()),
                         " that were learnt from lie at or after ", question.time, " ",
                         judged->text(first), ", the first that is judged")});
  return success();
}

Result<void> look_at_dates(const LeakageQuestion& question, std::vector<Leak>& leaks) {
  if (question.time.empty() || !question.now) return success();
  const Column* time = TRY_CONTEXT(question.judged.column(question.time), "time");
  if (time->kind != ColumnKind::Text) return success();
  std::size_t future = 0;
  std::string latest;
  for (std::size_t row = 0; row < time->size(); ++row) {
    const std::string text = time->text(row);
    const auto moment = parse_rfc3339(text.size() == 10 ? cat(text, "T00:00:00Z") : text);
    if (!moment || *moment <= *question.now) continue;
    ++future;
    latest = std::max(latest, text);
  }
  if (future > 0)
    leaks.push_back(
        {"future", future,
         cat(row_count(future), future == 1 ? " is" : " are", " dated after now, up to ", latest,
             " (column ", question.time, "): the truth cannot be known yet")});
  return success();
}

}  // namespace

Result<std::vector<Leak>> find_leaks(const LeakageQuestion& question) {
  std::vector<Leak> leaks;
  look_at_features(question, leaks);
  if (question.learnt != nullptr) {
    if (question.learnt->row_count() == 0)
      return invalid_input("what was learnt from has no rows, so nothing can be found in it");
    TRY(look_at_keys(question, leaks));
    TRY(look_at_time(question, leaks));
  }
  TRY(look_at_dates(question, leaks));
  return leaks;
}

}  // namespace sluice::ml
