#include "pipeline/glob.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/file_glob.h"

namespace sluice::pipeline {
namespace {

bool path_matches(std::string_view pattern, std::string_view path) {
  auto parsed = parse_filter_pattern(pattern, FilterKind::Path);
  EXPECT_TRUE(parsed.pattern) << pattern;
  return parsed.pattern && parsed.pattern->matches(path);
}

TEST(FilterPattern, matches_whole_names) {
  struct Case {
    const char* pattern;
    const char* name;
    bool expected;
  };
  const Case cases[] = {
      {"main", "main", true},
      {"main", "main2", false},
      {"main", "Main", false},
      {"feature/*", "feature/a", true},
      {"feature/*", "feature/a/b", false},
      {"feature/**", "feature/a/b", true},
      {"*", "a", true},
      {"*", "a/b", false},
      {"**", "a/b/c", true},
      {"*feature", "my-feature", true},
      {"**feature", "a/b-feature", true},
      {"v2*", "v2.0", true},
      {"v[12].[0-9]+.[0-9]+", "v1.10.1", true},
      {"v[12].[0-9]+.[0-9]+", "v3.1.1", false},
      {"v[12].[0-9]+.[0-9]+", "v1..1", false},
      {"*.jsx?", "page.js", true},
      {"*.jsx?", "page.jsx", true},
      {"*.jsx?", "page.jsxx", false},
      {"a+b", "aaab", true},
      {"a+b", "b", false},
      {"**/README.md", "README.md", true},
      {"**/README.md", "a/b/README.md", true},
      {"**/README.md", "a/xREADME.md", false},
      {"docs/**/*.md", "docs/x.md", true},
      {"docs/**/*.md", "docs/a/b/x.md", true},
      {"docs/**/*.md", "docsx/x.md", false},
      {"**/docs/**", "docs/x", true},
      {"**/docs/**", "a/docs/b/x", true},
      {"**.js", "a/b/index.js", true},
      {"a\\*b", "a*b", true},
      {"a\\*b", "axb", false},
      {"[\xC3\xA0-\xC3\xA9]", "\xC3\xA4", true},
      {"x[a-c_]", "x_", true},
      {"x[a-]", "x-", true},
      {"*-post.md", "a/my-post.md", false},
  };
  for (const Case& c : cases)
    EXPECT_EQ(path_matches(c.pattern, c.name), c.expected) << c.pattern << " " << c.name;
}

TEST(FilterPattern, the_last_matching_pattern_decides) {
  std::vector<FilterPattern> patterns;
  for (const char* text : {"releases/**", "!releases/**-alpha", "releases/9/**-alpha"})
    patterns.push_back(*parse_filter_pattern(text, FilterKind::Ref).pattern);
  EXPECT_TRUE(filter_selects(patterns, "releases/10"));
  EXPECT_FALSE(filter_selects(patterns, "releases/beta/3-alpha"));
  EXPECT_TRUE(filter_selects(patterns, "releases/9/x-alpha"));
  EXPECT_FALSE(filter_selects(patterns, "main"));
  EXPECT_EQ(deciding_pattern(patterns, "releases/1-alpha")->text(), "!releases/**-alpha");
  EXPECT_EQ(deciding_pattern(patterns, "main"), nullptr);
}

TEST(FilterPattern, points_at_each_mistake) {
  struct Case {
    const char* pattern;
    FilterKind kind;
    std::size_t offset;
    const char* part;
  };
  const Case cases[] = {
      {"", FilterKind::Ref, 0, "empty"},
      {"!", FilterKind::Ref, 0, "must follow '!'"},
      {"?x", FilterKind::Path, 0, "repeats the character before it"},
      {"a*?", FilterKind::Path, 2, "repeats the character before it"},
      {"a++", FilterKind::Path, 2, "repeats the character before it"},
      {"ab[cd", FilterKind::Path, 2, "no closing ']'"},
      {"a[]", FilterKind::Path, 1, "set is empty"},
      {"a[z-a]", FilterKind::Path, 2, "ends before it starts"},
      {"a\\x", FilterKind::Path, 1, "must be followed by"},
      {"a\\", FilterKind::Path, 1, "must be followed by"},
      {"a b", FilterKind::Ref, 1, "cannot occur in the name"},
      {"v1:", FilterKind::Ref, 2, "cannot occur in the name"},
      {"/main", FilterKind::Ref, 0, "does not begin with '/'"},
      {"main/", FilterKind::Ref, 4, "does not end with"},
      {"./src/**", FilterKind::Path, 0, "'.' never matches"},
      {"src/../x", FilterKind::Path, 4, "'..' never matches"},
      {" src", FilterKind::Path, 0, "begin with a space"},
  };
  for (const Case& c : cases) {
    auto parsed = parse_filter_pattern(c.pattern, c.kind);
    EXPECT_FALSE(parsed.pattern) << c.pattern;
    ASSERT_FALSE(parsed.problems.empty()) << c.pattern;
    EXPECT_EQ(parsed.problems[0].offset, c.offset) << c.pattern;
    EXPECT_NE(parsed.problems[0].message.find(c.part), std::string::npos)
        << c.pattern << ": " << parsed.problems[0].message;
  }
}

TEST(FilterPattern, is_fast_on_hostile_patterns) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "**a";
  EXPECT_FALSE(path_matches(pattern, std::string(2'000, 'a').substr(0, 150) + "b"));
}

FileGlob glob(std::string_view patterns) {
  auto parsed = FileGlob::parse(patterns, "/repo");
  EXPECT_TRUE(parsed.ok()) << patterns << ": " << parsed.error().message();
  return std::move(parsed).value();
}

TEST(FileGlob, selects_files) {
  struct Case {
    const char* patterns;
    const char* path;
    bool expected;
  };
  const Case cases[] = {
      {"**/package-lock.json", "package-lock.json", true},
      {"**/package-lock.json", "a/b/package-lock.json", true},
      {"**/package-lock.json", "a/xpackage-lock.json", false},
      {"*.txt", "a.txt", true},
      {"*.txt", "a/b.txt", false},
      {"*.txt", ".hidden.txt", true},
      {"a?c", "abc", true},
      {"a?c", "a/c", false},
      {"src", "src/a/b.c", true},
      {"src/", "src/a", true},
      {"src", "srcs/a", false},
      {"src/**", "src/a/b", true},
      {"./src/*.c", "src/a.c", true},
      {"/repo/src/*.c", "src/a.c", true},
      {"/repo", "anything/at/all", true},
      {"[a-c]x", "bx", true},
      {"[!a-c]x", "bx", false},
      {"[^a-c]x", "dx", true},
      {"[]]x", "]x", true},
      {"[ab", "[ab", true},
      {"a\\*b", "a*b", true},
      {"a**b", "axyb", true},
      {"a**b", "a/b", false},
      {"**/*.c\n!**/test_*", "src/a.c", true},
      {"**/*.c\n!**/test_*", "src/test_a.c", false},
      {"**/*.c\n!**/test_*\nsrc/test_keep.c", "src/test_keep.c", true},
      {"# comment\n\n  *.c  \n", "a.c", true},
      {"!*.c", "a.c", false},
      {"!!*.c", "a.c", true},
      {"a/**/b", "a/b", true},
      {"a/**/b", "a/x/y/b", true},
  };
  for (const Case& c : cases)
    EXPECT_EQ(glob(c.patterns).matches(c.path), c.expected) << c.patterns << " " << c.path;
}

TEST(FileGlob, names_where_to_look) {
  EXPECT_EQ(glob("src/a/*.c\nsrc/**\ndocs/x.md\n!tmp/**").search_roots(),
            (std::vector<std::string>{"docs", "src"}));
  EXPECT_EQ(glob("src/a/*.c\n*.md").search_roots(), std::vector<std::string>{""});
}

TEST(FileGlob, refuses_paths_out_of_the_root) {
  for (const char* pattern : {"../x", "a/../b", "/etc/passwd", "/repository/x", "~/x", "!"})
    EXPECT_FALSE(FileGlob::parse(pattern, "/repo").ok()) << pattern;
  EXPECT_TRUE(
      FileGlob::parse("ok\n../x", "/repo").error().message().starts_with("pattern in line 2"));
}

}  // namespace
}  // namespace sluice::pipeline
