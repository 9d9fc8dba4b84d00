// The different values of a column: which they are, how many, and the most frequent.
#include <algorithm>

#include "base/strings.h"
#include "ml/expectations/lenient_time.h"
#include "ml/expectations/makers.h"
#include "ml/expectations/value_counts.h"

namespace sluice::ml::expectations {
namespace {

using Counted = std::vector<std::pair<Cell, std::uint64_t>>;

JsonArray values_json(const Counted& counted) {
  JsonArray values;
  for (const auto& [cell, count] : counted) values.push_back(to_json(cell));
  return values;
}

// The values of an argument; texts that are dates also match moments.
class Wanted {
 public:
  explicit Wanted(const JsonArray& list) : cells_(kept_cells(list)) {}

  const std::vector<KeptCell>& cells() const { return cells_; }
  bool has(const Cell& cell) const {
    return std::any_of(cells_.begin(), cells_.end(),
                       [&](const KeptCell& kept) { return is_same(kept.get(), cell); });
  }
  static bool is_same(const Cell& wanted, const Cell& cell) {
    if (cell.is_time() && wanted.is_text()) {
      const auto time = parse_lenient_time(wanted.text);
      return time && *time == cell.number;
    }
    if (wanted.is_text() && cell.is_numeric())
      return cell.text == wanted.text && !cell.text.empty();
    return same(wanted, cell);
  }

 private:
  std::vector<KeptCell> cells_;
};

enum class SetRule { InSet, ContainSet, EqualSet };

class DistinctSetExpectation final : public Expectation {
 public:
  DistinctSetExpectation(const Setup& setup, std::size_t field, SetRule rule,
                         std::optional<Wanted> wanted)
      : field_(field),
        rule_(rule),
        wanted_(std::move(wanted)),
        partial_count_(setup.format.partial_count),
        budget_(setup.budget.distinct),
        counts_(budget_) {}

  void add(const Batch& batch, RowIndexes rows) override {
    counts_.add_all(batch.columns[field_], rows);
  }

  Result<Outcome> outcome() override {
    if (!counts_.exact()) return too_many_values(budget_);
    const Counted counted = counts_.sorted();
    JsonArray value_counts;
    for (const auto& [cell, count] : counted)
      value_counts.push_back(JsonObject{{"value", to_json(cell)}, {"count", count}});
    JsonObject result{{"observed_value", values_json(counted)},
                      {"details", JsonObject{{"value_counts", std::move(value_counts)}}}};
    // No set, or an empty one, is no demand on what may be there.
    if (!wanted_ || (rule_ == SetRule::InSet && wanted_->cells().empty()))
      return Outcome{true, std::move(result)};
    const std::vector<Cell> unexpected = not_wanted(counted);
    const std::vector<Cell> missing = not_there(counted);
    if (rule_ != SetRule::ContainSet) tell("unexpected", unexpected, result);
    if (rule_ != SetRule::InSet) tell("missing", missing, result);
    const bool inside = rule_ == SetRule::ContainSet || unexpected.empty();
    const bool covers = rule_ == SetRule::InSet || missing.empty();
    return Outcome{inside && covers, std::move(result)};
  }

 private:
  // As the newest versions of Great Expectations, which no longer tell all values.
  void tell(std::string_view what, const std::vector<Cell>& cells, JsonObject& result) const {
    result[cat(what, "_count")] = cells.size();
    JsonArray some;
    for (std::size_t i = 0; i < std::min(cells.size(), partial_count_); ++i)
      some.push_back(to_json(cells[i]));
    result[cat("partial_", what, "_list")] = std::move(some);
  }

  std::vector<Cell> not_wanted(const Counted& counted) const {
    std::vector<Cell> cells;
    for (const auto& entry : counted)
      if (!wanted_->has(entry.first)) cells.push_back(entry.first);
    return cells;
  }

  std::vector<Cell> not_there(const Counted& counted) const {
    std::vector<Cell> cells;
    for (const KeptCell& cell : wanted_->cells())
      if (std::none_of(counted.begin(), counted.end(),
                       [&](const auto& entry) { return Wanted::is_same(cell.get(), entry.first); }))
        cells.push_back(cell.get());
    return cells;
  }

