#include "ml/drift/drift_report.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/data/profile_reader.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

DataProfile profile_of(const std::string& text, std::size_t max_distinct = 4096) {
  ProfileOptions options;
  options.max_distinct = max_distinct;
  const auto rows = open_rows(memory_stream(text), "f.csv", {options.csv}).value();
  return profile_data(*rows, options).value();
}

// What rows are made from; each member is a knob that one test turns.
struct Shop {
  std::size_t rows = 2000;
  std::uint64_t seed = 1;
  double mean = 10;
  double spread = 2;
  double missing = 0.02;
  double card = 0.5;   // share of payment "card"
  double voucher = 0;  // of a payment that the reference does not know
  std::size_t distinct = 4096;
};

std::string rows_of(const Shop& shop) {
  RandomStream random(shop.seed);
  std::string text = "price,payment,weekday\n";
  for (std::size_t i = 0; i < shop.rows; ++i) {
    const double price = shop.mean + shop.spread * normal_quantile(random.uniform());
    text += random.uniform() < shop.missing ? "" : number_text(price);
    const double kind = random.uniform();
    text += kind < shop.voucher ? ",voucher" : kind < shop.voucher + shop.card ? ",card" : ",cash";
    text += cat(",", random.below(5), "\n");
  }
  return text;
}

DriftReport report_of(const Shop& before, const Shop& after, const DriftOptions& options = {}) {
  return compare_profiles(profile_of(rows_of(before), before.distinct),
                          profile_of(rows_of(after), after.distinct), options)
      .value();
}

const ColumnDrift& column(const DriftReport& report, std::string_view name) {
  for (const ColumnDrift& one : report.columns)
    if (one.name == name) return one;
  ADD_FAILURE() << name;
  return report.columns.front();
}

TEST(Drift, RowsOfTheSameSourceAreStable) {
  const DriftReport report = report_of({}, {.seed = 2});
  EXPECT_TRUE(report.passed()) << to_terminal_text(report);
  EXPECT_EQ(column(report, "price").kind, DriftKind::Numbers);
  EXPECT_EQ(column(report, "payment").kind, DriftKind::Categories);
  EXPECT_EQ(column(report, "weekday").kind, DriftKind::Categories);
}

TEST(Drift, EachKindOfChangeIsFoundInItsColumnAlone) {
  struct Case {
    const char* what;
    Shop after;
    const char* drifted;
    DriftMeasure by;
  };
  for (const Case& one :
       {Case{"mean", {.seed = 2, .mean = 11}, "price", DriftMeasure::Wasserstein},
        Case{"spread", {.seed = 2, .spread = 3}, "price", DriftMeasure::Wasserstein},
        Case{"missing", {.seed = 2, .missing = 0.2}, "price", DriftMeasure::MissingShare},
        Case{"mix", {.seed = 2, .card = 0.8}, "payment", DriftMeasure::JensenShannon},
        Case{"new category",
             {.seed = 2, .voucher = 0.05},
             "payment",
             DriftMeasure::NewCategories}}) {
    const DriftReport report = report_of({}, one.after);
    EXPECT_EQ(report.count(DriftVerdict::Drifted), 1u) << one.what << to_terminal_text(report);
    EXPECT_EQ(column(report, one.drifted).verdict, DriftVerdict::Drifted) << one.what;
    EXPECT_EQ(column(report, one.drifted).leading()->measure, one.by) << one.what;
    EXPECT_FALSE(report.passed());
  }
}

TEST(Drift, EveryValueHasAnIntervalAroundIt) {
  const DriftReport report = report_of({}, {.seed = 2, .mean = 11, .missing = 0.1, .card = 0.6});
  for (const ColumnDrift& one : report.columns)
    for (const DriftNumber& number : one.numbers) {
      if (number.measure == DriftMeasure::NewCategories ||
          number.measure == DriftMeasure::LostCategories)
        continue;
      ASSERT_TRUE(number.interval) << info_of(number.measure).name;
      EXPECT_LE(number.interval->low, number.value) << info_of(number.measure).name;
      EXPECT_GE(number.interval->high, number.value) << info_of(number.measure).name;
    }
  const DriftNumber* moved = column(report, "price").find(DriftMeasure::Wasserstein);
  EXPECT_GT(moved->interval->low, 0.4);
  EXPECT_LT(moved->interval->high, 0.6);
}

