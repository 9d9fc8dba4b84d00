// Values, or values of several columns together, that appear once. Two passes: hashes first, then
// the rows whose hash came more than once. Beyond the budget of KeySet keys are sampled, and the
// result says so.
#include <algorithm>

#include "ml/data/key_set.h"
#include "ml/expectations/makers.h"
#include "ml/expectations/multicolumn.h"

namespace sluice::ml::expectations {
namespace {

enum class Shape { OneColumn, Compound };

class UniqueExpectation final : public Expectation {
 public:
  UniqueExpectation(const Setup& setup, std::vector<std::size_t> fields, Shape shape,
                    IgnoreRow ignore, double mostly)
      : header_(setup.header),
        fields_(std::move(fields)),
        shape_(shape),
        ignore_(ignore),
        mostly_(mostly),
        seen_(setup.budget.key_slots),
        tally_(setup.header, setup.format, fields_) {}

  void add(const Batch& batch, RowIndexes rows) override {
    if (second_)
      add_again(batch, rows);
    else
      add_first(batch, rows);
  }

  Pass end_of_pass() override {
    if (second_ || seen_.repeats() == 0) return Pass::Last;
    second_ = true;
    return Pass::Again;
  }

  Result<Outcome> outcome() override {
    Outcome outcome = tally_.outcome(mostly_, Missing::Counted);
    if (seen_.sampling() > 1 || seen_.repeated().size() >= KeySet::kMaxRepeated)
      outcome.result["details"] = JsonObject{
          {"estimated", "there are more keys than fit in memory; only some of them were compared"},
          {"sampling", seen_.sampling()}};
    return outcome;
  }

 private:
  std::uint64_t key(const Batch& batch, std::uint32_t row) const {
    std::uint64_t state = 0;
    for (const std::size_t field : fields_) state = hash(batch.columns[field][row], state);
    return state == 0 ? 1 : state;
  }

  void add_first(const Batch& batch, RowIndexes rows) {
    hashes_.clear();
    for (const std::uint32_t row : rows) {
      tally_.add_element();
      if (is_ignored(batch, row, fields_, ignore_))
        tally_.add_missing();
      else
        hashes_.push_back(key(batch, row));
    }
    seen_.add(hashes_);
  }

  void add_again(const Batch& batch, RowIndexes rows) {
    for (const std::uint32_t row : rows) {
      if (is_ignored(batch, row, fields_, ignore_)) continue;
      if (!seen_.repeated().contains(key(batch, row))) continue;
      Json shown = shape_ == Shape::OneColumn ? to_json(batch.columns[fields_[0]][row])
                                              : record(header_, batch, row, fields_);
      tally_.add_unexpected(batch, row, std::move(shown));
    }
  }

  const Header& header_;
  std::vector<std::size_t> fields_;
  Shape shape_;
  IgnoreRow ignore_;
  double mostly_;
  KeySet seen_;
  UnexpectedTally tally_;
  std::vector<std::uint64_t> hashes_;  // of a batch
  bool second_ = false;
};

}  // namespace

MadeExpectation make_unique(const Setup& setup) {
  const double mostly = TRY(read_mostly(setup.arguments));
  const std::size_t field = TRY(read_column(setup));
  return std::unique_ptr<Expectation>(std::make_unique<UniqueExpectation>(
      setup, std::vector<std::size_t>{field}, Shape::OneColumn, IgnoreRow::AnyMissing, mostly));
}

MadeExpectation make_compound_unique(const Setup& setup) {
  const double mostly = TRY(read_mostly(setup.arguments));
  auto fields = TRY(read_columns(setup, "column_list"));
  TRY(check_ignore_row(setup, {"all_values_are_missing", "any_value_is_missing", "never"}));
  const IgnoreRow ignore = TRY(read_ignore_row(setup, IgnoreRow::AllMissing));
  return std::unique_ptr<Expectation>(std::make_unique<UniqueExpectation>(
      setup, std::move(fields), Shape::Compound, ignore, mostly));
}

}  // namespace sluice::ml::expectations