  std::size_t field_;
  SetRule rule_;
  std::optional<Wanted> wanted_;
  std::size_t partial_count_;
  std::size_t budget_;
  ValueCounts counts_;
};

Result<std::optional<Wanted>> read_wanted(const Setup& setup) {
  if (setup.arguments.find("value_set") == nullptr) return std::optional<Wanted>();
  return std::optional<Wanted>(*TRY(setup.arguments.list("value_set")));
}

MadeExpectation distinct_set(const Setup& setup, SetRule rule) {
  const std::size_t field = TRY(read_column(setup));
  setup.arguments.flag("parse_strings_as_datetimes");
  auto wanted = TRY(read_wanted(setup));
  if (!wanted && rule != SetRule::InSet)
    return type_error(
        "value_set must be a list ('NoneType' object is not iterable; none is not an "
        "allowed value)");
  return std::unique_ptr<Expectation>(
      std::make_unique<DistinctSetExpectation>(setup, field, rule, std::move(wanted)));
}

class MostCommonExpectation final : public Expectation {
 public:
  MostCommonExpectation(const Setup& setup, std::size_t field, std::optional<Wanted> wanted)
      : field_(field),
        wanted_(std::move(wanted)),
        ties_okay_(setup.arguments.flag("ties_okay")),
        budget_(setup.budget.distinct),
        counts_(budget_) {}

  void add(const Batch& batch, RowIndexes rows) override {
    counts_.add_all(batch.columns[field_], rows);
  }

  Result<Outcome> outcome() override {
    if (!counts_.exact()) return too_many_values(budget_);
    const Counted modes = most_common();
    const auto wanted = std::count_if(modes.begin(), modes.end(), [this](const auto& entry) {
      return !wanted_ || wanted_->has(entry.first);
    });
    const bool success = wanted > 0 && (ties_okay_ || modes.size() == 1);
    return Outcome{success,
                   {{"observed_value", values_json(modes)},
                    {"element_count", counts_.present() + counts_.missing()},
                    {"missing_count", counts_.missing()},
                    {"missing_percent", missing_percent()}}};
  }

 private:
  Counted most_common() const {
    Counted counted = counts_.sorted();
    std::uint64_t most = 0;
    for (const auto& [cell, count] : counted) most = std::max(most, count);
    std::erase_if(counted, [most](const auto& entry) { return entry.second < most; });
    return counted;
  }

  Json missing_percent() const {
    const std::uint64_t all = counts_.present() + counts_.missing();
    if (all == 0) return nullptr;
    return 100 * static_cast<double>(counts_.missing()) / static_cast<double>(all);
  }

  std::size_t field_;
  std::optional<Wanted> wanted_;
  bool ties_okay_;
  std::size_t budget_;
  ValueCounts counts_;
};

enum class HowMany { Count, Proportion };

class UniqueCountExpectation final : public Expectation {
 public:
  UniqueCountExpectation(const Setup& setup, std::size_t field, HowMany how, Bounds bounds)
      : field_(field), how_(how), bounds_(std::move(bounds)), counts_(setup.budget.distinct) {}

  void add(const Batch& batch, RowIndexes rows) override {
    counts_.add_all(batch.columns[field_], rows);
  }

  Result<Outcome> outcome() override {
    const Cell observed = measured();
    Outcome outcome{bounds_.side_of(observed) == Bounds::Side::Inside,
                    {{"observed_value", to_json(observed)}}};
    if (!counts_.exact())
      outcome.result["details"] =
          JsonObject{{"estimated",
                      "more different values than fit in memory: from a sketch with a "
                      "standard error of 1.6 %"}};
    return outcome;
  }

 private:
  Cell measured() const {
    const auto distinct = static_cast<double>(counts_.distinct());
    if (how_ == HowMany::Count) return {CellKind::Integer, distinct, {}};
    if (counts_.present() == 0) return {CellKind::Number, 0, {}};
    return {CellKind::Number, distinct / static_cast<double>(counts_.present()), {}};
  }

  std::size_t field_;
  HowMany how_;
  Bounds bounds_;
  ValueCounts counts_;
};

MadeExpectation unique_count(const Setup& setup, HowMany how) {
  const std::size_t field = TRY(read_column(setup));
  Bounds bounds = TRY(read_metric_bounds(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<UniqueCountExpectation>(setup, field, how, std::move(bounds)));
}

}  // namespace

MadeExpectation make_distinct_in_set(const Setup& setup) {
  return distinct_set(setup, SetRule::InSet);
}

MadeExpectation make_distinct_contain_set(const Setup& setup) {
  return distinct_set(setup, SetRule::ContainSet);
}

MadeExpectation make_distinct_equal_set(const Setup& setup) {
  return distinct_set(setup, SetRule::EqualSet);
}

MadeExpectation make_most_common(const Setup& setup) {
  const std::size_t field = TRY(read_column(setup));
  auto wanted = TRY(read_wanted(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<MostCommonExpectation>(setup, field, std::move(wanted)));
}

MadeExpectation make_unique_count(const Setup& setup) {
  return unique_count(setup, HowMany::Count);
}

MadeExpectation make_unique_proportion(const Setup& setup) {
  return unique_count(setup, HowMany::Proportion);
}

}  // namespace sluice::ml::expectations