TEST(Drift, SketchesOfManyValuesSayTheSameAsTheValues) {
  const DriftReport stable = report_of({.distinct = 50}, {.seed = 2, .distinct = 50});
  EXPECT_TRUE(stable.passed()) << to_terminal_text(stable);
  const DriftReport moved = report_of({.distinct = 50}, {.seed = 2, .mean = 11, .distinct = 50});
  EXPECT_EQ(column(moved, "price").verdict, DriftVerdict::Drifted);
  EXPECT_NEAR(column(moved, "price").find(DriftMeasure::Wasserstein)->value,
              column(report_of({}, {.seed = 2, .mean = 11}), "price")
                  .find(DriftMeasure::Wasserstein)
                  ->value,
              0.03);
}

// All values lie in one bucket of the sketch: the means still tell.
TEST(Drift, ValuesThatAreTooCloseForTheSketchAreComparedByTheirMeans) {
  const Shop before{.mean = 2'000'000, .spread = 2, .distinct = 50};
  Shop after = before;
  after.seed = 2;
  EXPECT_EQ(column(report_of(before, after), "price").verdict, DriftVerdict::Stable);
  after.mean += 1;
  const DriftReport report = report_of(before, after);
  EXPECT_EQ(column(report, "price").verdict, DriftVerdict::Drifted);
  EXPECT_NEAR(column(report, "price").find(DriftMeasure::Wasserstein)->value, 0.5, 0.1);
}

