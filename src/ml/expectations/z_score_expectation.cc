// Values within so many standard deviations of their mean. Two passes.
#include <cmath>

#include "ml/expectations/makers.h"
#include "ml/expectations/moments.h"

namespace sluice::ml::expectations {
namespace {

enum class Sides { One, Both };

class ZScoreExpectation final : public Expectation {
 public:
  ZScoreExpectation(const Setup& setup, std::size_t field, double threshold, Sides sides,
                    double mostly)
      : field_(field),
        threshold_(threshold),
        sides_(sides),
        mostly_(mostly),
        tally_(setup.header, setup.format, {field}) {}

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      const Cell& cell = batch.columns[field_][row];
      if (second_)
        judge(batch, row, cell);
      else
        measure(cell);
    }
  }

  Pass end_of_pass() override {
    if (second_) return Pass::Last;
    second_ = true;
    return Pass::Again;
  }

  Result<Outcome> outcome() override {
    if (text_)
      return type_error("Cannot detect outliers in a non-numerical column: the column holds text");
    return tally_.outcome(mostly_, Missing::Counted);
  }

 private:
  void measure(const Cell& cell) {
    tally_.add_element();
    if (cell.is_null())
      tally_.add_missing();
    else if (cell.is_numeric())
      moments_.add(cell.number);
    else
      text_ = true;
  }

  void judge(const Batch& batch, std::uint32_t row, const Cell& cell) {
    if (!cell.is_numeric()) return;
    double score = (cell.number - moments_.mean()) / moments_.deviation();
    if (sides_ == Sides::Both) score = std::abs(score);
    const double limit = sides_ == Sides::Both ? std::abs(threshold_) : threshold_;
    if (!(score < limit)) tally_.add_unexpected(batch, row, to_json(cell));
  }

  std::size_t field_;
  double threshold_;
  Sides sides_;
  double mostly_;
  UnexpectedTally tally_;
  Moments moments_;
  bool text_ = false;
  bool second_ = false;
};

}  // namespace

MadeExpectation make_z_scores(const Setup& setup) {
  const double mostly = TRY(read_mostly(setup.arguments));
  const std::size_t field = TRY(read_column(setup));
  const Cell threshold = setup.arguments.cell("threshold");
  if (!threshold.is_numeric())
    return value_error("Provided threshold must be a number (value is not a valid float)");
  const Json* sided = setup.arguments.find("double_sided");
  if (sided != nullptr && !sided->is_bool())
    return value_error("Double sided parameter must be a boolean value");
  const Sides sides = setup.arguments.flag("double_sided") ? Sides::Both : Sides::One;
  return std::unique_ptr<Expectation>(
      std::make_unique<ZScoreExpectation>(setup, field, threshold.number, sides, mostly));
}

}  // namespace sluice::ml::expectations
