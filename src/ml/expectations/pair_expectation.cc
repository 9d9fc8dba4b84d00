// Two columns, row by row.
#include <functional>
#include <unordered_set>

#include "base/strings.h"
#include "ml/expectations/lenient_time.h"
#include "ml/expectations/makers.h"
#include "ml/expectations/multicolumn.h"

namespace sluice::ml::expectations {
namespace {

enum class PairVerdict { Expected, Unexpected, Mixed };
using PairTest = std::function<PairVerdict(const Cell&, const Cell&)>;

PairVerdict pair_verdict(bool expected) {  // style: bool because it is a value
  return expected ? PairVerdict::Expected : PairVerdict::Unexpected;
}

class PairExpectation final : public Expectation {
 public:
  PairExpectation(const Setup& setup, std::vector<std::size_t> fields, PairTest test,
                  IgnoreRow ignore, double mostly)
      : fields_(std::move(fields)),
        test_(std::move(test)),
        ignore_(ignore),
        mostly_(mostly),
        tally_(setup.header, setup.format, fields_) {}

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      tally_.add_element();
      if (is_ignored(batch, row, fields_, ignore_)) {
        tally_.add_missing();
        continue;
      }
      const Cell& a = batch.columns[fields_[0]][row];
      const Cell& b = batch.columns[fields_[1]][row];
      const PairVerdict verdict = test_(a, b);
      if (verdict == PairVerdict::Mixed) mixed_ = true;
      if (verdict == PairVerdict::Unexpected)
        tally_.add_unexpected(batch, row, JsonArray{to_json(a), to_json(b)});
    }
  }

  Result<Outcome> outcome() override {
    if (mixed_) return type_error("'>' not supported between a text and a number");
    return tally_.outcome(mostly_, Missing::Counted);
  }

 private:
  std::vector<std::size_t> fields_;
  PairTest test_;
  IgnoreRow ignore_;
  double mostly_;
  UnexpectedTally tally_;
  bool mixed_ = false;
};

MadeExpectation make(const Setup& setup, PairTest test) {
  const double mostly = TRY(read_mostly(setup.arguments));
  const std::size_t a = TRY(read_column(setup, "column_A"));
  const std::size_t b = TRY(read_column(setup, "column_B"));
  const IgnoreRow ignore = TRY(read_ignore_row(setup, IgnoreRow::AllMissing));
  return std::unique_ptr<Expectation>(std::make_unique<PairExpectation>(
      setup, std::vector<std::size_t>{a, b}, std::move(test), ignore, mostly));
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
    return pair_verdict(order && *order == std::partial_ordering::equivalent);
  });
}

MadeExpectation make_pair_greater(const Setup& setup) {
  const bool or_equal = setup.arguments.flag("or_equal");
  const bool dates = setup.arguments.flag("parse_strings_as_datetimes");
  const bool mixed = setup.arguments.flag("allow_cross_type_comparisons");
  return make(setup, [or_equal, dates, mixed](const Cell& a, const Cell& b) {
    if (a.is_null() || b.is_null()) return PairVerdict::Unexpected;
    const auto order = dates ? compare(as_time(a), as_time(b)) : compare(a, b);
    if (!order) return mixed ? PairVerdict::Unexpected : PairVerdict::Mixed;
    if (*order == std::partial_ordering::equivalent) return pair_verdict(or_equal);
    return pair_verdict(*order == std::partial_ordering::greater);
  });
}

MadeExpectation make_pair_in_set(const Setup& setup) {
  if (setup.arguments.find("value_pairs_set") == nullptr)
    return make(setup, [](const Cell&, const Cell&) { return PairVerdict::Expected; });
  std::unordered_set<std::uint64_t> pairs;
  for (const Json& item : *TRY(setup.arguments.list("value_pairs_set"))) {
    if (!item.is_array() || item.get_array().size() != 2)
      return value_error("value_pairs_set must be a list of pairs");
    pairs.insert(pair_hash(cell_of(item.get_array()[0]), cell_of(item.get_array()[1])));
  }
  return make(setup, [pairs = std::move(pairs)](const Cell& a, const Cell& b) {
    return pair_verdict(pairs.contains(pair_hash(a, b)));
  });
}

}  // namespace sluice::ml::expectations
