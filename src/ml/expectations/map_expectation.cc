#include "ml/expectations/map_expectation.h"

#include "base/strings.h"

namespace sluice::ml::expectations {
namespace {

class MapExpectation final : public Expectation {
 public:
  MapExpectation(const Setup& setup, std::size_t field, CellTest test, double mostly,
                 Missing missing)
      : field_(field),
        test_(std::move(test)),
        mostly_(mostly),
        missing_(missing),
        tally_(setup.header, setup.format, {field}) {}

  void add(const Batch& batch, RowIndexes rows) override {
    const std::vector<Cell>& cells = batch.columns[field_];
    for (const std::uint32_t row : rows) {
      tally_.add_element();
      const Cell& cell = cells[row];
      if (missing_ == Missing::Counted && cell.is_null()) {
        tally_.add_missing();
        continue;
      }
      const CellVerdict verdict = test_.judge(cell);
      if (verdict == CellVerdict::Impossible && impossible_.empty())
        impossible_ = cat(test_.impossible, example(batch, row));
      if (verdict == CellVerdict::Unexpected) tally_.add_unexpected(batch, row, to_json(cell));
    }
  }

  Result<Outcome> outcome() override {
    if (!impossible_.empty()) return Error(ErrorCode::InvalidInput, impossible_);
    return tally_.outcome(mostly_, missing_);
  }

 private:
  // Where the first value is that could not be judged, in a file.
  std::string example(const Batch& batch, std::uint32_t row) const {
    if (batch.positions.empty()) return {};
    return cat(" First in ", ml::to_string(batch.positions[row]));
  }

  std::size_t field_;
  CellTest test_;
  double mostly_;
  Missing missing_;
  UnexpectedTally tally_;
  std::string impossible_;
};

MadeExpectation make_with(const Setup& setup, CellTestMaker maker, Missing missing) {
  const double mostly = TRY(read_mostly(setup.arguments));
  const std::size_t field = TRY(read_column(setup));
  CellTest test = TRY(maker(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<MapExpectation>(setup, field, std::move(test), mostly, missing));
}

}  // namespace

MadeExpectation make_map(const Setup& setup, CellTestMaker maker) {
  return make_with(setup, maker, Missing::Counted);
}

MadeExpectation make_null_map(const Setup& setup, CellTestMaker maker) {
  return make_with(setup, maker, Missing::NotCounted);
}

}  // namespace sluice::ml::expectations
