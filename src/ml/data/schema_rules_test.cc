// Rules beyond the type and the bounds of a column: read from the schema, and checked.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "ml/data/history_check.h"
#include "ml/data/series_check.h"
#include "ml/data/validate.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

class SchemaRules : public testing::Test {
 protected:
  ValidationReport validate(std::string_view csv, std::string_view schema,
                            ValidateOptions options = {}) {
    EXPECT_TRUE(files_.write("/d/data.csv", csv, os::Durability::Process, 0644).ok());
    const auto read = parse_schema(schema, "s.yml");
    if (!read.ok()) {
      ADD_FAILURE() << read.error().describe();
      return {};
    }
    return validate_data(files_, "/d/data.csv", *read, options).value();
  }

  // "rule columns count severity: sample; sample", a line for each violation.
  std::string broken(std::string_view csv, std::string_view schema, ValidateOptions options = {}) {
    std::string text;
    for (const Violation& violation : validate(csv, schema, options).violations) {
      text += cat(to_string(violation.rule), " ", join(violation.columns, "+"), " ",
                  violation.count, violation.severity == Severity::Warn ? " warn" : "");
      for (const ViolationSample& sample : violation.samples)
        text += cat(" [", sample.position.row, " ", sample.value, "]");
      text += "\n";
    }
    return text;
  }

  void SetUp() override {
    ASSERT_TRUE(files_.make_directories("/d", 0755).ok());
    ASSERT_TRUE(files_.make_directories("/dev", 0755).ok());
  }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
};

TEST_F(SchemaRules, AShareOfMistakesMayBeTolerated) {
  constexpr std::string_view kCsv = "a\n1\n2\n\n9\n";
  constexpr std::string_view kSchema =
      "columns: {a: {type: integer, max: 5, max_null_share: 0.5, mostly: MOSTLY}}";
  const auto with = [&](std::string_view mostly) {
    return broken(kCsv, replace_all(std::string(kSchema), "MOSTLY", mostly));
  };
  EXPECT_EQ(with("0.6"), "");
  EXPECT_EQ(with("0.7"), "max a 1 [4 9]\n");
}

TEST_F(SchemaRules, SeverityIsOfAColumnOrOfOneRule) {
  constexpr std::string_view kCsv = "a\n1\n9\nx\n";
  EXPECT_EQ(broken(kCsv, "columns: {a: {type: integer, max: 5, severity: warn}}"),
            "type a 1 warn [3 x]\nmax a 1 warn [2 9]\n");
  constexpr std::string_view kOne = "columns: {a: {type: integer, max: 5, severity: {max: warn}}}";
  EXPECT_EQ(broken(kCsv, kOne), "type a 1 [3 x]\nmax a 1 warn [2 9]\n");
  EXPECT_FALSE(validate(kCsv, kOne).passed());
  EXPECT_TRUE(validate("a\n9\n", kOne).passed());
  EXPECT_NE(report_text(validate("a\n9\n", kOne)).find("warning: 'a' is above 5"),
            std::string::npos);
}

TEST_F(SchemaRules, PatternLengthAndOrder) {
  EXPECT_EQ(broken("c\nAB1\nabc\nABCDE\n",
                   "columns: {c: {type: text, pattern: '^[A-Z]+[0-9]?$', max_length: 4}}"),
            "pattern c 1 [2 abc]\nlength c 1 [3 ABCDE]\n");
  EXPECT_EQ(broken("t\n2026-01-02\n2026-01-01\n\n2026-01-01\n",
                   "columns: {t: {type: date, order: increasing, max_null_share: 1}}"),
            "order t 1 [2 2026-01-01]\n");
  EXPECT_EQ(broken("n\n3\n3\n1\n", "columns: {n: {type: integer, order: strictly_decreasing}}"),
            "order n 1 [2 3]\n");
  EXPECT_EQ(broken("s\nb\na\n", "columns: {s: {type: text, order: increasing}}"),
            "order s 1 [2 a]\n");
}

