#include "ml/data/validate.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "ml/data/infer.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kSales = R"(rows: {max: 10000}
keys: [[store, brand, week]]
report_by: [brand]
columns:
  store: {type: integer, min: 1, max: 100}
  brand: {type: integer, allowed: [1, 2, 3, 4]}
  week: {type: integer, min: 1, max: 200}
  price: {type: number, min: 0.5, max: 10}
  deal: {type: integer, allowed: [0, 1]}
  feat: {type: number, min: 0, max: 1, max_null_share: 0.1}
)";

struct Sale {
  int store;
  int brand;
  int week;
  std::string price;
};

// Four brands in 10 stores and 10 weeks; row 1 + i is the i-th.
std::vector<Sale> good_sales() {
  std::vector<Sale> sales;
  for (int store = 1; store <= 10; ++store)
    for (int week = 40; week < 50; ++week)
      for (int brand = 1; brand <= 4; ++brand)
        sales.push_back({store, brand, week, cat(brand + 1, ".", week)});
  return sales;
}

std::string sales_csv(const std::vector<Sale>& sales) {
  std::string text = "store,brand,week,price,deal,feat\n";
  for (const Sale& s : sales)
    text += cat(s.store, ",", s.brand, ",", s.week, ",", s.price, ",0,0.5\n");
  return text;
}

class Validate : public testing::Test {
 protected:
  ValidationReport validate(std::string_view csv, std::string_view schema = kSales,
                            ValidateOptions options = {}) {
    EXPECT_TRUE(files_.write("/d.csv", csv, os::Durability::Process, 0644).ok());
    options.schema_name = "s.yml";
    return validate_data(files_, "/d.csv", parse_schema(schema, "s.yml").value(), options).value();
  }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
};

TEST_F(Validate, AGoodFilePasses) {
  const ValidationReport report = validate(sales_csv(good_sales()));
  EXPECT_TRUE(report.passed());
  EXPECT_EQ(report_text(report), "/d.csv fits s.yml (400 rows, 32 checks)\n");
}

TEST_F(Validate, PricesInCentsForOneBrandAreNamedByBrandAndUnit) {
  std::vector<Sale> sales = good_sales();
  for (Sale& s : sales)
    if (s.brand == 3) s.price.erase(1, 1);
  EXPECT_EQ(
      report_text(validate(sales_csv(sales))),
      "/d.csv does not fit s.yml: 1 rule broken (400 rows, 32 checks)\n"
      "\n"
      "  'price' is above 10 in 100 rows\n"
      "      all 100 have brand = 3, and that is every row with brand = 3\n"
      "      their median is about 450, that of the rows in range about 3.5, some 130 times as "
      "much: cents instead of dollars?\n"
      "      row 3 (line 4): 440\n"
      "      row 7 (line 8): 441\n"
      "      row 11 (line 12): 442\n"
      "      row 15 (line 16): 443\n"
      "      row 19 (line 20): 444\n");
}

TEST_F(Validate, ALostColumnIsNamedWithTheNearestNameOfTheFile) {
  const std::string good = sales_csv(good_sales());
  const std::string renamed = replace_all(good, "price", "prices");
  const ValidationReport report = validate(renamed);
  ASSERT_EQ(report.violations.size(), 2u);
  EXPECT_EQ(report.violations[0].message,
            "the column 'price' is missing; the file has 'prices', which the schema does not know");
  EXPECT_EQ(report.violations[0].remarks[0],
            "the columns of the file: store, brand, week, prices, deal, feat");
  EXPECT_EQ(report.violations[1].message, "the column 'prices' is not in the schema");

  EXPECT_EQ(validate(replace_all(good, "price", "unit_price")).violations[0].message,
            "the column 'price' is missing; the file has 'unit_price', which the schema does not "
            "know");
  EXPECT_EQ(validate(replace_all(good, "price", "cost")).violations[0].message,
            "the column 'price' is missing; the file has 'cost', which the schema does not know");
  EXPECT_EQ(validate("store,brand,week,deal,feat\n1,1,40,0,1\n").violations[0].message,
            "the column 'price' is missing");
}

