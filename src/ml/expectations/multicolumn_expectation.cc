#include <algorithm>
#include <cmath>
#include <functional>

#include "base/strings.h"
#include "ml/expectations/makers.h"
#include "ml/expectations/multicolumn.h"

namespace sluice::ml::expectations {
namespace {

struct IgnoreName {
  std::string_view word;
  IgnoreRow ignore;
};
constexpr std::array<IgnoreName, 6> kIgnore = {{{"both_values_are_missing", IgnoreRow::AllMissing},
                                                {"either_value_is_missing", IgnoreRow::AnyMissing},
                                                {"all_values_are_missing", IgnoreRow::AllMissing},
                                                {"any_value_is_missing", IgnoreRow::AnyMissing},
                                                {"neither", IgnoreRow::Never},
                                                {"never", IgnoreRow::Never}}};

class RowExpectation final : public Expectation {
 public:
  RowExpectation(const Setup& setup, std::vector<std::size_t> fields, RowJudge judge,
                 IgnoreRow ignore, double mostly)
      : fields_(std::move(fields)),
        judge_(std::move(judge)),
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
      const RowVerdict verdict = judge_.verdict(batch, row);
      if (verdict == RowVerdict::Impossible) impossible_ = true;
      if (verdict == RowVerdict::Unexpected)
        tally_.add_unexpected(batch, row, judge_.shown(batch, row));
    }
  }

  Result<Outcome> outcome() override {
    if (impossible_) return type_error(judge_.impossible);
    return tally_.outcome(mostly_, Missing::Counted);
  }

 private:
  std::vector<std::size_t> fields_;
  RowJudge judge_;
  IgnoreRow ignore_;
  double mostly_;
  UnexpectedTally tally_;
  bool impossible_ = false;
};

// Rows are shown as records.
MadeExpectation make(const Setup& setup, const std::vector<std::size_t>& fields,
                     std::function<RowVerdict(const Batch&, std::uint32_t)> verdict) {
  TRY(check_ignore_row(setup, {"all_values_are_missing", "any_value_is_missing", "never"}));
  RowJudge judge;
  judge.verdict = std::move(verdict);
  judge.shown = [&header = setup.header, fields](const Batch& batch, std::uint32_t row) {
    return record(header, batch, row, fields);
  };
  judge.impossible = "unsupported operand type(s) for +: numbers and texts";
  return make_row_expectation(setup, fields, std::move(judge));
}

// Two missing values are the same.
bool all_differ(const Batch& batch, std::uint32_t row, const std::vector<std::size_t>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (same(batch.columns[fields[i]][row], batch.columns[fields[j]][row])) return false;
  return true;
}

// A missing value makes the sum unknown; texts can only be added to texts.
RowVerdict sum_verdict(const Batch& batch, std::uint32_t row,
                       const std::vector<std::size_t>& fields, double total) {
  double sum = 0;
  std::size_t texts = 0;
  std::size_t missing = 0;
  for (const std::size_t field : fields) {
    const Cell& cell = batch.columns[field][row];
    if (cell.is_null())
      ++missing;
    else if (cell.is_numeric())
      sum += cell.number;
    else
      ++texts;
  }
  if (texts > 0 && texts < fields.size()) return RowVerdict::Impossible;
  return texts == 0 && missing == 0 && sum == total ? RowVerdict::Expected : RowVerdict::Unexpected;
}

}  // namespace

Result<IgnoreRow> read_ignore_row(const Setup& setup, IgnoreRow fallback) {
  const std::string word = setup.arguments.text_or("ignore_row_if", "");
  if (word.empty()) return fallback;
  for (const IgnoreName& name : kIgnore)
    if (name.word == word) return name.ignore;
  return value_error(cat("Unknown value of ignore_row_if: ", word));
}

Result<void> check_ignore_row(const Setup& setup, std::initializer_list<std::string_view> words) {
  const std::string word = setup.arguments.text_or("ignore_row_if", "");
  if (word.empty() || std::find(words.begin(), words.end(), word) != words.end()) return success();
  return value_error(cat("Unknown value of ignore_row_if: ", word,
                         " (unexpected value; permitted: '",
                         join(std::vector<std::string>(words.begin(), words.end()), "', '"), "')"));
}

bool is_ignored(const Batch& batch, std::uint32_t row, const std::vector<std::size_t>& fields,
                IgnoreRow ignore) {
  if (ignore == IgnoreRow::Never) return false;
  std::size_t missing = 0;
  for (const std::size_t field : fields)
    if (batch.columns[field][row].is_null()) ++missing;
  return ignore == IgnoreRow::AnyMissing ? missing > 0 : missing == fields.size();
}

Json record(const Header& header, const Batch& batch, std::uint32_t row,
            const std::vector<std::size_t>& fields) {
  JsonObject json;
  for (const std::size_t field : fields)
    json[header.columns[field]] = to_json(batch.columns[field][row]);
  return json;
}

MadeExpectation make_row_expectation(const Setup& setup, std::vector<std::size_t> fields,
                                     RowJudge judge) {
  const double mostly = TRY(read_mostly(setup.arguments));
  const IgnoreRow ignore = TRY(read_ignore_row(setup, IgnoreRow::AllMissing));
  return std::unique_ptr<Expectation>(
      std::make_unique<RowExpectation>(setup, std::move(fields), std::move(judge), ignore, mostly));
}

MadeExpectation make_unique_within_record(const Setup& setup) {
  auto fields = TRY(read_columns(setup, "column_list"));
  return make(setup, fields, [fields](const Batch& batch, std::uint32_t row) {
    return all_differ(batch, row, fields) ? RowVerdict::Expected : RowVerdict::Unexpected;
  });
}

MadeExpectation make_values_equal(const Setup& setup) {
  auto fields = TRY(read_columns(setup, "column_list"));
  return make(setup, fields, [fields](const Batch& batch, std::uint32_t row) {
    const Cell& first = batch.columns[fields[0]][row];
    const bool equal = std::all_of(fields.begin(), fields.end(), [&](std::size_t field) {
      return same(first, batch.columns[field][row]);
    });
    return equal ? RowVerdict::Expected : RowVerdict::Unexpected;
  });
}

MadeExpectation make_multicolumn_sum(const Setup& setup) {
  auto fields = TRY(read_columns(setup, "column_list"));
  const auto total = TRY(setup.arguments.number("sum_total"));
  if (!total) return value_error("sum_total: field required");
  return make(setup, fields, [fields, total = *total](const Batch& batch, std::uint32_t row) {
    return sum_verdict(batch, row, fields, total);
  });
}

}  // namespace sluice::ml::expectations