TEST(Drift, AChangeTooSmallToMatterIsStableHoweverSureItIs) {
  const DataProfile before = profile_of(rows_of({.rows = 20'000}));
  const DataProfile after = profile_of(rows_of({.rows = 20'000, .seed = 2, .mean = 10.1}));
  const DriftReport report = compare_profiles(before, after).value();
  const ColumnDrift& price = column(report, "price");
  EXPECT_LT(price.find(DriftMeasure::Wasserstein)->p_value, 0.001);
  EXPECT_EQ(price.verdict, DriftVerdict::Stable);
  DriftOptions strict;
  strict.thresholds[DriftMeasure::Wasserstein] = 0.03;
  EXPECT_EQ(column(compare_profiles(before, after, strict).value(), "price").verdict,
            DriftVerdict::Drifted);
}

TEST(Drift, ADifferenceThatChanceExplainsIsStableAndSaysSo) {
  DriftOptions options;
  options.thresholds[DriftMeasure::Wasserstein] = 0.0001;
  const DriftReport report = report_of({.rows = 300}, {.rows = 300, .seed = 2}, options);
  EXPECT_EQ(column(report, "price").verdict, DriftVerdict::Stable);
  EXPECT_EQ(column(report, "price").remarks,
            std::vector<std::string>{"differs, but not more than chance explains"});
}

TEST(Drift, TooFewValuesAreUndecidedAndDoNotPass) {
  const DriftReport report = report_of({}, {.rows = 50, .seed = 2});
  EXPECT_EQ(report.count(DriftVerdict::Undecided), 3u);
  EXPECT_FALSE(report.passed());
  DriftOptions options;
  options.min_rows = 20;
  EXPECT_TRUE(report_of({}, {.rows = 50, .seed = 2}, options).passed());
}

TEST(Drift, ColumnsThatAreGoneDriftAndNewOnesAreTold) {
  DriftOptions options;
  options.min_rows = 1;
  const auto report =
      compare_profiles(profile_of("a,b\n1,2\n"), profile_of("a,c\n1,2\n"), options).value();
  EXPECT_EQ(report.lost_columns, std::vector<std::string>{"b"});
  EXPECT_EQ(report.new_columns, std::vector<std::string>{"c"});
  EXPECT_FALSE(report.passed());
}

TEST(Drift, NumbersThatBecomeTextsDrift) {
  std::string before = "a\n";
  std::string after = "a\n";
  for (int i = 0; i < 500; ++i) {
    before += cat(i % 40, ".5\n");
    after += cat("about ", i % 40, "\n");
  }
  const auto report = compare_profiles(profile_of(before), profile_of(after)).value();
  EXPECT_EQ(report.columns[0].verdict, DriftVerdict::Drifted);
  EXPECT_EQ(report.columns[0].find(DriftMeasure::TypeShare)->value, 1);
}

TEST(Drift, KeysAndDatesAreComparedByTheirMissingShareOnly) {
  std::string before = "key,day\n";
  std::string after = "key,day\n";
  for (int i = 0; i < 500; ++i) {
    before += cat("k", i, ",2026-01-", 10 + i % 10, "\n");
    after += cat("k", 1000 + i, ",2026-02-", 10 + i % 10, "\n");
  }
  const auto report = compare_profiles(profile_of(before), profile_of(after)).value();
  EXPECT_TRUE(report.passed()) << to_terminal_text(report);
  EXPECT_EQ(report.columns[0].remarks[0],
            "nearly every value is different: only missing values are compared");
  EXPECT_EQ(report.columns[1].kind, DriftKind::PresenceOnly);
}

TEST(Drift, DatesThatNoLongerReadAsDatesDrift) {
  std::string before = "day\n";
  std::string after = "day\n";
  for (int i = 0; i < 500; ++i) {
    before += cat("2026-01-", 10 + i % 10, "\n");
    after += cat(i % 4 == 0 ? "13/" : "2026-02-", 10 + i % 10, "\n");
  }
  const auto report = compare_profiles(profile_of(before), profile_of(after)).value();
  EXPECT_EQ(report.columns[0].verdict, DriftVerdict::Drifted);
  EXPECT_EQ(report.columns[0].find(DriftMeasure::TypeShare)->value, 0.25);
}

TEST(Drift, RowsThatCannotBeReadAreTold) {
  DriftOptions options;
  options.min_rows = 1;
  const auto report =
      compare_profiles(profile_of("a,b\n1,2\n"), profile_of("a,b\n1,2\n1\n1\n"), options).value();
  EXPECT_EQ(to_json(report).at("current").at("unreadable_rows"), 2);
  EXPECT_NE(to_terminal_text(report).find("2 rows of f.csv cannot be read: left out."),
            std::string::npos)
      << to_terminal_text(report);
}

TEST(Drift, CodesAreComparedAsCategoriesWhereAsked) {
  std::string before = "code\n";
  std::string after = "code\n";
  for (int i = 0; i < 1000; ++i) {
    before += cat(i % 20, "\n");
    after += cat(i % 20 == 7 ? 99 : i % 20, "\n");
  }
  DriftOptions options;
  options.categories = {"code"};
  const auto report = compare_profiles(profile_of(before), profile_of(after), options).value();
  EXPECT_EQ(report.columns[0].kind, DriftKind::Categories);
  EXPECT_EQ(report.columns[0].new_categories[0].name, "99");
  EXPECT_EQ(report.columns[0].lost_categories[0].name, "7");
  options.categories = {"cod"};
  EXPECT_EQ(compare_profiles(profile_of(before), profile_of(after), options).error().message(),
            "there is no column 'cod' on either side, did you mean 'code'?");
}

TEST(Drift, CodesThatAreSpelledAsFractionsAreTheSameCodes) {
  std::string before = "code,version\n";
  std::string after = before;
  for (int i = 0; i < 3000; ++i) {
    before += cat(i % 4, ",v1.1\n");
    after += cat((i * 7) % 4, ".0,v1.10\n");
  }
  const DriftReport report = compare_profiles(profile_of(before), profile_of(after)).value();
  EXPECT_EQ(column(report, "code").verdict, DriftVerdict::Stable);
  EXPECT_TRUE(column(report, "code").new_categories.empty());
  EXPECT_EQ(column(report, "version").verdict, DriftVerdict::Drifted);
}

TEST(Drift, ACategoryColumnThatBecomesFreeTextDrifts) {
  std::string before = "a\n";
  std::string after = "a\n";
  for (int i = 0; i < 400; ++i) {
    before += cat("v", i % 4, "\n");
    after += cat("text ", i, "\n");
  }
  const auto report = compare_profiles(profile_of(before), profile_of(after, 50)).value();
  EXPECT_EQ(report.columns[0].verdict, DriftVerdict::Drifted);
}

// Both sides have about as many values, and the estimate may be the smaller number.
TEST(Drift, AnEstimateBelowTheExactCountIsNoFlood) {
  std::string before = "c\n";
  for (int i = 0; i < 40'000; ++i) before += cat("v", i % 4000, "\n");
  const DataProfile reference = profile_of(before);
  DataProfile current = profile_of(before, 100);
  current.columns[0].distinct = 3990;
  const DriftReport report = compare_profiles(reference, current).value();
  EXPECT_EQ(report.columns[0].verdict, DriftVerdict::Stable);
}

TEST(Drift, AColumnThatLostAllItsValuesDriftsAndOneThatNeverHadAnyDoesNot) {
  std::string before = "a,b\n";
  std::string after = "a,b\n";
  for (int i = 0; i < 300; ++i) {
    before += cat(i % 7, ",\n");
    after += ",\n";
  }
  const auto report = compare_profiles(profile_of(before), profile_of(after)).value();
  EXPECT_EQ(report.columns[0].verdict, DriftVerdict::Drifted);
  EXPECT_EQ(report.columns[1].verdict, DriftVerdict::Stable);
}

TEST(Drift, StoredProfilesSayTheSameAsTheDataTheyAreOf) {
  const DataProfile before = profile_of(rows_of({}));
  const DataProfile after = profile_of(rows_of({.seed = 2, .mean = 10.5, .voucher = 0.03}));
  const auto stored = [](const DataProfile& profile) {
    return read_profile(to_pretty_text(to_json(profile)), profile.file).value();
  };
  JsonObject direct = to_json(compare_profiles(before, after).value());
  JsonObject read = to_json(compare_profiles(stored(before), stored(after)).value());
  for (JsonObject* json : {&direct, &read})
    for (const char* side : {"reference", "current"})
      (*json)[side].as_object().erase("profile_digest");
  EXPECT_EQ(to_text(direct), to_text(read));
}

TEST(Drift, WithoutRowsThereIsNothingToSay) {
  EXPECT_EQ(compare_profiles(profile_of("a\n"), profile_of("a\n1\n")).error().message(),
            "f.csv: there is no row to compare");
}

TEST(Drift, TheTableForPeopleHasTheWorstFirst) {
  const std::string text = to_terminal_text(report_of({}, {.seed = 2, .card = 0.8}));
  EXPECT_TRUE(
      text.starts_with("1 of 3 columns drifted: f.csv (2 000 rows) against f.csv (2 000 "
                       "rows)\n"))
      << text;
  EXPECT_LT(text.find("payment  drifted    jensen_shannon"), text.find("price    stable")) << text;
}

DataProfile by_brand(const std::string& text) {
  ProfileOptions options;
  options.by = {"brand"};
  const auto rows = open_rows(memory_stream(text), "f.csv", {options.csv}).value();
  return profile_data(*rows, options).value();
}

// Brand 1 becomes dearer by what brand 2 becomes cheaper; brand 3 has few rows; others come and go.
std::string brands(std::uint64_t seed, double change, std::string_view other) {
  RandomStream random(seed);
  std::string text = "brand,price,units\n";
  for (int i = 0; i < 2000; ++i) {
    const int brand = i % 50 == 0 ? 3 : 1 + i % 2;
    const double price = 10 + normal_quantile(random.uniform()) +
                         (brand == 1   ? change
                          : brand == 2 ? -change
                                       : 0);
    text += cat(brand, ",", number_text(price), ",", random.below(1000), "\n");
  }
  return cat(text, other, ",10,5\n");
}

TEST(Drift, ASliceDriftsThoughTheWholeStandsStill) {
  DriftOptions options;
  options.roles = {{"units", DriftRole::Label}};
  options.thresholds[DriftMeasure::Wasserstein] = 0.5;
  const auto report =
      compare_profiles(by_brand(brands(1, 0, "7")), by_brand(brands(2, 0.8, "8")), options).value();
  EXPECT_EQ(column(report, "price").verdict, DriftVerdict::Stable);
  ASSERT_EQ(report.slices.size(), 2u);
  EXPECT_EQ(report.drifted_slices(), 2u);
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.slices[0].columns.size(), 2u) << "not the column of the slices";
  EXPECT_EQ(report.slices[0].columns[0].verdict, DriftVerdict::Drifted);
  EXPECT_EQ(report.slices[0].columns[1].verdict, DriftVerdict::Stable);
  EXPECT_EQ(report.small_slices, std::vector<std::string>{"brand 3"});
  EXPECT_EQ(report.lost_slices, std::vector<std::string>{"brand 7"});
  EXPECT_EQ(report.new_slices, std::vector<std::string>{"brand 8"});
  EXPECT_EQ(to_json(report).at("slices").at("drifted"), 2);
  const std::string text = to_terminal_text(report);
  for (const char* part : {"units (label)  stable", "2 of 2 slices by brand drifted",
                           "1 too small to be judged: brand 3", "brand 1  price   wasserstein"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_NE(to_markdown(report).find("| brand 2 | price |"), std::string::npos);
  EXPECT_TRUE(compare_profiles(by_brand(brands(1, 0, "7")), by_brand(brands(2, 0, "8")), options)
                  .value()
                  .passed());
}

// 90 stationary columns of three kinds: hardly one may raise an alarm.
TEST(Drift, StationaryColumnsHardlyEverRaiseAnAlarm) {
  std::size_t alarms = 0;
  for (std::uint64_t trial = 0; trial < 30; ++trial)
    alarms +=
        report_of({.rows = 400, .seed = 2 * trial + 10}, {.rows = 300, .seed = 2 * trial + 11})
            .count(DriftVerdict::Drifted);
  EXPECT_LE(alarms, 1u);
}

}  // namespace
}  // namespace sluice::ml
