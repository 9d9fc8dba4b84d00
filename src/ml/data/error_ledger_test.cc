// Recall and precision of validation, row by row: generated sales with a ledger of the mistakes
// that were put in, six kinds of them, against what the report names. Prints both.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "base/strings.h"
#include "ml/data/validate.h"
#include "ml/statistics/random_stream.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kSchema = R"(
keys: [[store, brand, week]]
rules:
  - {name: plausible price, check: price <= list_price and price * 4 >= list_price}
columns:
  store: {type: integer, min: 1, max: 100}
  brand: {type: integer, allowed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}
  week: {type: date, min: 2024-01-01, max: 2026-12-31}
  price: {type: number, min: 0.2, max: 20}
  list_price: {type: number, min: 0.2, max: 20}
  units: {type: integer, min: 0, max: 100000}
  region: {type: category, allowed: [north, south, east, west]}
  note: {type: text, max_null_share: 1, pattern: '^[a-zA-ZäöüßéèñçÄÖÜ0-9 ]*$', max_length: 40}
)";

using Fields = std::vector<std::string>;
enum Field { kStore, kBrand, kWeek, kPrice, kListPrice, kUnits, kRegion, kNote };

std::string two_digits(std::uint32_t cents) {
  const std::uint32_t rest = cents % 100;
  return cat(cents / 100, rest < 10 ? ".0" : ".", rest);
}

class Sales {
 public:
  explicit Sales(std::uint64_t start) : random_(start) {}

  void generate(std::uint32_t stores) {
    constexpr std::string_view kWeeks[] = {"2025-01-06", "2025-01-13", "2025-01-20", "2025-01-27"};
    for (std::uint32_t store = 1; store <= stores; ++store)
      for (std::uint32_t brand = 1; brand <= 11; ++brand)
        for (const std::string_view week : kWeeks) rows_.push_back(sale(store, brand, week));
  }

  // Each kind into its own rows, so that the ledger has one entry a row.
  void spoil(std::size_t of_each) {
    for (const std::string_view kind : {"missing", "unit", "date", "category", "encoding"})
      for (std::size_t i = 0; i < of_each; ++i) spoil_one(kind);
    for (std::size_t i = 0; i < of_each; ++i) repeat_one();
  }

  std::string csv() const {
    std::string text = "store,brand,week,price,list_price,units,region,note\n";
    for (const Fields& row : rows_) text += cat(join(row, ","), "\n");
    return text;
  }

  // Row (from 1) to the kind of its mistake.
  const std::map<std::uint64_t, std::string>& ledger() const { return ledger_; }
  std::size_t size() const { return rows_.size(); }

 private:
  Fields sale(std::uint32_t store, std::uint32_t brand, std::string_view week) {
    constexpr std::string_view kRegions[] = {"north", "south", "east", "west"};
    constexpr std::string_view kNotes[] = {"", "regular", "Größe geprüft", "façade", "late"};
    const std::uint32_t list = 120 + random_.below(700);
    const std::uint32_t price = list - random_.below(list / 2);
    return {cat(store),
            cat(brand),
            std::string(week),
            two_digits(price),
            two_digits(list),
            cat(random_.below(5000)),
            std::string(kRegions[random_.below(4)]),
            std::string(kNotes[random_.below(5)])};
  }

  std::size_t fresh_row() {
    while (true) {
      const std::size_t row = random_.below(static_cast<std::uint32_t>(rows_.size()));
      if (!ledger_.contains(row + 1)) return row;
    }
  }

  template <std::size_t N>
  std::string one_of(const std::string_view (&choices)[N]) {
    return std::string(choices[random_.below(N)]);
  }

