#include "ml/drift/profile_diff.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::ml {
namespace {

DataProfile profile_of(std::string_view text) {
  const auto rows = open_rows(memory_stream(text), "f.csv").value();
  return profile_data(*rows).value();
}

std::string diff(std::string_view before, std::string_view after) {
  const ProfileDiff found = diff_profiles(profile_of(before), profile_of(after));
  std::string text;
  for (const std::string& name : found.lost_columns) text += cat("lost ", name, "\n");
  for (const std::string& name : found.new_columns) text += cat("new ", name, "\n");
  for (const ProfileChange& change : found.changes)
    text += cat(change.column, " ", change.what, ": ", change.before, " -> ", change.after, "\n");
  return text;
}

TEST(ProfileDiff, NamesWhatChangedAndNothingElse) {
  EXPECT_EQ(diff("a,b\n1,x\n2,y\n", "a,b\n2,y\n1,x\n"), "");
  EXPECT_EQ(diff("a,b\n1,x\n2,y\n", "a,c\n1,x\n2,y\n"), "lost b\nnew c\n");
  EXPECT_EQ(diff("a,d\n1,2026-01-01\n3,2026-01-05\n", "a,d\n1,2026-01-01\n,2026-02-05\n"),
            "a missing_share: 0 % -> 50 %\na distinct: 2 -> 1\na max: 3 -> 1\na mean: 2 -> 1\n"
            "a standard_deviation: 1 -> 0\nd last_date: 2026-01-05 -> 2026-02-05\n");
  EXPECT_EQ(diff("a\n1\n", "a\n1\nx\n"),
            " rows: 1 -> 2\na types: integer -> integer+text\na distinct: 1 -> 2\n");
}

TEST(ProfileDiff, LostAndNewCategoriesAreThoseOfDrift) {
  std::string before = "brand\n";
  std::string after = "brand\n";
  for (int i = 0; i < 40; ++i) {
    before += i % 4 == 0 ? "old\n" : "same\n";
    after += i % 4 == 0 ? "fresh\n" : "same\n";
  }
  EXPECT_EQ(diff(before, after),
            "brand lost_categories: old (25 %) -> \nbrand new_categories:  -> fresh (25 %)\n");
}

}  // namespace
}  // namespace sluice::ml