TEST_F(Validate, AMissingColumnOfAKeyIsNotPassedOverInSilence) {
  const ValidationReport report = validate("brand,week,price,deal,feat\n1,40,2,0,1\n");
  EXPECT_EQ(report.violations[0].message, "the column 'store' is missing");
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_EQ(report.notes[0],
            "uniqueness of (store, brand, week) was not checked: the file has no column 'store'");
}

TEST_F(Validate, RepeatedKeysAreListedWithBothRows) {
  std::vector<Sale> sales = good_sales();
  sales.push_back(sales[6]);
  sales.push_back(sales[0]);
  const ValidationReport report = validate(sales_csv(sales));
  EXPECT_EQ(report_text(report),
            "/d.csv does not fit s.yml: 1 rule broken (402 rows, 32 checks)\n"
            "\n"
            "  the key (store, brand, week) must be unique, but 2 rows repeat an earlier row\n"
            "      row 401 (line 402) repeats row 7 (line 8): store = 1, brand = 3, week = 41\n"
            "      row 402 (line 403) repeats row 1 (line 2): store = 1, brand = 1, week = 40\n");
  EXPECT_EQ(report.violations[0].exactness, Exactness::Exact);
}

TEST_F(Validate, KeysBeyondTheMemoryAreSampledAndTheReportSaysSo) {
  std::string text = "id\n";
  for (int i = 0; i < 20'000; ++i) text += cat("k", i, "\n");
  const std::string twice = cat(text, text.substr(3));
  constexpr std::string_view kIds = "columns: {id: {type: text, unique: true}}";
  const ValidationReport clean = validate(text, kIds, {.key_slots = 1 << 12});
  EXPECT_TRUE(clean.passed());
  ASSERT_EQ(clean.notes.size(), 1u);
  EXPECT_NE(clean.notes[0].find("'id': one in "), std::string::npos);
  const ValidationReport report = validate(twice, kIds, {.key_slots = 1 << 12});
  ASSERT_EQ(report.violations.size(), 1u);
  EXPECT_EQ(report.violations[0].exactness, Exactness::Estimate);
  EXPECT_NEAR(static_cast<double>(report.violations[0].count), 20'000, 4'000);
}

TEST_F(Validate, AUniqueColumnMayLackValuesWithoutRepeatingThem) {
  constexpr std::string_view kSchema =
      "columns: {id: {type: text, unique: true, max_null_share: 1}, b: {type: text}}";
  EXPECT_TRUE(validate("id,b\n,x\n,x\nk,x\n", kSchema).passed());
  EXPECT_EQ(validate("id,b\nk,x\nl,x\nk,x\n", kSchema).violations.at(0).message,
            "'id' must be unique, but 1 row repeats an earlier row");
}

struct RowCase {
  const char* schema;  // of column c
  const char* values;  // separated by blanks; "_" is no value
  const char* message;
};

const RowCase kRows[] = {
    {"{type: integer}", "1 2.5 x 4.0", "'c' is not a whole number in 2 rows"},
    {"{type: number}", "1 2,5 4 inf", "'c' is not a number in 2 rows"},
    {"{type: number}", "1 _ 2", "'c' has no value in 1 row"},
    {"{type: number, max_null_share: 0.5}", "1 _ 2", nullptr},
    {"{type: number, max_null_share: 0.5}", "1 _ _",
     "'c' has no value (66.7 %, at most 50 % are allowed) in 2 rows"},
    {"{type: number, min: 0}", "0 -1 2", "'c' is below 0 in 1 row"},
    {"{type: number, min: 0, max: 2}", "0 2", nullptr},
    {"{type: boolean}", "true NO 1 maybe", "'c' is not true or false in 1 row"},
    {"{type: date}", "2026-02-28 2026-02-29", "'c' is not a date (YYYY-MM-DD) in 1 row"},
    {"{type: date}", "2026-02-28 2026-02-28T10:00", "'c' is not a date (YYYY-MM-DD) in 1 row"},
    {"{type: timestamp}", "2026-02-28 2026-02-28T10:00 10:00",
     "'c' is not a timestamp (YYYY-MM-DDThh:mm) in 1 row"},
    {"{type: timestamp, max: 2026-02-28T09:00}", "2026-02-28 2026-02-28T10:00",
     "'c' is above 2026-02-28T09:00:00Z in 1 row"},
    {"{type: float}", "1 2.5 x", "'c' is not a number in 1 row"},
    {"{type: date, min: 2026-01-01}", "2026-02-28 2025-12-31", "'c' is below 2026-01-01 in 1 row"},
    {"{type: date, max: 2026-01-01}", "2026-02-28 2025-12-31", "'c' is above 2026-01-01 in 1 row"},
    {"{type: category, allowed: [a, b]}", "a b c A", "'c' is none of a, b in 2 rows"},
    {"{type: integer, allowed: [0, 1]}", "0 1 1.0 2", "'c' is none of 0, 1 in 1 row"},
    {"{type: text, allowed: [x]}", "x y", "'c' is none of x in 1 row"},
};

TEST_F(Validate, EachRuleFindsWhatBreaksItAndOnlyThat) {
  for (const RowCase& c : kRows) {
    std::string csv = "c,d\n";
    for (const std::string_view value : split(c.values, ' '))
      csv += cat(value == "_" ? cat("") : cat("\"", value, "\""), ",1\n");
    const ValidationReport report =
        validate(csv, cat("columns:\n  c: ", c.schema, "\n  d: {type: integer}\n"));
    if (c.message == nullptr) {
      EXPECT_TRUE(report.passed()) << c.schema << " " << c.values;
      continue;
    }
    ASSERT_EQ(report.violations.size(), 1u) << c.schema << " " << c.values;
    EXPECT_EQ(report.violations[0].message, c.message);
  }
}

TEST_F(Validate, RowsThatCannotBeReadAreViolationsWithTheirPlace) {
  const ValidationReport report =
      validate("a,b\n1,2\n3\n4,\xFF\n5,6\n", "columns: {a: {type: integer}, b: {type: integer}}");
  EXPECT_EQ(report_text(report),
            "/d.csv does not fit s.yml: 1 rule broken (2 rows, 9 checks)\n"
            "\n"
            "  2 rows cannot be read\n"
            "      row 2 (line 3): 1 field where the header has 2\n"
            "      row 3 (line 4): the row is not valid UTF-8 (saved as Latin-1 or "
            "Windows-1252?)\n");
}

TEST_F(Validate, NoRowsAreNotAPass) {
  EXPECT_EQ(validate("store,brand,week,price,deal,feat\n").violations.at(0).message,
            "the file has no rows; at least 1 are expected");
  std::vector<Sale> many = good_sales();
  EXPECT_EQ(validate(sales_csv(many), replace_all(std::string(kSales), "10000", "50"))
                .violations.at(0)
                .message,
            "the file has 400 rows; at most 50 are expected");
}

TEST_F(Validate, AWrongDelimiterIsSuspectedWhereThereIsOneColumn) {
  const ValidationReport report =
      validate("a;b\n1;2\n", "columns: {a: {type: integer}, b: {type: integer}}");
  EXPECT_EQ(report.violations[0].remarks.back(),
            "there is a single column: is 'delimiter' of the schema right?");
}

TEST_F(Validate, AGroupThatHoldsMostRowsAnywayIsNotBlamed) {
  std::vector<Sale> sales = good_sales();
  for (Sale& s : sales)
    if (s.brand != 1 || s.store > 1) s.brand = 2, s.week = s.store * 4;
  for (int i = 0; i < 20; ++i) sales[sales.size() - 1 - static_cast<std::size_t>(i)].price = "99";
  const auto report = validate(sales_csv(sales), replace_all(std::string(kSales), "keys", "#"));
  ASSERT_EQ(report.violations.size(), 1u);
  for (const std::string& remark : report.violations[0].remarks)
    EXPECT_EQ(remark.find("brand"), std::string::npos) << remark;
}

TEST_F(Validate, ShareOfMistakesIsComparedAsItIsWritten) {
  for (int good = 1; good < 100; ++good) {
    std::string csv = "a\n";
    for (int i = 0; i < 100; ++i) csv += i < good ? "1\n" : "9\n";
    const std::string column =
        cat("columns: {a: {type: integer, max: 5, mostly: 0.", good < 10 ? "0" : "", good, "}}");
    EXPECT_TRUE(validate(csv, column).passed()) << good;
    const std::string rule = cat("rules: {check: a < 5, mostly: 0.", good < 10 ? "0" : "", good,
                                 "}\ncolumns: {a: {type: integer}}");
    EXPECT_TRUE(validate(csv, rule).passed()) << good;
  }
}

TEST_F(Validate, AColumnOfTooManyGroupsIsNotBlamed) {
  std::string csv = "k,v\n";
  for (int i = 0; i < 11'000; ++i) csv += cat("k", i, ",1\n");
  csv += "k3,9\nk3,9\nk3,9\n";
  const ValidationReport report = validate(
      csv, "report_by: [k]\ncolumns: {k: {type: text}, v: {type: integer, max: 5, min: 0}}");
  ASSERT_EQ(report.violations.size(), 1u);
  EXPECT_TRUE(report.violations[0].groups.empty());
  EXPECT_EQ(report_text(report).find("0 rows"), std::string::npos) << report_text(report);
}

TEST_F(Validate, MarkdownAndJsonSayTheSame) {
  const ValidationReport report = validate(
      "c|x,d\n1,p|q\n", "columns: {'c|x': {type: integer}, d: {type: category, allowed: [z]}}");
  EXPECT_EQ(report_markdown(report),
            "### Data validation: failed\n"
            "\n"
            "/d.csv does not fit s.yml: 1 rule broken (1 row, 10 checks)\n"
            "\n"
            "**'d' is none of z in 1 row**\n"
            "\n"
            "| row | line | value |\n"
            "|---:|---:|---|\n"
            "| 1 | 2 | `p\\|q` |\n");
  EXPECT_EQ(
      to_canonical_text(to_json(report)),
      R"({"bytes":12,"checks":10,"file":"/d.csv","files":["/d.csv"],"format":"sluice.validation_report","notes":[],)"
      R"("passed":false,"rows":1,"schema":"s.yml","unreadable_rows":0,"version":1,"violations":[)"
      R"({"check":"allowed","columns":["d"],"count":1,"count_is_exact":true,"groups":[],"message":)"
      R"("'d' is none of z in 1 row","remarks":[],"rule":"allowed","samples":[)"
      R"({"byte":7,"line":2,"row":1,"value":"p|q"}],"severity":"fail"}]})");
}

TEST_F(Validate, AFileFitsTheSchemaInferredFromIt) {
  const std::string cases[] = {
      sales_csv(good_sales()),
      "a,b\n1,2\n",
      "day,when,flag,code\n2026-01-01,2026-01-01 10:00,true,007\n2026-01-02,,false,008\n",
      "x,\"two words\",\"q\"\"uote\",null\n-1.5,yes,\"a\nb\",\n2e10,no,\"c,d\",\n",
      "big,small\n1e300,-1e-300\n-1e300,5e-324\n",
      "mixed,empty\n1,\nx,\n2026-01-01,\n",
      "n\n+1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n",
  };
  for (const std::string& csv : cases) {
    ASSERT_TRUE(files_.write("/d.csv", csv, os::Durability::Process, 0644).ok());
    const DataProfile profile = profile_data(files_, "/d.csv").value();
    const auto key = find_key(files_, "/d.csv", profile).value();
    const std::string schema = propose_schema(profile, key).value();
    ASSERT_TRUE(parse_schema(schema, "s.yml").ok())
        << parse_schema(schema, "s.yml").error().message() << "\n"
        << schema;
    const ValidationReport report = validate(csv, schema);
    EXPECT_TRUE(report.passed()) << report_text(report) << schema;
  }
}

TEST_F(Validate, TheInferredSchemaStopsACorruptedDelivery) {
  ASSERT_TRUE(
      files_.write("/good.csv", sales_csv(good_sales()), os::Durability::Process, 0644).ok());
  const DataProfile profile = profile_data(files_, "/good.csv").value();
  const auto key = find_key(files_, "/good.csv", profile).value();
  EXPECT_EQ(key, (std::vector<std::string>{"store", "brand", "week"}));
  const std::string schema = propose_schema(profile, key).value();
  EXPECT_EQ(schema,
            "# Proposed by `sluice data infer` from 400 rows of /good.csv.\n"
            "# Bounds are wider than what was seen; correct them with what you know, then commit "
            "this file.\n"
            "version: 1\n"
            "rows: {min: 200, max: 800}  # seen: 400\n"
            "extra_columns: forbid\n"
            "keys:\n"
            "  - [store, brand, week]  # no two rows agree in these\n"
            "report_by: [store, brand]  # violations are broken down by these\n"
            "columns:\n"
            "  store:\n"
            "    type: integer\n"
            "    allowed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
            "  brand:\n"
            "    type: integer\n"
            "    allowed: [1, 2, 3, 4]\n"
            "  week:\n"
            "    type: integer\n"
            "    allowed: [40, 41, 42, 43, 44, 45, 46, 47, 48, 49]\n"
            "  price:\n"
            "    type: number\n"
            "    min: 1.2            # seen: 2.4\n"
            "    max: 11             # seen: 5.49\n"
            "  deal:\n"
            "    type: integer\n"
            "    allowed: [0]\n"
            "  feat:\n"
            "    type: number\n"
            "    min: 0.25           # seen: 0.5\n"
            "    max: 1              # seen: 0.5\n");
  std::vector<Sale> sales = good_sales();
  for (Sale& s : sales)
    if (s.brand == 2) s.price.erase(1, 1);
  const ValidationReport report = validate(sales_csv(sales), schema);
  ASSERT_EQ(report.violations.size(), 1u);
  EXPECT_EQ(report.violations[0].remarks[0],
            "all 100 have brand = 2, and that is every row with brand = 2");
}

TEST_F(Validate, AFileThatIsReadInAnotherWayFitsTheSchemaInferredFromIt) {
  const std::string_view csv = "#by the till\n1,5;x\n2,5;y\n7,25;z\n";
  ASSERT_TRUE(files_.write("/o.csv", csv, os::Durability::Process, 0644).ok());
  ProfileOptions options;
  options.csv = {.delimiter = ';', .comment = '#', .decimal = ',', .header = HeaderRow::None};
  const DataProfile profile = profile_data(files_, "/o.csv", options).value();
  const std::string schema = propose_schema(profile, {}).value();
  const ValidationReport report = validate(csv, schema);
  EXPECT_TRUE(report.passed()) << schema << report_text(report);
  EXPECT_NE(schema.find("type: number"), std::string::npos) << schema;
}

TEST_F(Validate, NothingIsInferredFromNothing) {
  ASSERT_TRUE(files_.write("/d.csv", "a,b\n", os::Durability::Process, 0644).ok());
  const DataProfile profile = profile_data(files_, "/d.csv").value();
  EXPECT_EQ(propose_schema(profile, {}).error().message(),
            "/d.csv: there is no row to learn a schema from");
}

}  // namespace
}  // namespace sluice::ml
