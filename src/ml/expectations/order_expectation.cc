// Values that only rise, or only fall, from row to row; missing ones are left out.
#include "ml/expectations/lenient_time.h"
#include "ml/expectations/makers.h"

namespace sluice::ml::expectations {
namespace {

enum class Direction { Increasing, Decreasing };

class OrderExpectation final : public Expectation {
 public:
  OrderExpectation(const Setup& setup, std::size_t field, Direction direction, double mostly)
      : field_(field),
        direction_(direction),
        mostly_(mostly),
        strictly_(setup.arguments.flag("strictly")),
        dates_(setup.arguments.flag("parse_strings_as_datetimes")),
        source_(setup.header.source),
        tally_(setup.header, setup.format, {field}) {}

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      const Cell& cell = batch.columns[field_][row];
      tally_.add_element();
      if (cell.is_null()) {
        tally_.add_missing();
        continue;
      }
      const Cell value = compared(cell);
      if (!previous_.get().is_null() && !in_order(previous_.get(), value))
        tally_.add_unexpected(batch, row, to_json(cell));
      previous_ = KeptCell(value);
    }
  }

  Result<Outcome> outcome() override {
    if (mixed_)
      return type_error(
          "unsupported operand type(s) for -: the values are not all numbers or all dates");
    return tally_.outcome(mostly_, Missing::Counted);
  }

 private:
  // Dates of a text file have no other spelling than text.
  Cell compared(const Cell& cell) {
    if (!cell.is_text()) return cell;
    const bool dates = dates_ || source_ == Header::Source::TextFile;
    const auto time = dates ? parse_lenient_time(cell.text) : std::nullopt;
    return time ? Cell{CellKind::Time, *time, {}} : cell;
  }

  // The difference of two booleans is whether they differ, which is never less than nothing.
  bool booleans_in_order(bool differ) const {  // style: bool because it is a value
    if (direction_ == Direction::Increasing) return differ || !strictly_;
    return !differ && !strictly_;
  }

  bool in_order(const Cell& before, const Cell& value) {
    if (before.kind == CellKind::Boolean && value.kind == CellKind::Boolean)
      return booleans_in_order(before.number != value.number);
    const auto order = compare(before, value);
    if (!order || value.is_text()) {
      mixed_ = true;
      return true;
    }
    if (*order == std::partial_ordering::equivalent) return !strictly_;
    return (*order == std::partial_ordering::less) == (direction_ == Direction::Increasing);
  }

  std::size_t field_;
  Direction direction_;
  double mostly_;
  bool strictly_;
  bool dates_;
  Header::Source source_;
  UnexpectedTally tally_;
  KeptCell previous_;
  bool mixed_ = false;
};

MadeExpectation make(const Setup& setup, Direction direction) {
  const double mostly = TRY(read_mostly(setup.arguments));
  const std::size_t field = TRY(read_column(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<OrderExpectation>(setup, field, direction, mostly));
}

}  // namespace

MadeExpectation make_increasing(const Setup& setup) {
  return make(setup, Direction::Increasing);
}

MadeExpectation make_decreasing(const Setup& setup) {
  return make(setup, Direction::Decreasing);
}

}  // namespace sluice::ml::expectations