TEST_F(SchemaRules, ARuleThatSaysNothingAboutAnyRowIsNamed) {
  const auto notes = [&](std::string_view rule) {
    return validate("a,b\n1,x\n2,y\n",
                    cat("rules:\n  - {", rule, "}\ncolumns: {a: {type: integer}, b: {type: text}}"))
        .notes;
  };
  ASSERT_EQ(notes("check: b > 1").size(), 1u);
  EXPECT_NE(notes("check: b > 1")[0].find("the rule b > 1 was judged in none of 2 rows"),
            std::string::npos);
  EXPECT_NE(notes("check: a > 0, where: a == 9")[0].find("no row has a == 9"), std::string::npos);
  EXPECT_TRUE(notes("check: a > 0").empty());
}

TEST_F(SchemaRules, AHeaderOfNumbersMayBeData) {
  const auto report = validate("1,2\n3,4\n", "columns: {a: {type: integer}, b: {type: integer}}");
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_NE(report.notes[0].find("--no-header"), std::string::npos);
}

constexpr std::string_view kPrices = R"(rules:
  - {name: list price, check: price <= list, where: deal == 0, severity: warn}
  - {check: "price * 2 > list or price is null"}
columns:
  price: {type: number, max_null_share: 1}
  list: {type: number}
  deal: {type: integer}
)";

TEST_F(SchemaRules, RulesOverSeveralColumnsKnowMissingValues) {
  EXPECT_EQ(broken("price,list,deal\n1,1,0\n3,2,0\n3,2,1\n,5,0\n1,9,0\n", kPrices),
            "rule price+list 1 warn [2 price = 3, list = 2]\n"
            "rule price+list 1 [5 price = 1, list = 9]\n");
}

TEST_F(SchemaRules, ALostColumnIsBrokenAndItsRulesAreNoted) {
  const ValidationReport report = validate("price,list\n1,1\n", kPrices);
  ASSERT_EQ(report.violations.size(), 1u);
  EXPECT_EQ(report.violations[0].rule, Rule::MissingColumn);
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_NE(report.notes[0].find("'list price' was not checked"), std::string::npos);
}

TEST_F(SchemaRules, ForeignKeysLookIntoAnotherFile) {
  ASSERT_TRUE(
      files_.write("/d/stores.csv", "id;name\n1;a\n2;b\n", os::Durability::Process, 0644).ok());
  constexpr std::string_view kSchema = R"(
foreign_keys: [{columns: store, file: stores.csv, refers_to: id}]
columns: {store: {type: integer, max_null_share: 1}, x: {type: integer}})";
  ValidateOptions options;
  options.folder = "/d";
  EXPECT_EQ(broken("store,x\n1,1\n3,1\n,1\n2.0,1\n", kSchema, options),
            "foreign_key store 1 [2 store = 3]\n");
  ValidateOptions elsewhere;
  elsewhere.folder = "/nowhere";
  EXPECT_FALSE(
      validate_data(files_, "/d/data.csv", parse_schema(kSchema, "s").value(), elsewhere).ok());
}

