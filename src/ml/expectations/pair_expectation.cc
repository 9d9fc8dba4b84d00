// Two columns, row by row.
#include <functional>
#include <unordered_set>

#include "base/strings.h"
#include "ml/expectations/lenient_time.h"
#include "ml/expectations/makers.h"
#include "ml/expectations/multicolumn.h"

namespace sluice::ml::expectations {
namespace {

using PairTest = std::function<RowVerdict(const Cell&, const Cell&)>;

RowVerdict verdict_of(bool expected) {  // style: bool because it is a value
  return expected ? RowVerdict::Expected : RowVerdict::Unexpected;
}

MadeExpectation make(const Setup& setup, PairTest test) {
  TRY(check_ignore_row(setup, {"both_values_are_missing", "either_value_is_missing", "neither"}));
  const std::size_t a = TRY(read_column(setup, "column_A"));
  const std::size_t b = TRY(read_column(setup, "column_B"));
  RowJudge judge;
  judge.verdict = [a, b, test = std::move(test)](const Batch& batch, std::uint32_t row) {
    return test(batch.columns[a][row], batch.columns[b][row]);
  };
  judge.shown = [a, b](const Batch& batch, std::uint32_t row) {
    return Json(JsonArray{to_json(batch.columns[a][row]), to_json(batch.columns[b][row])});
  };
  judge.impossible = "'>' not supported between a text and a number";
  return make_row_expectation(setup, {a, b}, std::move(judge));
}

// A text that is a date, as a moment.
Cell as_time(const Cell& cell) {
  if (!cell.is_text()) return cell;
  const auto time = parse_lenient_time(cell.text);
  return time ? Cell{CellKind::Time, *time, {}} : cell;
}

std::uint64_t pair_hash(const Cell& a, const Cell& b) {
  return hash(b, hash(a));
}

}  // namespace

MadeExpectation make_pair_equal(const Setup& setup) {
  return make(setup, [](const Cell& a, const Cell& b) {
    const auto order = compare(a, b);
    return verdict_of(order && *order == std::partial_ordering::equivalent);
  });
}

MadeExpectation make_pair_greater(const Setup& setup) {
  const bool or_equal = setup.arguments.flag("or_equal");
  const bool dates = setup.arguments.flag("parse_strings_as_datetimes");
  const bool mixed = setup.arguments.flag("allow_cross_type_comparisons");
  return make(setup, [or_equal, dates, mixed](const Cell& a, const Cell& b) {
    if (a.is_null() || b.is_null()) return RowVerdict::Unexpected;
    const auto order = dates ? compare(as_time(a), as_time(b)) : compare(a, b);
    if (!order) return mixed ? RowVerdict::Unexpected : RowVerdict::Impossible;
    if (*order == std::partial_ordering::equivalent) return verdict_of(or_equal);
    return verdict_of(*order == std::partial_ordering::greater);
  });
}

MadeExpectation make_pair_in_set(const Setup& setup) {
  std::unordered_set<std::uint64_t> pairs;
  for (const Json& item : *TRY(setup.arguments.list("value_pairs_set"))) {
    if (!item.is_array() || item.get_array().size() != 2)
      return value_error("value_pairs_set must be a list of pairs");
    pairs.insert(pair_hash(cell_of(item.get_array()[0]), cell_of(item.get_array()[1])));
  }
  return make(setup, [pairs = std::move(pairs)](const Cell& a, const Cell& b) {
    return verdict_of(pairs.contains(pair_hash(a, b)));
  });
}

}  // namespace sluice::ml::expectations
