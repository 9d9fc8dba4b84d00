#include "cli/profile_command.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/hash.h"
#include "base/json.h"
#include "base/strings.h"
#include "cli/testing/data_command_lab.h"

namespace sluice::cli {
namespace {

class ProfileCommand : public DataCommandLab {};

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(ProfileCommand, PartsMergeToTheProfileOfTheWhole) {
  write("1.csv", "a,b\n1,x\n2,y\n");
  write("2.csv", "a,b\n3,x\n");
  write("both.csv", "a,b\n1,x\n2,y\n3,x\n");
  ASSERT_EQ(run({"data", "profile", path("1.csv"), "--out", path("1.json")}).value(), 0);
  ASSERT_EQ(run({"data", "merge", path("1.json"), path("2.csv"), "--json"}).value(), 0);
  const auto merged = parse_json(terminal_.out_text).value();
  ASSERT_EQ(run({"data", "profile", path("both.csv"), "--json"}).value(), 0);
  const auto whole = parse_json(terminal_.out_text).value();
  EXPECT_EQ(merged.as_object().at("columns"), whole.as_object().at("columns"));
}

TEST_F(ProfileCommand, SeveralFilesAreProfiledAsAPatternOfThemIs) {
  write("part_1.csv", "a,b\n1,x\n2,y\n");
  write("part_2.csv", "b,a\nz,3\nbad\n");
  ASSERT_EQ(run({"data", "profile", path("part_*.csv"), "--json"}).value(), 0);
  const std::string of_pattern = std::exchange(terminal_.out_text, {});
  ASSERT_EQ(run({"data", "profile", path("part_1.csv"), path("part_2.csv"), "--json"}).value(), 0);
  EXPECT_EQ(terminal_.out_text, of_pattern);
  EXPECT_TRUE(holds(of_pattern, "\"data_digest\"")) << of_pattern;
  EXPECT_EQ(run({"data", "profile", "-", path("part_1.csv")}).error().code(),
            ErrorCode::InvalidInput);
}

TEST_F(ProfileCommand, AStoredProfileIsFoundByItsDigest) {
  write("d.csv", "a,b\n1,x\n2,y\n");
  ASSERT_EQ(run({"data", "profile", path("d.csv"), "--store"}).value(), 0);
  const std::string digest = terminal_.error_text.substr(terminal_.error_text.find("sha256:"), 71);
  ASSERT_EQ(run({"data", "show", digest}).value(), 0);
  EXPECT_TRUE(holds(terminal_.out_text, "a: 2 integer; 0 missing")) << terminal_.out_text;
  EXPECT_TRUE(holds(terminal_.out_text, "histogram"));
  ASSERT_EQ(run({"data", "show", digest.substr(7, 12), "--column", "b"}).value(), 0);
  EXPECT_FALSE(holds(terminal_.out_text, "a: 2 integer"));
  EXPECT_EQ(run({"data", "drift", digest, path("d.csv"), "--min-rows", "1"}).value(), 0);
  EXPECT_EQ(run({"data", "show", "0123456789"}).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(run({"data", "show", digest, "--column", "aa"}).error().code(), ErrorCode::NotFound);
}

TEST_F(ProfileCommand, AMaskedColumnIsInNoFormOfTheProfile) {
  write("d.csv", "a,mail\n1,ann@x.org\n2,bob@x.org\n");
  ASSERT_EQ(
      run({"data", "profile", path("d.csv"), "--mask", "mail", "--out", path("p.json")}).value(),
      0);
  EXPECT_FALSE(holds(terminal_.out_text, "x.org")) << terminal_.out_text;
  EXPECT_FALSE(holds(files_.read(path("p.json")).value(), "x.org"));
  EXPECT_EQ(run({"data", "show", path("p.json")}).value(), 0);
  EXPECT_EQ(run({"data", "profile", path("d.csv"), "--mask", "mial"}).error().code(),
            ErrorCode::NotFound);
}

TEST_F(ProfileCommand, ADiffTellsWhatChangedAndIsNoFailure) {
  write("1.csv", "a\n1\n2\n");
  write("2.csv", "a\n1\n5\n");
  EXPECT_EQ(run({"data", "diff", path("1.csv"), path("2.csv")}).value(), 0);
  EXPECT_TRUE(holds(terminal_.out_text, "max")) << terminal_.out_text;
  EXPECT_EQ(run({"data", "diff", path("1.csv"), path("1.csv")}).value(), 0);
  EXPECT_EQ(terminal_.out_text, "nothing differs\n");
  EXPECT_FALSE(run({"data", "diff", path("1.csv")}).ok());
}

TEST_F(ProfileCommand, BadRowsStopOrAreSetAside) {
  write("d.csv", "a,b\n1,2\n3\n");
  EXPECT_EQ(run({"data", "profile", path("d.csv"), "--quarantine", path("bad.csv")}).value(), 0);
  EXPECT_EQ(files_.read(path("bad.csv")).value(), "a,b\n3\n");
  EXPECT_EQ(run({"data", "profile", path("d.csv"), "--bad-rows", "fail"}).error().message(),
            cat(path("d.csv"), ": row 2 (line 3, byte 9): 1 field where the header has 2"));
  EXPECT_FALSE(run({"data", "profile", path("d.csv"), "--bad-rows", "drop"}).ok());
}

TEST_F(ProfileCommand, GroupsFollowTheTable) {
  write("d.csv", "store;brand;price\n1;x;1,5\n1;y;2,5\n2;x;3,5\n");
  ASSERT_EQ(
      run({"data", "profile", path("d.csv"), "--by", "store,brand", "--decimal", "comma"}).value(),
      0);
  EXPECT_TRUE(holds(terminal_.out_text, "store=1, brand=y: 1 rows")) << terminal_.out_text;
  EXPECT_TRUE(holds(terminal_.out_text, "2.5 .. 2.5"));
  EXPECT_FALSE(
      run({"data", "profile", path("d.csv"), "--by", "store,brand", "--max-groups", "2"}).ok());
}

}  // namespace
}  // namespace sluice::cli