TEST_F(SchemaRules, SeriesHaveNoGapsAndNoRepeatsInAnyOrderOfRows) {
  constexpr std::string_view kSchema = R"(
series: {by: [store, item], time: week, step: STEP}
columns: {store: {type: integer}, item: {type: text}, week: {type: TYPE}})";
  const auto with = [&](std::string_view step, std::string_view type, std::string_view csv) {
    std::string schema = replace_all(std::string(kSchema), "STEP", step);
    return broken(csv, replace_all(schema, "TYPE", type));
  };
  EXPECT_EQ(with("7d", "date",
                 "store,item,week\n1,a,2026-01-19\n1,a,2026-01-05\n2,a,2026-01-05\n"
                 "2,a,2026-01-12\n1,b,2026-01-05\n1,b,2026-01-05\n"),
            "series_gap store+item+week 0 [1 store = 1, item = a: nothing between 2026-01-05 and "
            "2026-01-19]\n"
            "series_repeat store+item+week 1 [6 store = 1, item = b: 2026-01-05]\n");
  EXPECT_EQ(with("1", "integer", "store,item,week\n1,a,40\n1,a,41\n1,a,44\n"),
            "series_gap store+item+week 0 [3 store = 1, item = a: nothing between 41 and 44]\n");
  EXPECT_EQ(
      with("1mo", "date", "store,item,week\n1,a,2025-12-31\n1,a,2026-01-31\n1,a,2026-03-31\n"),
      "series_gap store+item+week 0 [3 store = 1, item = a: nothing between 2026-01-31 and "
      "2026-03-31]\n");
  EXPECT_EQ(with("7d", "date", "store,item,week\n1,a,2026-01-05\n1,a,2026-01-13\n"),
            "series_gap store+item+week 0 [2 store = 1, item = a: 2026-01-13 is no whole step of "
            "7d after 2026-01-05]\n");
}

TEST_F(SchemaRules, SeriesFollowTheCalendar) {
  const auto with = [&](std::string_view step, std::string_view rows) {
    return broken(cat("t\n", rows),
                  cat("series: {time: t, step: ", step, "}\ncolumns: {t: {type: timestamp}}"));
  };
  // Ends of months, billing on the 30th, the first of each quarter.
  EXPECT_EQ(with("1mo", "2024-01-31\n2024-02-29\n2024-03-31\n2024-04-30\n"), "");
  EXPECT_EQ(with("1mo", "2026-01-30\n2026-02-28\n2026-03-30\n"), "");
  EXPECT_EQ(with("3mo", "2025-11-01\n2026-02-01\n2026-05-01\n"), "");
  EXPECT_EQ(with("1mo", "2026-01-31\n2026-02-27\n"),
            "series_gap t 0 [2 2026-02-27 is no whole step of 1mo after 2026-01-31]\n");
  EXPECT_EQ(with("1mo", "2026-01-30\n2026-01-31\n"),
            "series_gap t 0 [2 2026-01-31 is no whole step of 1mo after 2026-01-30]\n");
  // Clocks change in the night to the 29th: a day all the same, but 23 hours.
  const std::string_view days =
      "2026-03-28T00:00+01:00\n2026-03-29T00:00+01:00\n"
      "2026-03-30T00:00+02:00\n";
  EXPECT_EQ(with("1d", days), "");
  EXPECT_NE(with("24h", days), "");
  EXPECT_EQ(with("1h", "2026-10-25T02:00+02:00\n2026-10-25T02:00+01:00\n"), "");
  EXPECT_EQ(with("1d", "2024-02-28\n2024-02-29\n2024-03-01\n"), "");
}

TEST_F(SchemaRules, SeriesBeyondTheBudgetAreSampledAndSaidSo) {
  SeriesRule rule{{"s"}, "t", {}, Severity::Fail};
  const NullSpellings nulls({""});
  std::string csv = "s,t\n";
  for (int s = 0; s < 64; ++s)
    for (int t = 0; t < 10; ++t)
      if (t != 5) csv += cat(s, ",", t, "\n");
  auto check = SeriesCheck::create(rule, {"s", "t"}, nulls, 5, 200).value();
  auto reader = CsvReader::open(memory_stream(csv), "d.csv").value();
  CsvBlock block;
  while (reader.next(block).value()) check.check(block);
  std::vector<Violation> violations;
  std::vector<std::string> notes;
  check.report(violations, notes);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].exactness, Exactness::Estimate);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("do not fit"), std::string::npos);
}

TEST_F(SchemaRules, FreshnessIsTheAgeOfTheNewestDate) {
  constexpr std::string_view kSchema =
      "freshness: {column: t, max_age: 7d}\ncolumns: {t: {type: date, max_null_share: 1}}";
  ValidateOptions options;
  options.now = 86400.0 * 365;  // 1971-01-01
  EXPECT_EQ(broken("t\n1970-12-25\n1970-01-01\n", kSchema, options), "");
  EXPECT_EQ(broken("t\n1970-12-24\n", kSchema, options), "freshness t 0\n");
  EXPECT_EQ(broken("t,\n,\n",
                   replace_all(std::string(kSchema), "columns", "extra_columns: allow\ncolumns"),
                   options),
            "freshness t 0\n");
}

