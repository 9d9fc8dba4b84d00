#include "ml/data/profile_mask.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "ml/data/profile_merge.h"
#include "ml/data/profile_reader.h"

namespace sluice::ml {
namespace {

DataProfile profile_of(const std::string& csv, std::vector<std::string> by = {}) {
  ProfileOptions options;
  options.by = std::move(by);
  const auto rows = open_rows(memory_stream(csv), "f.csv").value();
  return profile_data(*rows, options).value();
}

std::string rows_of(int from, int to) {
  std::string csv = "mail,pay,born,shop\n";
  for (int i = from; i < to; ++i)
    csv += cat("ann", i % 40, "@x.org,", 7000 + i, ",19", 10 + i % 80, "-03-04,", i % 2, "\n");
  return csv;
}

TEST(ProfileMask, NothingOfTheValuesIsLeftInAnyForm) {
  DataProfile profile = profile_of(rows_of(0, 50), {"shop"});
  ASSERT_TRUE(mask_columns(profile, {"mail", "pay", "born"}).ok());
  std::string shown =
      cat(to_pretty_text(to_json(profile)), profile_text(profile), groups_text(profile));
  for (const ColumnProfile& column : profile.columns) shown += column_details(column, profile.rows);
  for (const char* value : {"ann1", "x.org", "7000", "7049", "-03-04"})
    EXPECT_EQ(shown.find(value), std::string::npos) << value << "\n" << shown;
  EXPECT_EQ(profile.columns[0].present(), 50u);
  EXPECT_EQ(profile.columns[0].distinct, 40u);
}

TEST(ProfileMask, MaskedPartsMergeToTheMaskedWholeAlsoWhenReadBack) {
  const auto masked = [](int from, int to) {
    DataProfile profile = profile_of(rows_of(from, to));
    EXPECT_TRUE(mask_columns(profile, {"mail", "pay"}).ok());
    const std::string text = to_text(to_json(profile));
    return read_profile(text, "p.json").value();
  };
  DataProfile whole = masked(0, 9000);
  const std::vector<DataProfile> parts = {masked(0, 100), masked(100, 9000)};
  DataProfile merged = merge_profiles(parts).value();
  merged.bytes = whole.bytes;
  whole.stored_digest.reset();
  EXPECT_EQ(profile_digest(merged), profile_digest(whole));
}

TEST(ProfileMask, AColumnThatThereIsNotOrThatRowsAreGroupedByIsRefused) {
  DataProfile profile = profile_of(rows_of(0, 5), {"shop"});
  EXPECT_NE(mask_columns(profile, {"mial"}).error().describe().find("did you mean 'mail'"),
            std::string::npos);
  EXPECT_EQ(mask_columns(profile, {"shop"}).error().code(), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace sluice::ml
