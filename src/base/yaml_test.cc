#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/strings.h"
#include "base/yaml.h"

namespace sluice {
namespace {

YamlNode parsed(std::string_view text, const YamlLimits& limits = {}) {
  YamlParse parse = parse_yaml(text, limits);
  for (const auto& problem : parse.problems)
    ADD_FAILURE() << problem.position.line << ":" << problem.position.column << ": "
                  << problem.message;
  return std::move(parse.root);
}

std::string problems(std::string_view text, const YamlLimits& limits = {}) {
  std::string all;
  for (const auto& p : parse_yaml(text, limits).problems)
    all += cat(p.position.line, ":", p.position.column, " ", p.message, "\n");
  return all;
}

TEST(Yaml, types_plain_scalars_by_the_core_schema) {
  struct Case {
    const char* text;
    YamlKind kind;
    double number = 0;
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Case cases[] = {
      {"true", YamlKind::Boolean},
      {"False", YamlKind::Boolean},
      {"TRUE", YamlKind::Boolean},
      {"on", YamlKind::String},
      {"yes", YamlKind::String},
      {"No", YamlKind::String},
      {"tRue", YamlKind::String},
      {"null", YamlKind::Null},
      {"~", YamlKind::Null},
      {"NULL", YamlKind::Null},
      {"nULL", YamlKind::String},
      {"3.10", YamlKind::Number, 3.1},
      {"1e3", YamlKind::Number, 1000},
      {"+12", YamlKind::Number, 12},
      {"-0", YamlKind::Number, 0},
      {"0x1F", YamlKind::Number, 31},
      {"0o17", YamlKind::Number, 15},
      {"017", YamlKind::Number, 17},
      {"-0x1F", YamlKind::String},
      {"0o8", YamlKind::String},
      {".5", YamlKind::Number, 0.5},
      {"5.", YamlKind::Number, 5},
      {".", YamlKind::String},
      {"1e", YamlKind::String},
      {"1_000", YamlKind::String},
      {".inf", YamlKind::Number, kInfinity},
      {"-.INF", YamlKind::Number, -kInfinity},
      {"inf", YamlKind::String},
      {"1e999", YamlKind::Number, kInfinity},
      {"1e-999", YamlKind::Number, 0},
      {"2001-12-14", YamlKind::String},
      {"1:30", YamlKind::String},
      {"'1'", YamlKind::String},
      {"\"true\"", YamlKind::String},
      {"!!str 1", YamlKind::String},
      {"! 1", YamlKind::String},
      {"!!float 1", YamlKind::Number, 1},
      {"!<tag:yaml.org,2002:int> 7", YamlKind::Number, 7},
  };
  for (const Case& c : cases) {
    YamlNode root = parsed(c.text);
    EXPECT_EQ(root.kind, c.kind) << c.text;
    if (c.kind == YamlKind::Number) {
      EXPECT_EQ(root.number, c.number) << c.text;
    }
  }
  EXPECT_TRUE(std::isnan(parsed(".NaN").number));
  EXPECT_EQ(parsed("3.10").text, "3.10");
}

TEST(Yaml, keeps_on_as_a_text_key) {
  YamlNode root = parsed("on: push\nyes: 1\n");
  ASSERT_NE(root.find("on"), nullptr);
  EXPECT_EQ(root.find("on")->text, "push");
  EXPECT_EQ(root.find("off"), nullptr);
}

TEST(Yaml, reads_every_style_of_text) {
  YamlNode root = parsed(
      "plain: two words  # not this\nsingle: 'it''s'\ndouble: \"tab\\t\\u00e9\"\n"
      "literal: |\n  a\n   b\n\nstrip: |-\n  a\nkeep: |+\n  a\n\nfolded: >\n  a\n  b\n\n  c\n"
      "empty:\nflow: [a, {b: c}]\nmulti: a\n  b\n");
  auto text = [&](std::string_view key) { return root.find(key)->text; };
  EXPECT_EQ(text("plain"), "two words");
  EXPECT_EQ(text("single"), "it's");
  EXPECT_EQ(text("double"), "tab\t\xC3\xA9");
  EXPECT_EQ(text("literal"), "a\n b\n");
  EXPECT_EQ(text("strip"), "a");
  EXPECT_EQ(text("keep"), "a\n\n");
  EXPECT_EQ(text("folded"), "a b\nc\n");
  EXPECT_EQ(text("multi"), "a b");
  EXPECT_EQ(root.find("empty")->kind, YamlKind::Null);
  EXPECT_EQ(root.find("literal")->style, YamlStyle::Literal);
  EXPECT_EQ(root.find("folded")->style, YamlStyle::Folded);
  EXPECT_EQ(root.find("flow")->style, YamlStyle::Flow);
  EXPECT_EQ(root.find("flow")->items[1].find("b")->text, "c");
}

TEST(Yaml, unfolds_texts_in_single_quotes) {
  const std::pair<const char*, const char*> cases[] = {
      {"''", ""},
      {"''''", "'"},
      {"' a  b '", " a  b "},
      {"'a''b'''", "a'b'"},
      {"'a\n  b'", "a b"},
      {"'a  \n\n\n  b'", "a\n\nb"},
      {"'a\r\n\r\n b'", "a\nb"},
      {"'a\\n\\'", "a\\n\\"},
      {"'\n a\n '", " a "},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parsed(text).text, expected) << text;
  std::string many = "'";
  for (int i = 0; i < 100; ++i) many += "''";
  EXPECT_EQ(parsed(many + "'").text, std::string(100, '\''));
}

TEST(Yaml, positions_are_of_the_first_character) {
  YamlNode root = parsed(
      "# comment\nname: x\nsteps:\n  - run: |\n      echo | cat\n  - uses: 'a'\n"
      "k\xC3\xA9y: [1, 22]\n");
  auto at = [](const YamlNode& n) { return cat(n.position.line, ":", n.position.column); };
  EXPECT_EQ(at(root), "2:1");
  EXPECT_EQ(at(*root.find("name")), "2:7");
  const YamlNode& steps = *root.find("steps");
  EXPECT_EQ(at(steps), "4:3");
  EXPECT_EQ(at(steps.items[0]), "4:5");
  EXPECT_EQ(at(*steps.items[0].find("run")), "4:10");
  EXPECT_EQ(at(*steps.items[1].find_key("uses")), "6:5");
  EXPECT_EQ(at(*steps.items[1].find("uses")), "6:11");
  EXPECT_EQ(at(root.find("k\xC3\xA9y")->items[1]), "7:11");
}

TEST(Yaml, an_empty_value_stands_behind_its_key) {
  YamlNode root = parsed("on:\n  push:\n  pull: x\nlist:\n  -\n  - 1\n'q':\n");
  EXPECT_EQ(root.find("on")->find("push")->position, (TextPosition{2, 8}));
  EXPECT_EQ(root.find("list")->items[0].position, (TextPosition{5, 4}));
  EXPECT_EQ(root.find("q")->position, (TextPosition{7, 5}));
}

TEST(Yaml, positions_are_right_with_carriage_returns) {
  YamlNode root = parsed("a: 1\r\nb:\r\n  c: |\r\n    x\r\n    y\r\n");
  EXPECT_EQ(root.find("b")->find("c")->text, "x\ny\n");
  EXPECT_EQ(root.find("b")->find("c")->position, (TextPosition{3, 6}));
}

TEST(Yaml, reads_an_empty_file_and_a_byte_order_mark) {
  EXPECT_EQ(parsed("").kind, YamlKind::Null);
  EXPECT_EQ(parsed("# only a comment\n").kind, YamlKind::Null);
  YamlNode root = parsed(
      "\xEF\xBB\xBF"
      "a: 1\n");
  ASSERT_NE(root.find("a"), nullptr);
  EXPECT_EQ(root.find("a")->position, (TextPosition{1, 4}));
}

TEST(Yaml, names_both_places_of_a_duplicate_key) {
  std::string text = problems("a: 1\nb:\n  c: 1\n  'c': 2\na: 3\n");
  EXPECT_NE(text.find("4:3 the key 'c' is already defined at line 3, column 3"), text.npos) << text;
  EXPECT_NE(text.find("5:1 the key 'a' is already defined at line 1, column 1"), text.npos) << text;
}

TEST(Yaml, expands_aliases) {
  YamlNode root = parsed("base: &b {x: [1, 2]}\ncopy: *b\nlist:\n  - &s text\n  - *s\n");
  EXPECT_EQ(root.find("copy")->find("x")->items[1].number, 2);
  EXPECT_EQ(root.find("list")->items[1].text, "text");
  EXPECT_EQ(root.find("copy")->position, (TextPosition{2, 7}));
}

TEST(Yaml, the_latest_anchor_of_a_name_counts) {
  YamlNode root = parsed("- &a 1\n- *a\n- &a 2\n- *a\n");
  EXPECT_EQ(root.items[1].number, 1);
  EXPECT_EQ(root.items[3].number, 2);
}

TEST(Yaml, refuses_unknown_and_cyclic_aliases) {
  EXPECT_NE(problems("a: *nope\n").find("1:4 the alias '*nope' has no anchor"), std::string::npos);
  EXPECT_NE(problems("a: &x [1, *x]\n").find("stands inside its own anchor"), std::string::npos);
}

std::string bomb() {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    text += cat("a", i, ": &a", i, " [");
    for (int k = 0; k < 10; ++k) text += cat(k ? "," : "", "*a", i - 1);
    text += "]\n";
  }
  return text;
}

TEST(Yaml, stops_an_alias_bomb_at_the_node_budget) {
  EXPECT_NE(problems(bomb()).find("too many values: more than 200000"), std::string::npos);
}

TEST(Yaml, counts_the_depth_of_what_an_alias_stands_for) {
  YamlLimits limits;
  limits.max_depth = 4;
  EXPECT_EQ(problems("a: &x [[1]]\n", limits), "");
  EXPECT_NE(problems("a: &x [[1]]\nb: [*x]\n", limits).find("2:5 nested deeper than 4"),
            std::string::npos);
}

TEST(Yaml, refuses_what_exceeds_the_limits) {
  YamlLimits limits;
  limits.max_bytes = 10;
  EXPECT_NE(problems("abcdefghijkl", limits).find("12 bytes; at most 10"), std::string::npos);
  std::string deep(60, '[');
  EXPECT_NE(problems(deep + std::string(60, ']')).find("nested deeper than 50"), std::string::npos);
  std::string very_deep(100'000, '[');
  EXPECT_NE(problems(very_deep), "");
  std::string dashes;
  for (int i = 0; i < 50'000; ++i) dashes += "- ";
  EXPECT_NE(problems(dashes), "");
}

TEST(Yaml, refuses_bytes_that_are_no_text) {
  EXPECT_NE(problems("a: 1\nb: \xff\n").find("2:4 the text is not valid UTF-8"), std::string::npos);
  EXPECT_NE(problems("a: \xC0\x80").find("not valid UTF-8"), std::string::npos);
  EXPECT_NE(problems("a: \xED\xA0\x80").find("not valid UTF-8"), std::string::npos);
  EXPECT_NE(problems("a: \xE2\x82").find("not valid UTF-8"), std::string::npos);
  EXPECT_NE(problems(std::string_view("a: b\0c", 6)).find("1:5 control character 0"),
            std::string::npos);
}

TEST(Yaml, refuses_a_second_document) {
  EXPECT_EQ(problems("---\na: 1\n...\n"), "");
  std::string text = problems("a: 1\n---\nb: 2\n");
  EXPECT_NE(text.find("2:1 a second document begins here"), text.npos) << text;
}

TEST(Yaml, reports_syntax_errors_with_their_place) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: [1, 2\nb: 3\n", "YAML syntax"}, {"a: 'open\n", "YAML syntax"},
      {"a: b: c\n", "1:5 YAML syntax"},    {"\tx: 1\n", "YAML syntax"},
      {"a: 1\nb\n", "YAML syntax"},        {"a: }\n", "YAML syntax"},
      {"key: @x\n", "YAML syntax"},        {"a: \"\\q\"\n", "YAML syntax"},
  };
  for (const auto& [text, expected] : cases) {
    std::string found = problems(text);
    EXPECT_NE(found.find(expected), found.npos) << text << " → " << found;
  }
}

// Each of them ended the program inside of libfyaml.
TEST(Yaml, tabs_behind_explicit_keys_are_refused) {
  for (const char* text : {"? k:\t:y\n", "? k:\t- y\n", "? k:\t? y\n", "? k: \t:y\n", "? k:\t :y\n",
                           "?\n  k:\t:y\n", "? - k:\t:y\n", "? \"k\":\t:y\n", "? {a: b}:\t:y\n",
                           "- ? k:\t:y\n", "a:\n  ? k:\t:y\n", "? - - k:\t- y\n", "? &a k:\t:y\n",
                           "? k:\t-\n", "? k:\t:\n", "? k\t:\t:y\n", "? k:\t>\t v\nb: c\n"}) {
    const std::string found = problems(text);
    EXPECT_NE(found.find("a tab behind"), found.npos) << text << " → " << found;
  }
  EXPECT_EQ(problems("a: what? k\nb:\tc\nd: |\n  x:\t- y\n? k\n: v\n"), "");
}

TEST(Yaml, a_comment_may_stand_right_behind_a_bracket) {
  const YamlParse parse =
      parse_yaml("a: [one]#, two ]\nb: {c: d}# x\ne: |\n  [f]#g\nh: ['[i]#j', k]\n");
  EXPECT_TRUE(parse.problems.empty());
  EXPECT_EQ(to_canonical_text(to_json(parse.root)),
            R"({"a":["one"],"b":{"c":"d"},"e":"[f]#g\n","h":["[i]#j","k"]})");
  EXPECT_EQ(parse.root.find("b")->find("c")->position, (TextPosition{2, 8}));
  EXPECT_FALSE(parse_yaml("a: [one#two\n").problems.empty());
}

TEST(Yaml, refuses_tags_it_does_not_know_or_that_do_not_fit) {
  EXPECT_NE(problems("a: !mine x\n").find("the tag '!mine' is not supported"), std::string::npos);
  EXPECT_NE(problems("a: !!set {b}\n").find("is not supported"), std::string::npos);
  EXPECT_NE(problems("a: !!bool test\n")
                .find("the value 'test' on line 1 and column 4 is invalid for the type "
                      "'tag:yaml.org,2002:bool'"),
            std::string::npos);
  EXPECT_NE(problems("a: !!int 1.5\nb: !!float x\n").find("2:4"), std::string::npos);
}

TEST(Yaml, rejects_or_applies_merge_keys) {
  const char* text = "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n";
  EXPECT_NE(problems(text).find("3:3 merge keys ('<<') are not supported"), std::string::npos);
  YamlLimits limits;
  limits.merge = YamlMerge::Apply;
  YamlNode root = parsed(text, limits);
  EXPECT_EQ(root.find("use")->find("x")->number, 1);
  EXPECT_EQ(root.find("use")->find("y")->number, 3);
  YamlNode list = parsed("a: &a {x: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b]}\n", limits);
  EXPECT_EQ(list.find("c")->find("x")->number, 1);
  EXPECT_EQ(list.find("c")->find("z")->number, 2);
  EXPECT_NE(problems("a:\n  <<: 5\n", limits).find("must be a mapping"), std::string::npos);
  EXPECT_EQ(problems("'<<': 1\n"), "");
}

TEST(Yaml, refuses_collections_as_keys) {
  EXPECT_NE(problems("? [a, b]\n: 1\n").find("a mapping key must be"), std::string::npos);
}

TEST(Yaml, stops_after_ten_problems) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += cat("a", i, ": *x\n");
  EXPECT_EQ(parse_yaml(text).problems.size(), 10u);
  std::string both = "k: *x\nk: *x\n";
  for (int i = 0; i < 7; ++i) both += "k: *x\n";
  EXPECT_EQ(parse_yaml(both).problems.size(), 10u);
  EXPECT_LE(parse_yaml(both).problems[0].position, parse_yaml(both).problems[9].position);
}

TEST(Yaml, becomes_json) {
  EXPECT_EQ(to_text(to_json(parsed("a: 1\nb: [true, null, 1.5, x, '2']\nc: {}\nd: .inf\n"))),
            R"({"a":1,"b":[true,null,1.5E0,"x","2"],"c":{},"d":"Infinity"})");
}

TEST(YamlReader, loads_or_names_the_place) {
  EXPECT_TRUE(load_yaml("a: 1\n", "s.yml").ok());
  auto failed = load_yaml("a: 1\na: 2\n", "s.yml");
  ASSERT_FALSE(failed.ok());
  EXPECT_TRUE(failed.error().message().starts_with("s.yml:2:1: ")) << failed.error().message();
}

TEST(YamlReader, reads_typed_values_and_refuses_others) {
  YamlNode root =
      parsed("name: x\ncount: 3\nrate: 0.5\nflag: true\nlist: [a, 1]\none: a\nquoted: '3'\n");
  YamlReader reader = YamlReader::open(root, "s.yml", "the file").value();
  EXPECT_EQ(reader.string("name").value(), "x");
  EXPECT_EQ(reader.string_or("absent", "d").value(), "d");
  EXPECT_EQ(reader.integer_or("count", 0).value(), 3);
  EXPECT_EQ(reader.number("rate").value(), 0.5);
  EXPECT_EQ(reader.boolean_or("flag", false).value(), true);
  EXPECT_EQ(reader.strings("list").value(), (std::vector<std::string>{"a", "1"}));
  EXPECT_EQ(reader.strings("one").value(), std::vector<std::string>{"a"});
  EXPECT_EQ(reader.integer_or("rate", 0).error().message(),
            "s.yml:3:7: 'rate' must be a whole number (without quotes)");
  EXPECT_FALSE(reader.number("quoted").ok());
  EXPECT_FALSE(reader.boolean_or("name", true).ok());
  EXPECT_FALSE(reader.string("list").ok());
  EXPECT_EQ(reader.string("nothing").error().message(),
            "s.yml:1:1: the file has no 'nothing', which is required");
  EXPECT_TRUE(reader.finish().ok());
}

TEST(YamlReader, reports_keys_nobody_asked_for) {
  YamlNode root = parsed("replicas: 1\nreplcas: 2\n");
  YamlReader reader = YamlReader::open(root, "s.yml", "target 'a'").value();
  EXPECT_TRUE(reader.integer_or("replicas", 1).ok());
  EXPECT_EQ(reader.finish().error().message(),
            "s.yml:2:1: target 'a' has an unknown key 'replcas', did you mean 'replicas'?");
}

TEST(YamlReader, wants_a_mapping) {
  EXPECT_FALSE(YamlReader::open(parsed("[1]"), "s.yml", "targets").ok());
}

TEST(YamlTest, ABlockScalarStandsDeeperThanItsKey) {
  const YamlParse wrong = parse_yaml("jobs:\n  name: >-\n  (]  folded\n      more\nb: 1\n");
  ASSERT_EQ(wrong.problems.size(), 1u);
  EXPECT_EQ(wrong.problems[0].position, (TextPosition{3, 3}));
  EXPECT_EQ(wrong.problems[0].message, "the text of 'name' must be indented by at least 3 spaces");
  const YamlParse right =
      parse_yaml("jobs:\n  name: >-\n\n   folded\n     more\n  run: |\n\nb: |\n x\n");
  EXPECT_TRUE(right.problems.empty());
  EXPECT_EQ(right.root.find("jobs")->find("name")->text, "\nfolded\n  more");
  EXPECT_EQ(right.root.find("b")->text, "x\n");
}

}  // namespace
}  // namespace sluice