TEST_F(SchemaRules, MaskedValuesAreInNoReport) {
  const ValidationReport report =
      validate("mail,x\nann@x.org,1\nann@x.org,1\nbob,1\n",
               "mask: [mail]\nkeys: [mail]\nreport_by: [mail]\n"
               "columns: {mail: {type: text, pattern: '@'}, x: {type: integer, min: 2}}");
  const std::string shown =
      cat(report_text(report), report_markdown(report), to_pretty_text(to_json(report)));
  EXPECT_EQ(shown.find("ann"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("bob"), std::string::npos) << shown;
  EXPECT_NE(shown.find("•••"), std::string::npos);
}

TEST_F(SchemaRules, WhatIsSaidAboutAMaskedColumnTellsNoneOfItsValues) {
  ValidateOptions options;
  options.masked = {"pay", "day"};
  options.now = 86400.0 * 365;
  const ValidationReport report =
      validate("pay,day\n70,1970-03-04\n80,1970-03-04\n7777,1970-03-05\n",
               "freshness: {column: day, max_age: 7d}\n"
               "columns: {pay: {type: integer, max: 100}, day: {type: date}}",
               options);
  ASSERT_EQ(report.violations.size(), 2u);
  const std::string shown =
      cat(report_text(report), report_markdown(report), to_pretty_text(to_json(report)));
  for (const char* value : {"7777", "7800", "70", "80", "1970-03"})
    EXPECT_EQ(shown.find(value), std::string::npos) << value << shown;
}

TEST_F(SchemaRules, AMistypedColumnToMaskIsRefused) {
  ASSERT_TRUE(files_.write("/d/data.csv", "mail\na@x\n", os::Durability::Process, 0644).ok());
  const Schema schema = parse_schema("columns: {mail: {type: text}}", "s.yml").value();
  ValidateOptions options;
  options.masked = {"mial"};
  const auto report = validate_data(files_, "/d/data.csv", schema, options);
  ASSERT_FALSE(report.ok());
  EXPECT_NE(report.error().describe().find("did you mean 'mail'"), std::string::npos);
}

TEST_F(SchemaRules, RepeatsOnStandardInputAreCountedThoughItCannotBeReadTwice) {
  ASSERT_TRUE(
      files_.write("/dev/stdin", "a,b\n1,x\n1,x\n2,y\n", os::Durability::Process, 0644).ok());
  const Schema schema =
      parse_schema("keys: [a]\ncolumns: {a: {type: integer}, b: {type: text}}", "s.yml").value();
  const ValidationReport report = validate_data(files_, "-", schema).value();
  ASSERT_EQ(report.violations.size(), 1u);
  EXPECT_EQ(report.violations[0].rule, Rule::Key);
  EXPECT_EQ(report.violations[0].count, 1u);
  EXPECT_EQ(report.violations[0].exactness, Exactness::Estimate);
  EXPECT_FALSE(report.passed());
}

TEST(History, FarFromTheMedianIsBroken) {
  const auto profile = [](double mean, std::uint64_t rows) {
    DataProfile made;
    made.rows = rows;
    ColumnProfile column;
    column.name = "price";
    column.distinct = 10;
    column.numbers = {rows, mean - 1, mean + 1, mean, static_cast<double>(rows)};
    made.columns.push_back(column);
    return made;
  };
  const std::vector<DataProfile> earlier = {profile(2, 1000), profile(2.1, 1020), profile(1.9, 990),
                                            profile(2.05, 1005)};
  EXPECT_TRUE(check_history(profile(2.02, 1010), earlier, {}).violations.empty());
  const HistoryFindings cents = check_history(profile(200, 1010), earlier, {});
  ASSERT_EQ(cents.violations.size(), 3u);
  EXPECT_EQ(cents.violations[0].columns, std::vector<std::string>{"price"});
  EXPECT_NE(cents.violations[0].message.find("the mean of 'price' is 200"), std::string::npos)
      << cents.violations[0].message;
  const HistoryFindings masked = check_history(profile(200, 1010), earlier, {}, {"price"});
  ASSERT_EQ(masked.violations.size(), 3u);
  EXPECT_EQ(masked.violations[0].message,
            "the mean of 'price' is far from what it was in 4 earlier profiles");
  const HistoryFindings half = check_history(profile(2, 500), earlier, {});
  ASSERT_EQ(half.violations.size(), 1u);
  EXPECT_NE(half.violations[0].message.find("the number of rows is 500"), std::string::npos);
  const HistoryFindings few = check_history(profile(2, 1), {profile(2, 9)}, {});
  EXPECT_TRUE(few.violations.empty());
  ASSERT_EQ(few.notes.size(), 1u);
}

TEST(SchemaRulesFile, MistakesNameTheirPlace) {
  struct Row {
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {"columns: {a: {type: text, pattern: '(?=x)'}}", "s.yml:1:36: the regular expression"},
      {"columns: {a: {type: text, min_length: 3, max_length: 2}}",
       "s.yml:1:54: max_length 2 is below min_length 3"},
      {"columns: {a: {type: text, order: upward}}", "order 'upward' is none of"},
      {"columns: {a: {type: text, mostly: 0}}", "s.yml:1:35: 'mostly' is a share"},
      {"columns: {a: {type: text, mostly: 1.5}}", "'mostly' is a share"},
      {"columns: {a: {type: text, severity: mild}}", "s.yml:1:37: severity 'mild'"},
      {"columns: {a: {type: text, severity: {lenght: warn}}}", "did you mean 'length'"},
      {"columns: {a: {type: text}}\nrules: [{check: a <}]",
       "s.yml:2:17: 'check': at character 4: expected a column"},
      {"columns: {a: {type: text}}\nrules: [{check: b < 3}]", "'columns' does not have 'b'"},
      {"columns: {a: {type: text}}\nrules: [{check: 1 < 3}]", "names no column"},
      {"columns: {a: {type: text}}\nrules: [{where: a = 3}]", "check"},
      {"columns: {a: {type: text}}\nrules: [{check: a = 3, wher: a = 1}]", "wher"},
      {"columns: {a: {type: text}}\nforeign_keys: {columns: a, file: f, refers_to: [x, y]}",
       "'refers_to' has 2 columns"},
      {"columns: {a: {type: integer}}\nseries: {time: a, step: 7d}", "is of type integer"},
      {"columns: {a: {type: date}}\nseries: {time: a, step: 0d}", "no duration"},
      {"columns: {a: {type: text}}\nfreshness: {column: a, max_age: 7d}", "is not of type date"},
      {"columns: {a: {type: date}}\nfreshness: {column: a, max_age: soon}",
       "s.yml:2:33: 'soon' is no duration"},
      {"decimal: comma\ncolumns: {a: {type: text}}", "'delimiter' must be another"},
      {"comment: '##'\ncolumns: {a: {type: text}}", "s.yml:1:10: 'comment' must be one"},
      {"header: 3\ncolumns: {a: {type: text}}", "header"},
      {"columns: {a: {type: text}}\nmask: [aa]", "'columns' does not have 'aa'"},
      {"columns: {a: {type: text}}\nhistory: {deviations: -1}", "deviations must be positive"},
  };
  for (const Row& row : rows) {
    const auto read = parse_schema(row.text, "s.yml");
    ASSERT_FALSE(read.ok()) << row.text;
    EXPECT_NE(read.error().describe().find(row.message), std::string::npos)
        << row.text << "\n  " << read.error().describe();
  }
}

}  // namespace
}  // namespace sluice::ml
