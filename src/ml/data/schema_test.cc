#include "ml/data/schema.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kWhole = R"(version: 1
delimiter: ";"
nulls: ["", "-"]
rows: {min: 100, max: 200}
extra_columns: allow
keys:
  - [store, week]
  - id
report_by: brand
columns:
  id: {type: text, unique: true}
  store: {type: integer, min: 1, max: 200}
  week:
    type: date
    min: 2026-01-01
    description: first day of the week
  brand: {type: category, allowed: [A, B]}
  deal: {type: integer, allowed: [1, 0]}
  price: {type: number, max_null_share: 0.05, required: false}
  open: {type: boolean}
)";

TEST(Schema, HoldsWhatTheFileSays) {
  const Schema schema = parse_schema(kWhole, "s.yml").value();
  EXPECT_EQ(schema.csv.delimiter, ';');
  EXPECT_EQ(schema.nulls, (std::vector<std::string>{"", "-"}));
  EXPECT_EQ(schema.min_rows, 100u);
  EXPECT_EQ(schema.max_rows, 200u);
  EXPECT_EQ(schema.extra_columns, ExtraColumns::Allow);
  EXPECT_EQ(schema.keys, (std::vector<std::vector<std::string>>{{"store", "week"}, {"id"}}));
  EXPECT_EQ(schema.report_by, std::vector<std::string>{"brand"});
  ASSERT_EQ(schema.columns.size(), 7u);
  EXPECT_EQ(schema.find("id")->uniqueness, Uniqueness::Unique);
  EXPECT_EQ(schema.find("week")->min, 1767225600);
  EXPECT_EQ(schema.find("deal")->allowed_values, (std::vector<double>{0, 1}));
  EXPECT_EQ(schema.find("price")->presence, Presence::Optional);
  EXPECT_EQ(schema.find("price")->max_null_share, 0.05);
  EXPECT_EQ(schema.find("open")->type, ColumnType::Boolean);
}

TEST(Schema, StrictDefaults) {
  const Schema schema = parse_schema("columns: {a: {type: category, allowed: [x]}}", "s").value();
  EXPECT_EQ(schema.min_rows, 1u);
  EXPECT_EQ(schema.extra_columns, ExtraColumns::Forbid);
  EXPECT_EQ(schema.find("a")->max_null_share, 0);
  EXPECT_EQ(schema.find("a")->presence, Presence::Required);
  EXPECT_EQ(schema.report_by, std::vector<std::string>{"a"});
  EXPECT_EQ(parse_schema("columns: {a: {type: category, allowed: [x]}}\nreport_by: []", "s")
                ->report_by.size(),
            0u);
}

struct Mistake {
  const char* text;
  const char* message;
};

const Mistake kMistakes[] = {
    {"[]", "s.yml:1:1: the schema must be a mapping of keys to values"},
    {"version: 1", "s.yml:1:1: the schema has no 'columns', which is required"},
    {"version: 2\ncolumns: {a: {type: text}}",
     "s.yml:1:10: version 2 of the schema format; this program reads 1"},
    {"", "s.yml:1:1: the schema must be a mapping of keys to values"},
    {"colums:\n  a: {type: text}\n",
     "s.yml:1:1: the schema has an unknown key 'colums', did you mean 'columns'?"},
    {"columns:\n  a: {type: txt}\n  b: {type: number, min: x}\nrows: {min: 5, max: 4}\n",
     "s.yml:2:13: unknown type 'txt', did you mean 'text'?\n"
     "s.yml:3:26: the bound of a column of type number must be a number\n"
     "s.yml:4:7: 'rows': max is below min"},
    {"columns: {a: {type: text}}\nkey: [[a]]",
     "s.yml:2:1: the schema has an unknown key 'key', did you mean 'keys'?"},
    {"columns: {}", "s.yml:1:10: 'columns' must be a mapping of names to their rules"},
    {"columns:\n  price: number\n",
     "s.yml:2:10: column 'price' must be a mapping of keys to values"},
    {"columns:\n  price: {type: numbr}\n",
     "s.yml:2:17: unknown type 'numbr', did you mean 'number'?"},
    {"columns:\n  price: {type: decimal}\n",
     "s.yml:2:17: unknown type 'decimal'; the types are integer, number, boolean, date, timestamp, "
     "text, category"},
    {"columns:\n  price: {type: number, maximum: 3}\n",
     "s.yml:2:25: column 'price' has an unknown key 'maximum'; it knows: type, required, unique, "
     "max_null_share, description, min, max, allowed, "
     "pattern, min_length, max_length, order, mostly, severity"},
    {"columns:\n  price: {type: number, min: 3, max: 2}\n", "s.yml:2:38: max 2 is below min 3"},
    {"columns:\n  price: {type: number, min: \"3\"}\n",
     "s.yml:2:30: the bound of a column of type number must be a number"},
    {"columns:\n  day: {type: date, min: 2026-02-30}\n",
     "s.yml:2:26: '2026-02-30' is not a date (YYYY-MM-DD)"},
    {"columns:\n  name: {type: text, max: 3}\n",
     "s.yml:2:27: a column of type text has no min or max; numbers and dates do"},
    {"columns:\n  brand: {type: category}\n", "s.yml:2:17: a category needs its 'allowed' values"},
    {"columns:\n  brand: {type: category, allowed: []}\n",
     "s.yml:2:36: 'allowed' is empty: no value could ever be right"},
    {"columns:\n  deal: {type: integer, allowed: [0, one]}\n",
     "s.yml:2:38: allowed value 'one' is not a number"},
    {"columns:\n  deal: {type: integer, allowed: [0, 1, 0]}\n",
     "s.yml:2:35: '0' appears more than once in 'allowed'"},
    {"columns:\n  a: {type: text, max_null_share: 5}\n",
     "s.yml:2:35: 'max_null_share' must be between 0 and 1"},
    {"columns: {store: {type: text}}\nkeys: [[stores, week]]\n",
     "s.yml:2:9: 'keys' names the column 'stores', which 'columns' does not have, did you mean "
     "'store'?"},
    {"columns: {a: {type: text}}\nkeys: [[a, a]]\n", "s.yml:2:12: 'a' is twice in the key"},
    {"columns: {a: {type: text}}\nkeys: [[]]\n", "s.yml:2:8: a key needs at least one column"},
    {"columns: {a: {type: text}}\nkeys: a\n",
     "s.yml:2:7: 'keys' must be a list, such as [[store, item, week]]"},
    {"columns: {brand: {type: text}}\nreport_by: brnd\n",
     "s.yml:2:12: 'report_by' names the column 'brnd', which 'columns' does not have, did you mean "
     "'brand'?"},
    {"columns: {a: {type: text}}\nextra_columns: deny\n",
     "s.yml:2:16: 'extra_columns' must be forbid or allow"},
    {"columns: {a: {type: text}}\ndelimiter: ab\n",
     "s.yml:2:12: 'delimiter' must be one character, such as \";\" or \"\\t\""},
    {"columns: {a: {type: text}}\nrows: {min: 5, max: 4}\n", "s.yml:2:7: 'rows': max is below min"},
};

TEST(Schema, AMistakeIsNamedWithItsPlaceAndTheNearestWord) {
  for (const Mistake& m : kMistakes) {
    const auto schema = parse_schema(m.text, "s.yml");
    ASSERT_FALSE(schema.ok()) << m.text;
    EXPECT_EQ(schema.error().message(), m.message) << m.text;
    EXPECT_EQ(schema.error().code(), ErrorCode::InvalidInput);
  }
}

}  // namespace
}  // namespace sluice::ml