  void spoil_one(std::string_view kind) {
    const std::size_t index = fresh_row();
    Fields& row = rows_[index];
    if (kind == "missing") {
      constexpr std::string_view kNulls[] = {"", "NA", "null"};
      row[random_.below(kNote)] = one_of(kNulls);
    } else if (kind == "unit") {
      // Cents for dollars, or dollars for cents.
      const auto cents = static_cast<std::uint32_t>(std::stod(row[kPrice]) * 100 + 0.5);
      row[kPrice] = random_.below(2) == 0 ? cat(cents) : cat("0.0", cents);
    } else if (kind == "date") {
      constexpr std::string_view kDates[] = {"2025-13-06", "06/01/2025", "2025-02-30",
                                             "1925-01-06", "20250106",   "45663"};
      row[kWeek] = one_of(kDates);
    } else if (kind == "category") {
      constexpr std::string_view kTypos[] = {"nroth", "North", "sud", "west ", "all"};
      row[kRegion] = one_of(kTypos);
    } else {
      constexpr std::string_view kBytes[] = {
          "Gr\xF6\xDF"
          "e",
          "Gr\xC3\x83\xC2\xB6\xC3\x83\xC5\xB8"
          "e",
          "Gr\xEF\xBF\xBD\xEF\xBF\xBD"
          "e"};
      row[kNote] = one_of(kBytes);
    }
    ledger_[index + 1] = kind;
  }

  void repeat_one() {
    Fields again = rows_[fresh_row()];
    again[kUnits] = cat(random_.below(5000));
    rows_.push_back(std::move(again));
    ledger_[rows_.size()] = "duplicate";
  }

  RandomStream random_;
  std::vector<Fields> rows_;
  std::map<std::uint64_t, std::string> ledger_;
};

TEST(ErrorLedger, NearlyEveryMistakeIsNamedAndNearlyNothingElse) {
  constexpr std::uint64_t kStart = 20261121;
  Sales sales(kStart);
  sales.generate(100);
  sales.spoil(100);
  os::FakeClock clock;
  os::MemoryFiles files{clock};
  ASSERT_TRUE(files.write("/d.csv", sales.csv(), os::Durability::Process, 0644).ok());
  ValidateOptions options;
  options.max_samples = 1'000'000;
  const ValidationReport report =
      validate_data(files, "/d.csv", parse_schema(kSchema, "s.yml").value(), options).value();
  std::set<std::uint64_t> named;
  for (const Violation& violation : report.violations)
    for (const ViolationSample& sample : violation.samples) named.insert(sample.position.row);
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_kind;  // found, all
  std::size_t right = 0;
  for (const auto& [row, kind] : sales.ledger()) {
    ++by_kind[kind].second;
    if (!named.contains(row)) continue;
    ++by_kind[kind].first;
    ++right;
  }
  const double recall = static_cast<double>(right) / static_cast<double>(sales.ledger().size());
  const double precision = static_cast<double>(right) / static_cast<double>(named.size());
  std::cout << "start " << kStart << ", " << sales.size() << " rows, " << sales.ledger().size()
            << " mistakes: recall " << recall << ", precision " << precision << "\n";
  for (const auto& [kind, count] : by_kind) {
    std::cout << "  " << kind << ": " << count.first << " of " << count.second << "\n";
    EXPECT_GE(static_cast<double>(count.first), 0.99 * static_cast<double>(count.second)) << kind;
  }
  EXPECT_EQ(by_kind.size(), 6u);
  EXPECT_GE(recall, 0.99);
  EXPECT_GE(precision, 0.99);
}

TEST(ErrorLedger, CleanDataIsNotComplainedAbout) {
  for (const std::uint64_t start : {1u, 2u, 3u}) {
    Sales sales(start);
    sales.generate(40);
    os::FakeClock clock;
    os::MemoryFiles files{clock};
    ASSERT_TRUE(files.write("/d.csv", sales.csv(), os::Durability::Process, 0644).ok());
    const ValidationReport report =
        validate_data(files, "/d.csv", parse_schema(kSchema, "s.yml").value()).value();
    EXPECT_TRUE(report.violations.empty()) << start << "\n" << report_text(report);
  }
}

}  // namespace
}  // namespace sluice::ml
